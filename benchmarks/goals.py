"""What Nexus sets out to reach, each with what it is compared with, beside what was reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.results import Results, Void, ratio

Figure = Callable[[Results], float | None]
MET, MISSED, UNKNOWN, VOID = "✓", "missed", "not measured", "void"


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure and its bound: `at_least`, or `at_most`."""

    work: str
    figure: Figure
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def bound(self) -> str:
        """The bound in words."""
        sign, value = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{sign} {value:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal beside what was reached; None where it was not measured in this run, or is void."""

    goal: Goal
    reached: float | None
    is_void: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the bound holds."""
        if self.reached is None:
            return None
        low, high = self.goal.at_least, self.goal.at_most
        return (low is None or self.reached >= low) and (high is None or self.reached <= high)

    @property
    def word(self) -> str:
        """`✓`, `missed`, `not measured` or `void`."""
        if self.is_void:
            return VOID
        return {True: MET, False: MISSED, None: UNKNOWN}[self.met]


def cases(case: str, base: str) -> Figure:
    """How many times as fast as `base` a case is."""
    return lambda results: ratio(results, case, base)


def at(*path: str) -> Figure:
    """A number in a section of the results."""

    def figure(results: Results) -> float | None:
        found: object = results
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return float(found) if isinstance(found, int | float) else None

    return figure


def heaviest(results: Results) -> float | None:
    """The largest share of memory of any of Nexus' workers, in MB."""
    weights = results.get("memory", {})
    found = [weight["pss"] for name, weight in weights.items() if name.startswith("nexus")]
    return max(found, default=None)


BARE, STOCK, KEPT = "× empty view", "× stock", "× stock `cache_page`"
GOALS: Final = (
    Goal("cached list, signed in", cases("hits/nexus", "hits/bare"), BARE, at_least=1.3),
    Goal("cached list, signed in", cases("hits/nexus", "hits/stock"), KEPT, at_least=15),
    Goal("304 of a cached list", cases("hits/nexus-304", "hits/nexus"), "× its 200", at_least=1),
    Goal(
        "list, **nothing kept**", cases("computed/none", "hits/stock"), "× stock *warm* "
        "`cache_page`", at_least=3,
    ),
    Goal("list after a write", cases("computed/fragments", "hits/bare"), BARE, at_least=0.3),
    Goal("list after a write", cases("computed/fragments", "computed/stock"), STOCK, at_least=15),
    Goal("detail, computed", cases("detail/fragments", "detail/bare"), BARE, at_least=0.33),
    Goal("detail, cached", cases("detail/nexus", "detail/bare"), BARE, at_least=1),
    Goal("create, all included", cases("create/nexus", "create/stock"), STOCK, at_least=3),
    Goal("search, common word", at("scale", "search", "common"), "× at 100k rows", at_most=1.5),
    Goal("search, rare word", at("scale", "search", "rare"), "× at 100k rows", at_most=1.5),
    Goal("search, absent word", at("scale", "search", "absent"), "× at 100k rows", at_most=1.5),
    Goal("any list, first page", at("scale", "lists", "first"), "× at 10k rows", at_most=1.3),
    Goal("any list, deep page", at("scale", "lists", "deep"), "× at 10k rows", at_most=1.3),
    Goal("memory of a worker under load", heaviest, "MB", at_most=100),
    Goal("`manage.py up` answers", at("start", "again", "median"), "s", at_most=3),
)  # fmt: skip


def judge(results: Results, goals: Sequence[Goal] = GOALS) -> list[Verdict]:
    """Every goal beside what was reached."""
    return [_judged(goal, results) for goal in goals]


def _judged(goal: Goal, results: Results) -> Verdict:
    try:
        return Verdict(goal, goal.figure(results))
    except Void:
        return Verdict(goal, None, is_void=True)
