"""Results in a file: one section for each part of a run, so that parts can be measured apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from benchmarks.servers import ROOT

LATEST: Final = ROOT / "var" / "benchmarks" / "results.json"
PUBLISHED: Final = ROOT / "docs" / "performance" / "results.json"
Results = dict[str, Any]


class Void(Exception):
    """A figure was measured, and says nothing: a request failed, or none was sent."""


def load(path: Path) -> Results:
    """What was measured before, or nothing."""
    if not path.exists():
        return {}
    found: Results = json.loads(path.read_text(encoding="utf-8"))
    return found


def add(path: Path, sections: Results) -> Results:
    """Put sections in the place of older ones of their name; returns all."""
    whole = {**load(path), **sections}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return whole


def rate(results: Results, case: str) -> float | None:
    """The median rate of a case, or None if it was not measured or is void."""
    found = results.get("cases", {}).get(case)
    return None if found is None or found["void"] else found["rate"]["median"]


def is_void(results: Results, case: str) -> bool:
    """Whether a case was measured and a request of it failed, so that its figure says nothing."""
    return bool(results.get("cases", {}).get(case, {}).get("void"))


def ratio(results: Results, case: str, base: str) -> float | None:
    """How many times as fast as another a case was.

    Raises:
        Void: one of both is void.
    """
    if is_void(results, case) or is_void(results, base):
        raise Void(case, base)
    one, other = rate(results, case), rate(results, base)
    return None if one is None or not other else one / other
