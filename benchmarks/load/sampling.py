"""Memory, connections and backlog, looked at every second; and what "flat" means."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import psycopg
import redis
from kombu import Connection

EVERY: Final = 1.0  # seconds
QUEUE: Final = "nexus"
MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class Rule:
    """How much more the last quarter of a run may hold than its second quarter.

    The first quarter is for warming up: pools fill, modules are imported, caches grow.
    """

    ratio: float
    slack: float  # on top, in the unit of the series: jitter of a small number is no growth
    unit: str

    def allows(self, values: Sequence[float]) -> bool:
        """Whether the median of the last quarter is within bounds."""
        second, last = quarters(values)
        return last <= second * self.ratio + self.slack


MEMORY: Final = Rule(1.1, 8.0, "MiB")
CONNECTIONS: Final = Rule(1.0, 2.0, "")
BACKLOG: Final = Rule(1.5, 50.0, "")  # more arrives than is done: it would grow without end


def quarters(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the second and of the last quarter."""
    size = max(len(values) // 4, 1)
    return statistics.median(values[size : 2 * size] or values), statistics.median(values[-size:])


def rule_of(series: str) -> Rule:
    """The rule for a series, by its name."""
    if series.startswith("memory"):
        return MEMORY
    return CONNECTIONS if series.startswith("connections") else BACKLOG


def tree(pid: int) -> list[int]:
    """A process and all that descend from it; what has ended meanwhile is left out."""
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


def memory(pid: int) -> tuple[float, float]:
    """RSS and PSS of a process in MiB; PSS counts what processes share once in all."""
    found = {"Rss": 0.0, "Pss": 0.0}
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in found:
                found[name] = int(value.split()[0]) * 1024 / MIB
    return found["Rss"], found["Pss"]


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@dataclass
class Sampler:
    """Looks every second, in a thread of its own, while it is entered as a context."""

    processes: Mapping[str, int]  # first process ids by name
    environment: Mapping[str, str]
    gauges: Mapping[str, Callable[[], float]] = field(default_factory=dict)  # further series
    series: dict[str, list[float]] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)  # MiB RSS of one process, by name
    processor: dict[str, float] = field(default_factory=dict)  # seconds used meanwhile, by name
    failed: str = ""

    def __enter__(self) -> Self:
        self._ended = threading.Event()
        self._used_before = self._used()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._thread.join(10 * EVERY)
        for name, used in self._used().items():
            self.processor[name] = used - self._used_before[name]

    def _run(self) -> None:
        try:
            with ExitStack() as stack:
                looks = [self._memory, self._gauges, *self._services(stack)]
                due = time.monotonic()
                while not self._ended.wait(max(0.0, due - time.monotonic())):
                    for look in looks:
                        for name, value in look().items():
                            self.series.setdefault(name, []).append(value)
                    due += EVERY
        except Exception as error:  # noqa: BLE001 - told at the end: a run without samples proves nothing
            self.failed = repr(error)

    def _gauges(self) -> dict[str, float]:
        return {name: look() for name, look in self.gauges.items()}

    def _used(self) -> dict[str, float]:
        return {name: sum(map(processor, tree(pid))) for name, pid in self.processes.items()}

    def _memory(self) -> dict[str, float]:
        found = {}
        for name, first in self.processes.items():
            each = [memory(pid) for pid in tree(first)]
            found[f"memory {name}"] = sum(pss for _rss, pss in each)
            largest = max(rss for rss, _pss in each)
            self.largest[name] = max(self.largest.get(name, 0.0), largest)
        return found

    def _services(self, stack: ExitStack) -> list[Callable[[], dict[str, float]]]:
        rows = stack.enter_context(
            psycopg.connect(self.environment["DATABASE_URL"], autocommit=True)
        )
        store = stack.enter_context(redis.Redis.from_url(self.environment["REDIS_URL"]))
        broker = stack.enter_context(Connection(self.environment["CELERY_BROKER_URL"]))

        def database() -> dict[str, float]:
            found = rows.execute(
                "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()),"
                " (SELECT count(*) FROM foundation_promise WHERE kept_at IS NULL)"
            ).fetchone()
            connections, owed = found or (0, 0)
            return {"connections PostgreSQL": connections, "promises owed": owed}

        def clients() -> dict[str, float]:
            number = str(store.get_connection_kwargs().get("db", 0))
            own = store.client_id()
            all_of_them: list[dict[str, Any]] = store.client_list()
            ours = [one for one in all_of_them if one["db"] == number and one["id"] != str(own)]
            return {"connections Redis": len(ours)}

        def queue() -> dict[str, float]:
            return {"messages waiting": waiting(broker)}

        return [database, clients, queue]


def waiting(broker: Connection) -> int:
    """How many messages wait in the queue of all work; 0 while nobody has declared it."""
    channel: Any = broker.channel()
    try:
        found: int = channel.queue_declare(QUEUE, passive=True).message_count
    except broker.channel_errors:
        return 0
    else:
        channel.close()
        return found
