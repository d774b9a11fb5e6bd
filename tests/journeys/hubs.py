"""Real hubs for journeys: Nexus as its users meet it, in processes of its own.

`embedded_hub` is `manage.py up`: one process, SQLite, everything in memory. `hub_on_services` is
web servers, workers and beats, each a process, on a fresh PostgreSQL database with Redis and
RabbitMQ.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

from benchmarks.servers import process
from tests.migrated import copied_database
from tests.nexus.running import ROOT, Hub, embedded, free_port

PATIENCE = 60  # seconds for a hub to start; the machine may be busy with other tests
REDIS_DATABASE = 11  # emptied before use: what it remembers belongs to another database's ids
CURATOR = ("curator@example.org", "a curator's long password")
ADMIN = ("admin@example.org", "an admin's long password")
SERVER = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--blocking-threads", "4")


@dataclass(frozen=True)
class Served:
    """A hub that runs: the addresses of its web servers, its database, the folder of its logs."""

    addresses: list[str]
    database_url: str
    folder: Path


@contextlib.contextmanager
def embedded_hub(folder: Path) -> Iterator[str]:
    """Run `manage.py up`; yields its address."""
    hub = Hub(folder, demo=False)
    try:
        hub.wait_until_it_serves()
        _add_staff(embedded(NEXUS_DATA_DIR=str(folder)))
        yield f"http://127.0.0.1:{hub.port}"
        code, _seconds = hub.stop()
        assert code == 0, hub.output
    finally:
        hub.end()


@contextlib.contextmanager
def hub_on_services(folder: Path, *, of_each: int = 1, **variables: str) -> Iterator[Served]:
    """Run so many servers, workers and beats on the services of this test run."""
    database = copied_database(f"nexus_journey_{os.getpid()}")
    with database as database_url, contextlib.ExitStack() as running:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "nexus.settings.development",
            "DATABASE_URL": database_url,
            "REDIS_URL": _emptied_redis(),
            "NEXUS_DATA_DIR": str(folder),
            **variables,
        }
        _add_staff(environment)
        ports = [free_port() for _ in range(of_each)]
        processes = [
            running.enter_context(process(name, command, environment, folder))
            for number, port in enumerate(ports, start=1)
            for name, command in _commands(folder, number, port).items()
        ]
        for port in ports:
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz", folder)
        yield Served([f"http://127.0.0.1:{port}" for port in ports], database_url, folder)
        for each in processes:  # together: each takes a moment to end what it is doing
            each.terminate()


def _commands(folder: Path, number: int, port: int) -> dict[str, list[str]]:
    """The `number`th server, worker and beat, by the names of their logs."""
    celery = ["celery", "-A", "nexus"]
    commands = {
        "web": [*SERVER, "--port", str(port), "nexus.wsgi:application"],
        "worker": [*celery, "worker", "--concurrency=2", "-n", f"{number}@{os.getpid()}"],
        "beat": [*celery, "beat", "--loglevel=INFO", "-s", str(folder / f"beat{number}")],
    }
    return {
        f"{name}{number}": [sys.executable, "-m", *command] for name, command in commands.items()
    }


def _emptied_redis() -> str:
    url = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{REDIS_DATABASE}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


def _add_staff(environment: dict[str, str]) -> None:
    """Make a curator and an admin."""
    script = (
        "from accounts.models import Role, User; "
        f"User.objects.create_user(*{CURATOR!r}, display_name='Cora', role=Role.CURATOR); "
        f"User.objects.create_user(*{ADMIN!r}, display_name='Ada', role=Role.ADMIN)"
    )
    _manage(environment, "shell", "-c", script)


def _manage(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _wait_until_ready(address: str, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:
            if answer.status == 200:
                return
        assert time.monotonic() < deadline, "\n".join(
            log.read_text() for log in folder.glob("web*.log")
        )
        time.sleep(0.1)
