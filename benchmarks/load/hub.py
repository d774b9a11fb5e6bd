"""A hub of its own for one load: a fresh database, its part of Redis and RabbitMQ, and processes.

The commands are those of the Dockerfile and docker-compose.yml, so that what is measured is what
is deployed. Everything is removed again at the end.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
import yaml

from benchmarks.servers import ROOT, callers_own, free_port, process, production_command

PATIENCE: Final = 60  # seconds for the hub to start
USUAL: Final = {
    "DATABASE_URL": "postgres://postgres@127.0.0.1:5432/postgres",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "CELERY_BROKER_URL": "amqp://guest:guest@127.0.0.1:5672//",
}
CLAIM: Final = "load:claimed"  # a key that keeps others out of a Redis database
CLAIMED_FOR: Final = 24 * 3600  # seconds, should it never be given back


@dataclass(frozen=True)
class Hub:
    """A hub that answers. `processes` are the first ones of web, worker and beat, by name."""

    port: int
    folder: Path
    environment: Mapping[str, str]
    processes: Mapping[str, subprocess.Popen[bytes]]
    seeded: Mapping[str, Any]

    @property
    def database_url(self) -> str:
        """Where its rows are."""
        return self.environment["DATABASE_URL"]

    def logs(self) -> dict[str, str]:
        """What its processes have said, by name."""
        return {name: (self.folder / f"{name}.log").read_text() for name in self.processes}


@contextlib.contextmanager
def started(*, people: int, seed: int, variables: Mapping[str, str]) -> Iterator[Hub]:
    """A hub with so many people, on the settings of production; `variables` over them."""
    with contextlib.ExitStack() as until_the_end:
        folder = Path(
            until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="nexus-load-"))
        )
        redis_url = until_the_end.enter_context(_redis())
        environment = {
            **callers_own(),
            "DJANGO_SETTINGS_MODULE": "nexus.settings.production",
            "DATABASE_URL": until_the_end.enter_context(_database()),
            "REDIS_URL": redis_url,
            "CELERY_BROKER_URL": until_the_end.enter_context(_broker(otherwise=redis_url)),
            "EMAIL_URL": "",
            "NEXUS_ALLOWED_HOSTS": "127.0.0.1",
            "NEXUS_DATA_DIR": str(folder),
            "NEXUS_DEMO": "0",
            "NEXUS_HTTPS": "0",
            # Each person comes from an address of their own, so the usual limits hold.
            "NEXUS_NUM_PROXIES": "1",
            "NEXUS_PUBLIC_READ": "0",
            "NEXUS_RATE_LIMITS": "",
            "NEXUS_SECRET_KEY": secrets.token_urlsafe(64),
            "NEXUS_TOOLBAR": "0",
            **variables,
        }
        file = folder / "seeded.json"
        _run(environment, "-m", "benchmarks.load.seeding", str(file), str(people), str(seed))
        port = free_port()
        processes = {
            name: until_the_end.enter_context(process(name, command, environment, folder))
            for name, command in commands(port, folder).items()
        }
        # All at once, so that none waits for another to end.
        for running in processes.values():
            until_the_end.callback(running.terminate)
        made = Hub(port, folder, environment, processes, json.loads(file.read_text()))
        _wait_until_ready(made)
        yield made


def commands(port: int, folder: Path) -> dict[str, list[str]]:
    """What production runs, by name, on this interpreter and on loopback only."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    web = services["web"].get("command") or production_command((ROOT / "Dockerfile").read_text())
    beat = services["beat"]["command"]
    return {
        "web": _here(_with(web, **{"--host": "127.0.0.1", "--port": str(port)})),
        "worker": _here(services["worker"]["command"]),
        "beat": _here(_with(beat, **{"--schedule": str(folder / "beat")})),
    }


def _with(command: list[str], **options: str) -> list[str]:
    changed = list(command)
    for name, value in options.items():
        changed[changed.index(name) + 1] = value
    return changed


def _here(command: list[str]) -> list[str]:
    program = [] if command[0] == "python" else ["-m", command[0]]
    return [sys.executable, *program, *command[1:]]


@contextlib.contextmanager
def _database() -> Iterator[str]:
    name = f"nexus_load_{os.getpid()}_{secrets.token_hex(3)}"
    url = os.environ.get("DATABASE_URL") or USUAL["DATABASE_URL"]
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield _at(url, name)
    finally:
        # Over a new connection: an hour later the first one may be gone.
        with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _redis() -> Iterator[str]:
    """An empty database of Redis, claimed for us and emptied at the end.

    Raises:
        RuntimeError: none is empty.
    """
    base = os.environ.get("REDIS_URL") or USUAL["REDIS_URL"]
    for number in range(15, 1, -1):
        url = _at(base, str(number))
        with redis.Redis.from_url(url) as client:
            if client.dbsize() or not client.set(CLAIM, "1", nx=True, ex=CLAIMED_FOR):
                continue
            try:
                yield url
            finally:
                client.flushdb()
            return
    raise RuntimeError("No database of this Redis is empty.")


@contextlib.contextmanager
def _broker(*, otherwise: str) -> Iterator[str]:
    """A virtual host of RabbitMQ where we may make one, else the given Redis."""
    url = os.environ.get("CELERY_BROKER_URL") or USUAL["CELERY_BROKER_URL"]
    name = f"nexus-load-{secrets.token_hex(4)}"
    user = urlsplit(url).username or "guest"
    tool = shutil.which("rabbitmqctl") if url.startswith("amqp:") else None
    if tool is None or not _quietly(tool, "add_vhost", name):
        yield otherwise
        return
    try:
        _quietly(tool, "set_permissions", "-p", name, user, ".*", ".*", ".*")
        yield _at(url, name)
    finally:
        _quietly(tool, "delete_vhost", name)


def _at(url: str, name: str) -> str:
    """The same service, with another database or virtual host of it."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))  # noqa: SLF001 - documented


def _quietly(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stderr}")


def _wait_until_ready(hub: Hub) -> None:
    """Wait until the web server answers that all parts do.

    Raises:
        RuntimeError: a process ended, or it takes too long.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(f"http://127.0.0.1:{hub.port}/readyz", timeout=2),
        ):
            return
        ended = [name for name, each in hub.processes.items() if each.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise RuntimeError(f"The hub does not start ({ended}): {hub.logs()}")
        time.sleep(0.1)
