"""Cost against the number of rows, and against the number of connections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from benchmarks.measuring import Measuring, Pace, Say
from benchmarks.stage import Places, stage
from benchmarks.works import Case, cases

CONNECTIONS: Final = (1, 4, 16, 64, 128)
CURVES: Final = (
    "hits/bare", "hits/stock", "hits/nexus", "computed/stock", "computed/fragments",
    "computed/none",
)  # fmt: skip
BY_ROWS: Final = (
    "hits/bare", "hits/stock", "hits/nexus", "computed/sql", "computed/stock",
    "computed/stock-count", "computed/fragments", "computed/none", "detail/bare", "detail/stock",
    "detail/none", "create/stock", "create/nexus",
)  # fmt: skip
ROUNDS: Final = 2  # of each point on a curve


def against_connections(measuring: Measuring, pace: Pace, *, say: Say) -> dict[str, Any]:
    """Figures by the number of connections, then by the case's name."""
    chosen = _named(cases(measuring.subject), CURVES)
    found = {}
    for connections in CONNECTIONS:
        say(f"{connections} connections")
        rounds = min(ROUNDS, pace.rounds)
        found[str(connections)] = measuring.measure(chosen, Pace(rounds, pace.seconds, connections))
    return found


def against_rows(places: Places, sizes: Sequence[int], pace: Pace, *, say: Say) -> dict[str, Any]:
    """Figures by the number of rows, then by the case's name; each size on a stage of its own."""
    found = {}
    for rows in sizes:
        say(f"{rows:,} rows")
        with stage(places, rows) as made:
            measuring = Measuring(made, say=say)
            chosen = _named(cases(measuring.subject), BY_ROWS)
            rounds = min(ROUNDS, pace.rounds)
            found[str(rows)] = measuring.measure(chosen, Pace(rounds, pace.seconds))
    return found


def _named(known: Sequence[Case], names: Sequence[str]) -> list[Case]:
    return [case for case in known if case.name in names]
