"""Results as Markdown tables, the same on a terminal and in the documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from benchmarks.goals import Verdict, judge
from benchmarks.plots import short
from benchmarks.results import Results, rate
from benchmarks.works import WORKS, Subject, cases

Rows = list[tuple[str, ...]]
# Titles and bases of the cases need no tokens and no numbers.
KNOWN: Final = cases(Subject({"access": "", "personal": ""}, challenge=0, topic="", tag=""))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are aligned to the right."""
    marks = ["---", *("---:" for _ in heads[1:])]
    lines = [heads, marks, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def goals(results: Results) -> str:
    """Every goal beside what was reached."""
    rows = [
        (verdict.goal.work, verdict.goal.bound, _reached(verdict), verdict.word)
        for verdict in judge(results)
    ]
    return table(["work", "goal", "reached", ""], rows)


def _reached(verdict: Verdict) -> str:
    return "–" if verdict.reached is None else figure(verdict.reached)


def works(results: Results) -> str:
    """One table for each work that was measured."""
    found = results.get("cases", {})
    parts = []
    for work, title in WORKS.items():
        rows = [
            _case_row(results, case.name, case.title, case.base)
            for case in KNOWN
            if case.work == work and case.name in found
        ]
        if rows:
            base = next(case.base for case in KNOWN if case.work == work)
            unit = "stock" if base == "create/stock" else "empty view"
            heads = [title, f"× {unit}", "lowest–highest", "per second", "p99 ms", "bytes"]
            parts.append(table(heads, rows))
    return "\n\n".join(parts)


def _case_row(results: Results, name: str, title: str, base: str) -> tuple[str, ...]:
    seen, unit = results["cases"][name], rate(results, base)
    if seen["void"]:
        return (title, _void(seen), "", "", "", "")
    rates = seen["rate"]
    ratios = [figure(rates[at] / unit) if unit else "–" for at in ("median", "low", "high")]
    return (
        title, f"**{ratios[0]}**", f"{ratios[1]}–{ratios[2]}", f"{rates['median']:,.0f}",
        figure(seen["p99"]["median"]), f"{seen['bytes']:,}",
    )  # fmt: skip


def memory(results: Results) -> str:
    """What a worker of each server weighs."""
    rows = [
        (name, f"{weight['pss']:.0f}", f"{weight['rss']:.0f}")
        for name, weight in sorted(results.get("memory", {}).items())
    ]
    return table(["heaviest worker of", "PSS, MB", "RSS, MB"], rows)


def by_rows(results: Results) -> str:
    """Cost of each request against the number of rows, in empty views of the same run."""
    return _by_point(results.get("rows", {}), lambda size: f"{short(int(size))} rows")


def by_connections(results: Results) -> str:
    """Cost of each request against connections, in empty views at as many connections."""
    return _by_point(results.get("connections", {}), lambda count: f"{count} at once")


def _by_point(points: dict[str, Any], head: Callable[[str], str]) -> str:
    order = sorted(points, key=int)
    rows = []
    for case in KNOWN:
        cells = [_cell(points[point], case.name) for point in order]
        if any(cells) and case.name != "hits/bare":
            work = WORKS[case.work].lower()
            rows.append((f"{work}: {case.title}", *(cell or "–" for cell in cells)))
    return table(["rate, × empty view of a list", *map(head, order)], rows)


def _cell(figures: dict[str, Any], name: str) -> str:
    seen, unit = figures.get(name), figures.get("hits/bare")
    if seen is None or unit is None:
        return ""
    if seen["void"]:
        return _void(seen)
    return figure(seen["rate"]["median"] / unit["rate"]["median"])


def _void(seen: dict[str, Any]) -> str:
    return f"void: {seen['failed']} failed" if seen["failed"] else "void: a round without answers"


def start(results: Results) -> str:
    """How soon `manage.py up` answers."""
    found = results["start"]
    again = found["again"]
    rows = [
        ("on an empty folder, migrations included", figure(found["first"]), ""),
        ("again", figure(again["median"]), f"{figure(again['low'])}–{figure(again['high'])}"),
    ]
    return table(["`manage.py up`, seconds until it answers", "median", "lowest–highest"], rows)


def listed(section: dict[str, Any]) -> str:
    """A section that brings its own table: `{heads: [...], rows: [[...], ...]}`."""
    rows = [
        [cell if isinstance(cell, str) else figure(cell) for cell in r] for r in section["rows"]
    ]
    absent = section.get("absent")
    return table(section["heads"], rows) + (
        f"\n\nNot installed: {', '.join(absent)}." if absent else ""
    )


def machine(results: Results) -> str:
    """On what, with what, and how it was measured."""
    on, asked = results["machine"], results["asked"]
    versions = ", ".join(f"{name} {version}" for name, version in on["packages"].items())
    return (
        f"Measured on {asked['day']} at commit `{on['commit']}`: {on['processor']}, "
        f"{on['cores']} cores shared by load, servers and databases, {on['memory_gb']} GB; "
        f"{on['system']}, Python {on['python']}, PostgreSQL {on['postgresql']}, "
        f"Redis {on['redis']}; {versions}. {asked['rows']:,} challenges, {asked['rounds']} rounds "
        f"of {asked['seconds']:g} s with {asked['connections']} connections, "
        "contenders in random order within each round; medians."
    )


def figure(number: float) -> str:
    """A number with as many digits as it can vouch for."""
    if number >= 100:  # noqa: PLR2004
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.3g}"  # noqa: PLR2004
