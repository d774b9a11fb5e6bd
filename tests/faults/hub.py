"""A hub of its own for one test: workers that may be killed, a queue, a folder for e-mails."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until something counts as lost, on a machine that has much to do
DEED_EVERY = 3  # seconds


def wait_until(true: Callable[[], bool], *, doing: Callable[[], object] = lambda: None) -> None:
    """Look again every 20 ms, `doing` something about it every three seconds, as beat would."""
    now = time.monotonic()
    deadline, next_deed = now + PATIENCE, now + DEED_EVERY
    while not true():
        now = time.monotonic()
        assert now < deadline, "this takes too long"
        if now >= next_deed:
            doing()
            next_deed = now + DEED_EVERY
        time.sleep(0.02)


@dataclass
class Hub:
    """Where the workers of one test live."""

    broker_url: str
    queue: str
    folder: Path

    def __post_init__(self) -> None:
        self._workers: list[subprocess.Popen[bytes]] = []

    def start_worker(self, *, children: int = 2) -> subprocess.Popen[bytes]:
        """A prefork worker with so many children, on the settings of production."""
        environ = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "nexus.settings.production",
            "DATABASE_URL": _database_url(),
            "REDIS_URL": settings.CACHES["default"]["LOCATION"],
            "CELERY_BROKER_URL": self.broker_url,
            "NEXUS_DATA_DIR": str(self.folder),
            "NEXUS_SECRET_KEY": settings.SECRET_KEY,
            "NEXUS_ALLOWED_HOSTS": "localhost",
            "NEXUS_DEMO": "0",
            "EMAIL_URL": "",
        }
        command = [sys.executable, "-m", "tests.faults.worker", self.queue, str(children)]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
            )
        self._workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill a worker and its children at once, without a word."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)  # its own session: nobody else is in it
        worker.wait(PATIENCE)

    def kill_all(self) -> None:
        for worker in self._workers:
            self.kill(worker)

    def emails(self) -> list[str]:
        """The Message-IDs of all e-mails that were sent."""
        return [
            line
            for file in (self.folder / "mail").glob("*.log")
            for line in file.read_text().splitlines()
            if line.startswith("Message-ID:")
        ]


def children_of(worker: subprocess.Popen[bytes]) -> list[int]:
    """Process ids of the children that work for this worker."""
    listed = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    return [int(pid) for pid in listed.read_text().split()]


def _database_url() -> str:
    """The test database, for another process."""
    it = {key: quote(str(value), safe="") for key, value in connection.settings_dict.items()}
    secret = f":{it['PASSWORD']}" if it["PASSWORD"] else ""
    return f"postgres://{it['USER']}{secret}@{it['HOST']}:{it['PORT'] or 5432}/{it['NAME']}"
