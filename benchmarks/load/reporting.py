"""The verdict of a load, as a table for people and as JSON for programs."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .driving import Log
from .sampling import quarters, rule_of

PERCENTILES: Final = (50, 95, 99)
SHORTEST_SLOPE: Final = 120  # seconds; in a shorter run everything is still warming up
# MiB of one process, however short the run. Of these 400 are for four log-ins at once, one in each
# thread of a web process: hashing one password takes 100 on purpose, and gives them back.
MOST_MEMORY: Final = 600.0


@dataclass
class Report:
    """What a load has found. It held if nothing is listed under `faults`."""

    settings: Mapping[str, Any]
    log: Log
    series: Mapping[str, Sequence[float]]
    largest: Mapping[str, float]  # MiB RSS of one process
    processor: Mapping[str, float]  # seconds of it that were used, by name
    drained_in: float  # seconds from the last answer until everything promised was done
    differences: list[str]
    also: list[str] = field(default_factory=list)  # faults of the run itself

    @property
    def faults(self) -> list[str]:
        """Why it did not hold, in words."""
        failing = [f"status {status} was seen" for status in self.log.statuses if status >= 500]  # noqa: PLR2004
        wrong = [f"{self.log.wrong} answers were wrong, such as these:", *self.log.samples]
        return [
            *self.also,
            *failing,
            *(wrong if self.log.wrong else []),
            *self.differences,
            *self._growing(),
            *(
                f"a process of {name} took {size:.0f} MiB"
                for name, size in self.largest.items()
                if size > MOST_MEMORY
            ),
        ]

    @property
    def held(self) -> bool:
        """Whether everything was as it must be."""
        return not self.faults

    def _growing(self) -> list[str]:
        if self.settings["seconds"] < SHORTEST_SLOPE:
            return []
        return [
            f"{name} grew from {quarters(values)[0]:.1f} to {quarters(values)[1]:.1f}"
            for name, values in self.series.items()
            if not rule_of(name).allows(values)
        ]

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        log = self.log
        return {
            "settings": dict(self.settings),
            "held": self.held,
            "faults": self.faults,
            "requests": {"sent": log.sent, "answered": log.answered, "wrong": log.wrong},
            "statuses": {str(status): count for status, count in sorted(log.statuses.items())},
            "x_cache": dict(log.hits),
            "milliseconds": {kind: _waits(waits) for kind, waits in self._rows()},
            "client": {
                "late_ms": _waits(log.delays),
                "processor_share": log.processor / log.took if log.took else 0.0,
            },
            "drained_in_seconds": self.drained_in,
            "processor_seconds": dict(self.processor),
            "largest_process_mib": dict(self.largest),
            "series": {name: list(values) for name, values in self.series.items()},
        }

    def as_text(self) -> str:
        """The same in tables, without the series."""
        told = [_line("requests by kind", "count", *(f"p{p} ms" for p in PERCENTILES), "max ms")]
        for kind, waits in self._rows():
            found = _waits(waits)
            told.append(_line(kind, f"{len(waits)}", *(f"{found[key]:.1f}" for key in found)))
        told += ["", _line("each second", "first", "2nd quarter", "last quarter", "max", "flat")]
        for name, values in self.series.items():
            second, last = quarters(values)
            numbers = (values[0], second, last, max(values))
            flat = "yes" if rule_of(name).allows(values) else "no"
            told.append(_line(name, *(f"{number:.1f}" for number in numbers), flat))
        return "\n".join([*told, "", *self._summary()])

    def _rows(self) -> list[tuple[str, list[float]]]:
        waits = self.log.waits
        return [*sorted(waits.items()), ("all", [one for many in waits.values() for one in many])]

    def _summary(self) -> list[str]:
        log, late = self.log, _waits(self.log.delays)
        statuses = ", ".join(
            f"{count} × {status}" for status, count in sorted(log.statuses.items())
        )
        used = ", ".join(
            f"{name} {1000 * seconds / max(log.answered, 1):.1f}"
            for name, seconds in self.processor.items()
        )
        largest = ", ".join(f"{name} {size:.0f}" for name, size in self.largest.items())
        return [
            f"{log.sent} requests in {log.took:.0f} s, answered {log.answered}: {statuses}",
            f"X-Cache: {dict(log.hits)}",
            f"the client sent late by p50 {late['p50']:.1f} ms, p99 {late['p99']:.1f} ms",
            f"it used {log.processor / log.took:.0%} of a core",
            f"everything promised was done {self.drained_in:.1f} s after the last answer",
            f"processor time, ms for each answer: {used}",
            f"largest process, MiB RSS: {largest}",
            "",
            *([f"FAULT {fault}" for fault in self.faults] or ["It held: books and rows agree."]),
        ]


def _waits(seconds: Sequence[float]) -> dict[str, float]:
    """Percentiles and the maximum, in milliseconds."""
    if not seconds:
        return {**{f"p{each}": 0.0 for each in PERCENTILES}, "max": 0.0}
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [seconds[0]] * 99
    longest = max(seconds)
    # Of few, `quantiles` extrapolates.
    found = {f"p{each}": 1000 * min(cuts[each - 1], longest) for each in PERCENTILES}
    return {**found, "max": 1000 * longest}


def _line(name: str, *columns: str) -> str:
    return f"{name:<24}" + "".join(f"{column:>13}" for column in columns)
