"""What readers meet while Redis or PostgreSQL is away, as a table.

    PYTHONPATH=. .venv/bin/python benchmarks/faults.py

A hub with servers of its own is read at a steady rate, each request at the moment it is due, and
latency counts from then. `longest` and `p99` are of the seconds of the fault; `back` is when all
answers were good and shared pages came from the cache again. Takes about two minutes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.reading import Answer, percentile, recovered_after
from tests.faults.reading_hub import PERSONAL, ReadingHub, reading_hub
from tests.faults.servers import NotHere

EVERY = 0.02  # seconds between two reads
BEFORE = 3.0  # seconds of reading without a fault
AFTER = 8.0  # seconds of reading after it

ROW = "| {:<34} | {:<12} | {:>5} | {:>5} | {:>6} | {:>6} | {:>7} | {:>8} | {:>6} |"
TITLES = (
    "fault", "reads", "n", "p50", "p99", "503", "failed", "longest", "back",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that begins, lasts for a while, and ends."""

    name: str
    begin: Callable[[], None]
    lasts: float  # seconds
    end: Callable[[], None]


def main() -> None:
    """Start a hub, break it in every way, print what readers met."""
    with tempfile.TemporaryDirectory(prefix="nexus-faults-") as folder:
        try:
            with reading_hub(Path(folder)) as hub:
                measure(hub)
        except NotHere as missing:
            sys.exit(f"nothing measured: {missing}")


def measure(hub: ReadingHub) -> None:
    """Print a line for the calm, and two for each fault: shared pages, and what needs SQL."""
    print(f"{1 / EVERY:.0f} reads a second; milliseconds, `back` in seconds\n")
    print(ROW.format(*TITLES))
    print("| --- " * len(TITLES) + "|")
    for number, fault in enumerate(faults(hub)):
        answers, begun, ended = read_through(hub, fault)
        if not number:
            tell("none", [answer for answer in answers if answer.due < begun], answers, begun)
        tell(fault.name, [a for a in answers if begun <= a.due < ended], answers, ended)


def faults(hub: ReadingHub) -> list[Fault]:
    """All of them, in the order of the documentation."""
    redis, postgresql = hub.redis, hub.postgresql

    def restart() -> None:
        postgresql.stop("fast")

    def crash() -> None:
        postgresql.stop("immediate")

    return [
        Fault("Redis frozen for 4 s", redis.freeze, 4, redis.thaw),
        Fault("Redis frozen for 12 s", redis.freeze, 12, redis.thaw),
        Fault("Redis closed for 2 s, then empty", redis.close, 2, redis.start),
        Fault("PostgreSQL restarted", restart, 0, postgresql.start),
        Fault("PostgreSQL away for 10 s", restart, 10, postgresql.start),
        Fault("PostgreSQL crashed, away for 10 s", crash, 10, postgresql.start),
    ]


def read_through(hub: ReadingHub, fault: Fault) -> tuple[list[Answer], float, float]:
    """Read before, during and after a fault; the answers, and when it began and ended."""
    hub.warm()
    with hub.steady_reads(every=EVERY) as load:
        time.sleep(BEFORE)
        begun = time.monotonic()
        fault.begin()
        time.sleep(fault.lasts)
        fault.end()
        ended = time.monotonic()
        time.sleep(AFTER)
    return load.answers, begun, ended


def tell(name: str, during: Sequence[Answer], answers: Sequence[Answer], ended: float) -> None:
    """Print what shared pages and personal ones were like."""
    for kind, is_personal in (("shared", False), ("personal", True)):
        of_kind = [answer for answer in during if (answer.path == PERSONAL) == is_personal]
        later = [answer for answer in answers if (answer.path == PERSONAL) == is_personal]
        back = recovered_after(later, end=ended) if name != "none" else 0.0
        print(ROW.format(
            name, kind, len(of_kind),
            f"{percentile(of_kind, 0.5):.0f}", f"{percentile(of_kind, 0.99):.0f}",
            sum(answer.is_away for answer in of_kind),
            sum(bool(answer.excuse) for answer in later),
            f"{percentile(of_kind, 1):.0f}", f"{back:.1f}",
        ))  # fmt: skip


if __name__ == "__main__":
    main()
