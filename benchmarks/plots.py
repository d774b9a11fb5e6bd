"""Line charts as SVG, readable on light and on dark pages, without any library.

Both axes are logarithmic: ratios of equal size are equally far apart, wherever they are. Lines
carry their names at their right ends, so that no legend has to be matched by colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH, HEIGHT = 860, 460
LEFT, RIGHT, TOP, BOTTOM = 64, 232, 72, 56  # margins; names of lines stand in the right one
UNIT: Final = "Empty Django view"
LINE_HEIGHT: Final = 17  # between two names
# By order of the series. Each has contrast on white and on near-black, and they differ in
# lightness, so that they are told apart without seeing hue.
LIGHT: Final = ("#0b62d6", "#b3261e", "#1a7f37", "#8250df", "#9a6700", "#57606a", "#0e7490")
DARK: Final = ("#6cb0ff", "#ff8f85", "#5fd07f", "#c9a6ff", "#e3b341", "#9aa4af", "#56d4e8")
_STYLE: Final = """
  .page { fill: #ffffff } text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 17px; font-weight: 600 } .quiet { fill: #57606a }
  .grid { stroke: #d8dee4; stroke-width: 1 } .unit { stroke: #57606a; stroke-dasharray: 5 4 }
"""
_DARK_STYLE: Final = """
  .page { fill: #0d1117 } text { fill: #e6edf3 } .quiet { fill: #9aa4af }
  .grid { stroke: #30363d } .unit { stroke: #9aa4af }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A named line through points `(x, y)`, all above zero."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `unit` draws a broken line at this y: what the others are compared with."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    unit: float | None = None


def svg(chart: Chart) -> str:
    """The chart as a whole SVG document.

    Raises:
        ValueError: there is no point, or one that is not above zero.
    """
    points = [point for line in chart.lines for point in line.points]
    if not points or min(min(point) for point in points) <= 0:
        raise ValueError("a logarithmic chart needs points above zero")
    xs = sorted({x for x, _ in points})
    x_at = _scale(xs[0], xs[-1], LEFT, WIDTH - RIGHT)
    ys = [y for _, y in points] + ([chart.unit] if chart.unit else [])
    ticks = decades(min(ys), max(ys))
    y_at = _scale(ticks[0], ticks[-1], HEIGHT - BOTTOM, TOP)
    parts = [_head(chart), *_grid(xs, ticks, x_at, y_at)]
    if chart.unit:
        parts.append(_rule("unit", LEFT, y_at(chart.unit), WIDTH - RIGHT, y_at(chart.unit)))
    parts += [_line(number, line, x_at, y_at) for number, line in enumerate(chart.lines)]
    parts += _names(chart, y_at)
    return "\n".join([*parts, "</svg>", ""])


def decades(low: float, high: float) -> list[float]:
    """Marks of a logarithmic axis around a range: 1, 2, 5 of each power of ten, few enough."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 3 else (1,)  # noqa: PLR2004
    marks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    below = max((mark for mark in marks if mark <= low * 1.0001), default=marks[0])
    above = min((mark for mark in marks if mark >= high * 0.9999), default=marks[-1])
    chosen = [mark for mark in marks if below <= mark <= above]
    return chosen if len(chosen) > 1 else [chosen[0], chosen[0] * 10]


def short(number: float) -> str:
    """A number in few characters: 0.05, 3, 64, 10k, 1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g}{letter}"
    return f"{number:.3g}"


def spread_out(wanted: Sequence[float], *, apart: float, low: float, high: float) -> list[float]:
    """Positions as near as possible to the wanted ones, in their order, `apart` from each other."""
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    placed = [0.0] * len(wanted)
    at = low - apart
    for number in order:
        at = placed[number] = max(wanted[number], at + apart)
    limit = high
    for number in reversed(order):
        limit = placed[number] = min(placed[number], limit)
        limit -= apart
    return placed


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Where a value is drawn, between two pixels."""
    span = math.log10(high / low) or 1.0
    return lambda value: start + (end - start) * math.log10(value / low) / span


def _head(chart: Chart) -> str:
    colours = "\n".join(
        f"  .s{n} {{ stroke: {colour} }} .n{n} {{ fill: {colour} }}"
        for n, colour in enumerate(LIGHT)
    )
    dark = "\n".join(
        f"  .s{n} {{ stroke: {colour} }} .n{n} {{ fill: {colour} }}"
        for n, colour in enumerate(DARK)
    )
    title, y_label, x_label = map(escape, (chart.title, chart.y_label, chart.x_label))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(chart.title)}">\n'
        f"<style>{_STYLE}{colours}\n"
        f"@media (prefers-color-scheme: dark) {{{_DARK_STYLE}{dark}\n}}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="6"/>\n'
        f'<text class="title" x="20" y="30">{title}</text>\n'
        f'<text class="quiet" x="20" y="52">{y_label}</text>\n'
        f'<text class="quiet" x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 14}" '
        f'text-anchor="middle">{x_label}</text>'
    )


def _grid(
    xs: Sequence[float],
    ticks: Sequence[float],
    x_at: Callable[[float], float],
    y_at: Callable[[float], float],
) -> list[str]:
    parts = []
    for tick in ticks:
        y = y_at(tick)
        parts.append(_rule("grid", LEFT, y, WIDTH - RIGHT, y))
        parts.append(
            f'<text class="quiet" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
            f"{short(tick)}</text>"
        )
    for x in xs:
        at = x_at(x)
        parts.append(
            f'<text class="quiet" x="{at:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
            f"{short(x)}</text>"
        )
    return parts


def _rule(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _line(
    number: int, line: Line, x_at: Callable[[float], float], y_at: Callable[[float], float]
) -> str:
    places = [(x_at(x), y_at(y)) for x, y in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    kind = number % len(LIGHT)
    dots = "".join(f'<circle class="n{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places)
    return (
        f'<polyline class="s{kind}" fill="none" stroke-width="2.5" stroke-linejoin="round" '
        f'points="{path}"/>{dots}'
    )


def _names(chart: Chart, y_at: Callable[[float], float]) -> list[str]:
    """What each line is called, with its last value; what they are compared with, too."""
    named = [
        (f"n{number % len(LIGHT)}", line.name, line.points[-1][1])
        for number, line in enumerate(chart.lines)
    ]
    if chart.unit:
        named.append(("quiet", UNIT, chart.unit))
    wanted = [y_at(value) + 4 for _, _, value in named]
    placed = spread_out(wanted, apart=LINE_HEIGHT, low=TOP, high=HEIGHT - BOTTOM + 4)
    return [
        f'<text class="{kind}" x="{WIDTH - RIGHT + 12}" y="{y:.1f}">'
        f"{escape(name)} <tspan>{short(float(f'{value:.2g}'))}</tspan></text>"
        for (kind, name, value), y in zip(named, placed, strict=True)
    ]
