"""Real hubs for journeys: Nexus as its users meet it, in processes of its own.

`embedded` is `manage.py up`: one process, SQLite, everything in memory. `on_services` is a web
server, a worker and a beat, each a process, on a fresh PostgreSQL database with Redis and RabbitMQ.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import redis

from tests.nexus.running import ROOT, Hub, embedded, free_port

PATIENCE = 60  # seconds for a hub to start; the machine may be busy with other tests
REDIS_DATABASE = 11  # emptied before use: what it remembers belongs to another database's ids
CURATOR = ("curator@example.org", "a curator's long password")


@contextlib.contextmanager
def embedded_hub(folder: Path) -> Iterator[str]:
    """Run `manage.py up`; yields its address."""
    hub = Hub(folder, demo=False)
    try:
        hub.wait_until_it_serves()
        _add_curator(embedded(NEXUS_DATA_DIR=str(folder)))
        yield f"http://127.0.0.1:{hub.port}"
        code, _seconds = hub.stop()
        assert code == 0, hub.output
    finally:
        hub.end()


@contextlib.contextmanager
def hub_on_services(folder: Path) -> Iterator[str]:
    """Run a server, a worker and a beat on the services of this test run; yields the address."""
    with _fresh_database() as database_url:
        port = free_port()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "nexus.settings.development",
            "DATABASE_URL": database_url,
            "REDIS_URL": _emptied_redis(),
            "NEXUS_DATA_DIR": str(folder),
        }
        _manage(environment, "migrate", "--verbosity=0")
        _add_curator(environment)
        program = [sys.executable, "-m"]
        server = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        commands = {
            "web": [*program, *server, "nexus.wsgi:application"],
            "worker": [*program, "celery", "-A", "nexus", "worker", "--concurrency=2"],
            "beat": [*program, "celery", "-A", "nexus", "beat", "-s", str(folder / "beat")],
        }
        with contextlib.ExitStack() as running:
            for name, command in commands.items():
                running.enter_context(_process(name, command, environment, folder))
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz", folder)
            yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def _process(
    name: str, command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[None]:
    """Run a command in a process group of its own, with its output in `NAME.log`."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=15)


@contextlib.contextmanager
def _fresh_database() -> Iterator[str]:
    """A PostgreSQL database of our own beside the one that the tests use."""
    name = f"nexus_journey_{os.getpid()}"
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _emptied_redis() -> str:
    url = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{REDIS_DATABASE}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


def _add_curator(environment: dict[str, str]) -> None:
    email, password = CURATOR
    script = (
        "from accounts.models import Role, User; "
        f"User.objects.create_user({email!r}, {password!r}, display_name='Cora', role=Role.CURATOR)"
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
        assert time.monotonic() < deadline, (folder / "web.log").read_text()
        time.sleep(0.1)
