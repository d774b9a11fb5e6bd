"""Which charts are drawn from the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.plots import Chart, Line, svg
from benchmarks.results import Results
from benchmarks.servers import ROOT

FOLDER: Final = ROOT / "docs" / "images" / "performance"
NAMES: Final = {
    "hits/nexus": "Nexus, cached",
    "computed/fragments": "Nexus, fragments kept",
    "computed/none": "Nexus, nothing kept",
    "hits/stock": "Stock, warm cache_page",
    "computed/stock": "Stock, cursor pages",
    "computed/stock-count": "Stock, numbered pages",
    "computed/sql": "One SQL statement",
}
CURVES: Final = tuple(
    name for name in NAMES if name not in ("computed/stock-count", "computed/sql")
)
Points = Mapping[str, Mapping[str, Any]]  # cases by their name


def draw(results: Results) -> dict[Path, str]:
    """Every chart for which there are figures, by the file it belongs into."""
    charts = {
        "rows.svg": by_rows(results.get("rows", {})),
        "connections.svg": by_connections(results.get("connections", {})),
        "latency.svg": latency(results.get("connections", {})),
    }
    return {FOLDER / name: svg(chart) for name, chart in charts.items() if chart.lines}


def by_rows(points: Mapping[str, Points]) -> Chart:
    """Cost of a list page against the number of rows; in empty views, so higher is dearer."""

    def cost(figures: Points, name: str) -> float:
        return _rate(figures, "hits/bare") / _rate(figures, name)

    return Chart(
        "What a list page costs, by rows in the table",
        "challenges in the table",
        "times the cost of an empty Django view (lower is better)",
        _lines(points, tuple(NAMES), cost),
        unit=1,
    )


def by_connections(points: Mapping[str, Points]) -> Chart:
    """Rate against connections; the unit is the empty view at 16 of them."""
    unit = _rate(points["16"], "hits/bare") if "16" in points else 1.0
    return Chart(
        "List pages per second, by connections at once",
        "connections",
        "times an empty Django view at 16 connections (higher is better)",
        _lines(points, CURVES, lambda figures, name: _rate(figures, name) / unit),
        unit=1 if "16" in points else None,
    )


def latency(points: Mapping[str, Points]) -> Chart:
    """What the slowest hundredth waits."""

    def waited(figures: Points, name: str) -> float:
        found: float = figures[name]["p99"]["median"]
        return found

    return Chart(
        "What the slowest of a hundred list pages takes, by connections at once",
        "connections",
        "milliseconds, 99th percentile, load and server on the same cores (lower is better)",
        _lines(points, CURVES, waited),
    )


def _lines(
    points: Mapping[str, Points],
    names: tuple[str, ...],
    value: Callable[[Points, str], float],
) -> list[Line]:
    found = []
    for name in names:
        drawn = [
            (float(x), value(figures, name))
            for x, figures in sorted(points.items(), key=lambda item: int(item[0]))
            if name in figures and not figures[name]["void"]
        ]
        if drawn:
            found.append(Line(NAMES[name], drawn))
    return found


def _rate(figures: Points, name: str) -> float:
    found: float = figures[name]["rate"]["median"]
    return found
