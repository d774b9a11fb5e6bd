"""Puts tables and charts into the documents, so that no figure there is typed by hand.

A table's place is between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from benchmarks import charts, tables
from benchmarks.results import PUBLISHED, Results, add
from benchmarks.servers import ROOT

DOCUMENT: Final = ROOT / "docs" / "performance.md"
_PLACE: Final = re.compile(
    r"(<!-- bench:(?P<name>[a-z-]+) -->\n).*?(<!-- /bench:(?P=name) -->)", re.DOTALL
)


def sections(results: Results) -> dict[str, str]:
    """Every table for which there are results, by name."""
    makers: Mapping[str, tuple[str, Callable[[Results], str]]] = {
        "machine": ("machine", tables.machine),
        "goals": ("cases", tables.goals),
        "works": ("cases", tables.works),
        "memory": ("memory", tables.memory),
        "rows": ("rows", tables.by_rows),
        "connections": ("connections", tables.by_connections),
        "start": ("start", tables.start),
    }
    found = {name: make(results) for name, (part, make) in makers.items() if results.get(part)}
    for name, section in results.items():
        if isinstance(section, dict) and "heads" in section:
            found[name] = tables.listed(section)
    return found


def fill(document: str, found: Mapping[str, str]) -> str:
    """The document with every place filled for which there is a table.

    Raises:
        ValueError: a place that the document has is not closed.
    """
    opened = document.count("<!-- bench:")
    filled, places = _PLACE.subn(lambda place: _filled(place, found), document)
    if places != opened:
        raise ValueError(f"{opened} places begin, {places} of them end")
    return filled


def _filled(place: re.Match[str], found: Mapping[str, str]) -> str:
    name = place["name"]
    return f"{place[1]}\n{found[name]}\n\n{place[3]}" if name in found else place[0]


def write(results: Results) -> list[str]:
    """Write results, tables and charts; returns the names of the files."""
    add(PUBLISHED, results)
    DOCUMENT.write_text(
        fill(DOCUMENT.read_text(encoding="utf-8"), sections(results)), encoding="utf-8"
    )
    drawn = charts.draw(results)
    for path, content in drawn.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return [str(path.relative_to(ROOT)) for path in (PUBLISHED, DOCUMENT, *drawn)]
