"""One load from the start of its hub to the verdict."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from kombu import Connection

from . import hub as hubs
from .client import Client
from .driving import Log, drive
from .ledger import Ledger
from .reconciling import Query, differences, owed
from .reporting import Report
from .sampling import Sampler, waiting
from .world import World

DRAINING: Final = 90  # seconds in which what is still promised must be done
LATEST: Final = 1.0  # seconds by which this client may be late, at p99, before it measures itself


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked of a hub. A person gets one or two requests a second at most, by default."""

    seconds: float
    rate: float  # requests a second
    seed: int = 1
    people: int = 0  # 0: four for each request a second, and forty at least
    variables: Mapping[str, str] = field(default_factory=dict)  # of the hub's environment

    @property
    def crowd(self) -> int:
        """How many people there are."""
        return self.people or max(40, int(4 * self.rate))


@dataclass(frozen=True)
class Finished:
    """A load that is over, while its hub is still there."""

    report: Report
    ledger: Ledger
    database_url: str
    mail: Path


@contextlib.contextmanager
def finished(plan: Plan) -> Iterator[Finished]:
    """Start a hub, put it under load, compare the books; yields while the hub still stands."""
    with hubs.started(people=plan.crowd, seed=plan.seed, variables=plan.variables) as hub:
        world = World(hub.seeded)
        pids = {name: process.pid for name, process in hub.processes.items()}
        log = Log()
        gauges = {"requests in flight": lambda: log.in_flight}
        with Sampler(pids, hub.environment, gauges) as sampler:
            asyncio.run(_drive(world, hub.port, plan, log))
        with psycopg.connect(hub.database_url, autocommit=True) as connection:
            query = _query_of(connection)
            drained_in = _drain(query, hub.environment["CELERY_BROKER_URL"])
            mail = hub.folder / "mail"
            report = Report(
                settings={**asdict(plan), "people": plan.crowd},
                log=log,
                series=sampler.series,
                largest=sampler.largest,
                processor=sampler.processor,
                drained_in=drained_in,
                differences=differences(query, world.ledger, mail=mail),
                also=[*_faults_of_the_run(hub, sampler, log)],
            )
            yield Finished(report, world.ledger, hub.database_url, mail)


async def _drive(world: World, port: int, plan: Plan, log: Log) -> None:
    client = Client("127.0.0.1", port)
    try:
        await drive(world, client, log, rate=plan.rate, seconds=plan.seconds, seed=plan.seed)
    finally:
        await client.close()


def _query_of(connection: psycopg.Connection[tuple[Any, ...]]) -> Query:
    def query(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql.encode()).fetchall()

    return query


def _drain(query: Query, broker_url: str) -> float:
    """Wait until nothing is owed and no message waits; returns the seconds it took."""
    begun = time.monotonic()
    with Connection(broker_url) as broker:
        while time.monotonic() - begun < DRAINING and (owed(query) or waiting(broker)):
            time.sleep(0.1)
    return time.monotonic() - begun


def _faults_of_the_run(hub: hubs.Hub, sampler: Sampler, log: Log) -> Iterator[str]:
    """What makes figures worthless, or shows in no answer."""
    if sampler.failed:
        yield f"samples are missing: {sampler.failed}"
    late = sorted(log.delays)[int(len(log.delays) * 0.99)] if log.delays else 0.0
    if late > LATEST:
        yield f"the client sent late itself, by {late:.1f} s at p99: lower RATE, or use more cores"
    for name, process in hub.processes.items():
        if process.poll() is not None:
            yield f"{name} ended by itself, with {process.returncode}"
    for name, said in hub.logs().items():
        lines = [line for line in said.splitlines() if " ERROR " in line or "Traceback" in line]
        if lines:
            yield f"the log of {name} tells of {len(lines)} errors, first: {lines[0][:300]}"
