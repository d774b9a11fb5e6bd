"""A whole hub to break while it is read: its own Redis, its own PostgreSQL, a real web server."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from tests.faults import reading
from tests.faults.reading import Answer, Load
from tests.faults.servers import ROOT, PostgreSQL, Redis, Web, free_port

PERSONAL = "/api/v1/me/"  # never remembered: it always asks the database
LIMITS = "user=1000000/minute,write=1000000/minute,anonymous=1000000/minute,log-in=1/minute"


@dataclass
class ReadingHub:
    """The servers, and what was written for the readers."""

    redis: Redis
    postgresql: PostgreSQL
    web: Web
    environment: dict[str, str]
    rows: dict[str, Any]

    @property
    def shared(self) -> list[str]:
        """Addresses whose answers are the same for all readers, and remembered."""
        author, challenge = self.rows["author"], self.rows["challenge"]
        return [
            "/api/v1/challenges/", f"/api/v1/challenges/{challenge}/", f"/api/v1/users/{author}/",
        ]  # fmt: skip

    def steady_reads(self, *, every: float) -> Load:
        """A list, a detail, a person and one's own profile, in turn, as a signed-in reader."""
        addresses = [(path, self.rows["reader_token"]) for path in [*self.shared, PERSONAL]]
        return Load(reading.reads(self.web.port, addresses), every=every)

    def ask(self, path: str, **options: Any) -> Answer:
        """One request, as the reader unless told otherwise."""
        return reading.ask(self.web.port, path, **{"token": self.rows["reader_token"], **options})

    def rename(self, name: str) -> Answer:
        """The author takes another name, which a shared page shows."""
        return self._write("PATCH", PERSONAL, {"display_name": name})

    def create(self, title: str) -> Answer:
        """The author begins a learning, which is on none of the shared pages."""
        return self._write("POST", "/api/v1/learnings/", {"title": title, "kind": "CONCEPT"})

    def _write(self, method: str, path: str, body: object) -> Answer:
        return self.ask(path, token=self.rows["author_token"], method=method, body=body)

    def shown_name(self) -> str:
        """The author's name as everybody reads it now."""
        name: str = json.loads(self.ask(self.shared[2]).body)["display_name"]
        return name

    def warm(self) -> None:
        """Let both processes compute and remember everything from now on."""
        self.redis.empty()
        for _ in range(10):
            for path in [*self.shared, PERSONAL]:
                self.ask(path)

    def sql(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the database answers."""
        with psycopg.connect(self.postgresql.url) as connection:
            return connection.execute(statement, parameters).fetchall()

    def keep_promises(self) -> int:
        """Do what a worker does that the sweep has rung for; returns how many were owed."""
        kept: int = run_in(self.environment, "promises")["kept"]
        return kept


def run_in(environment: dict[str, str], what: str) -> dict[str, Any]:
    """Run a part of `preparing` in a process of its own."""
    command = [sys.executable, "-m", "tests.faults.preparing", what]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextlib.contextmanager
def reading_hub(folder: Path) -> Iterator[ReadingHub]:
    """Start everything, and end it.

    There is no broker: rings are refused at once, and only the sweep finds what is promised.

    Raises:
        NotHere: this machine lacks a server.
    """
    with contextlib.ExitStack() as ends:
        redis = Redis(folder)
        postgresql = PostgreSQL()
        ends.callback(postgresql.delete)
        ends.callback(redis.close)
        redis.start()
        postgresql.start()
        environment = _environment(folder, redis, postgresql)
        rows = run_in(environment, "rows")
        web = Web(folder, environment)
        ends.callback(web.stop)
        web.start()
        yield ReadingHub(redis, postgresql, web, environment, rows)


@contextlib.contextmanager
def patient_hub(hub: ReadingHub, folder: Path) -> Iterator[ReadingHub]:
    """The same hub behind web processes that give Redis five seconds.

    For faults of others: a Redis that gets no turn on a busy machine for a third of a second counts
    as away, and then nothing is remembered.
    """
    patience = "socket_timeout=5&socket_connect_timeout=5"
    environment = {**hub.environment, "REDIS_URL": f"{hub.redis.url}?{patience}"}
    web = Web(folder, environment)
    try:
        web.start()
        yield replace(hub, web=web, environment=environment)
    finally:
        web.stop()


def _environment(folder: Path, redis: Redis, postgresql: PostgreSQL) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nexus.settings.production",
        "DATABASE_URL": postgresql.url,
        "REDIS_URL": redis.url,
        "CELERY_BROKER_URL": f"amqp://127.0.0.1:{free_port()}//",
        "EMAIL_URL": "",
        "NEXUS_ALLOWED_HOSTS": "localhost,127.0.0.1",
        "NEXUS_DATA_DIR": str(folder),
        "NEXUS_DEMO": "0",
        "NEXUS_HTTPS": "0",
        "NEXUS_RATE_LIMITS": LIMITS,
        "NEXUS_SECRET_KEY": "only-for-faults-and-long-enough-for-hs256-signatures",
    }
