"""Where a benchmark plays: its own database, its own Redis database, tokens, and its servers.

Everything is made on entering and gone on leaving. The servers and databases of others on this
machine are not touched: the Redis database must be empty, or carry this tool's mark.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
import redis

from benchmarks import seeding
from benchmarks.contenders import nexus
from benchmarks.servers import ROOT, Running, Server

ATTEMPTS: Final = 12  # to copy a template that somebody looks at
MARK: Final = "nexus-benchmark"  # the key that says: this Redis database may be emptied


class NotOurs(Exception):
    """The Redis database or the template is in use by somebody else."""


@dataclass(frozen=True, slots=True)
class Places:
    """The servers to use: a PostgreSQL that lets us make databases, a database of a Redis."""

    postgres: str
    redis: str


class Stage:
    """One seeded database, its reader's tokens, and the servers that play on it."""

    def __init__(self, places: Places, rows: int, database_url: str, folder: Path) -> None:
        self.rows, self.database_url, self.redis_url = rows, database_url, places.redis
        self.folder = folder
        self.bodies = folder / "bodies"
        self.bodies.mkdir()
        self.facts = seeding.facts(database_url)
        self.tokens = self._tokens()
        self._stack = ExitStack()
        self._running: dict[str, Running] = {}

    def running(self, name: str) -> Running:
        """The server of this name, started now if it was not before."""
        if name not in self._running:
            self._running[name] = self.start(self.server(name))
        return self._running[name]

    def start(self, server: Server) -> Running:
        """Start a server that ends with the stage."""
        return self._stack.enter_context(Running(server, folder=self.folder))

    def stop_all(self) -> None:
        """End every server."""
        self._stack.close()
        self._running.clear()

    def server(self, name: str) -> Server:
        """A contender's server by its name."""
        if name in nexus.MODES:
            return Server(name, nexus.APPLICATION, self.nexus_environment(name))
        given = {
            "DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url,
            "BENCH_SECRET_KEY": nexus.SECRET_KEY, "BENCH_BODIES": str(self.bodies),
            "BENCH_AUTHOR": str(self.facts.reader_id),
        }  # fmt: skip
        module = {
            "bare": "ready_made:bare", "plain": "ready_made:plain",
            "redis": "round_trip:application", "sql": "one_statement:application",
            "stock": "stock.wsgi:application",
        }[name]  # fmt: skip
        return Server(name, f"benchmarks.contenders.{module}", given)

    def nexus_environment(self, mode: str) -> dict[str, str]:
        """The environment of Nexus in one of its modes."""
        return nexus.environment(
            mode,
            database_url=self.database_url,
            redis_url=self.redis_url,
            data_dir=str(self.folder),
        )

    def forget_answers(self) -> None:
        """Empty the Redis database, which holds nothing but this stage's."""
        _empty(self.redis_url)

    def _tokens(self) -> dict[str, str]:
        command = [sys.executable, "-m", "benchmarks.credentials", str(self.facts.reader_id)]
        environment = {**os.environ, **self.nexus_environment("nexus"), "PYTHONPATH": str(ROOT)}
        made = subprocess.run(
            command, check=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE
        )
        found: dict[str, str] = json.loads(made.stdout)
        return found


@contextmanager
def stage(places: Places, rows: int) -> Iterator[Stage]:
    """A stage with so many challenges.

    Raises:
        NotOurs: the Redis database is in use.
    """
    name = f"nexus_bench_{rows}_{os.getpid()}_{secrets.token_hex(3)}"
    with _alone(places), TemporaryDirectory(prefix="nexus-bench-") as folder:
        try:
            url = _copied(places, rows, name)
            made = Stage(places, rows, url, Path(folder))
            try:
                yield made
            finally:
                made.stop_all()
        finally:
            seeding.drop(name, server=places.postgres)
            _release(places.redis)


def _copied(places: Places, rows: int, name: str) -> str:
    """The address of a copy of the template, once nobody else looks at the template.

    Raises:
        NotOurs: somebody does so all the time.
    """
    for _ in range(ATTEMPTS):
        # PostgreSQL itself waits for five seconds before it gives up.
        with suppress(psycopg.errors.ObjectInUse):
            return seeding.copy(rows, name, server=places.postgres)
    raise NotOurs(f"Somebody is connected to the template of {rows:,} rows and does not leave.")


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """Hold the Redis database, by a lock that ends with this process however it ends."""
    with psycopg.connect(places.postgres, autocommit=True) as connection:
        asked = "SELECT pg_try_advisory_lock(hashtext(%s))"
        if connection.execute(asked, [f"{MARK} {places.redis}"]).fetchone() != (True,):
            raise NotOurs("Another run uses this database of Redis. Name another with --redis.")
        _claim(places.redis)
        yield


def _claim(url: str) -> None:
    with _connected(url) as client:
        if client.dbsize() and not client.exists(MARK):
            raise NotOurs(
                f"Database {urlsplit(url).path[1:] or 0} of Redis holds something. "
                "Name an empty one with --redis redis://HOST:PORT/NUMBER."
            )
    _empty(url)


def _empty(url: str) -> None:
    with _connected(url) as client:
        client.flushdb()
        client.set(MARK, 1)


def _release(url: str) -> None:
    with _connected(url) as client:
        client.flushdb()


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    client: Any = redis.Redis.from_url(url, socket_timeout=5)
    try:
        yield client
    finally:
        client.close()
