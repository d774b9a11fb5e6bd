"""A real `manage.py up` for tests: its own process, port and data folder, embedded parts only."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import migrated

ROOT = Path(__file__).resolve().parents[2]
START_PATIENCE = 300  # seconds; making the demo takes ten of a processor, and others want it too


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Hub:
    """One run of `manage.py up`.

    It finds a migrated database, unless `anew`: then it finds what is there, or nothing.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        demo: bool,
        port: int | None = None,
        anew: bool = False,
        **variables: str,
    ) -> None:
        self.port = port or free_port()
        self.data_dir = data_dir
        database = data_dir / "nexus.sqlite3"
        if not (anew or variables.get("DATABASE_URL") or database.exists()):
            migrated.copy_to(database)
        self._log = data_dir.parent / f"{data_dir.name}-{self.port}.log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port)],
                cwd=ROOT,
                env=embedded(NEXUS_DATA_DIR=str(data_dir), NEXUS_DEMO=str(int(demo)), **variables),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_until_it_serves(self) -> Hub:
        deadline = time.monotonic() + START_PATIENCE
        while "Ctrl-C stops it" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        return self

    def ask(self, path: str, *, body: Any = None, token: str = "") -> Answer:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return Answer(response.status, response.read(), dict(response.headers))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read(), dict(refusal.headers))

    def log_in(self, email: str, password: str) -> str:
        answer = self.ask("/api/v1/auth/token/", body={"email": email, "password": password})
        assert answer.status == 200, answer.body
        return answer.json["access"]

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, float]:
        """Send a signal; returns the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(timeout=20), time.monotonic() - began

    def end(self) -> None:
        """End it whatever happened: for the clean-up of fixtures."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=20)


def embedded(**variables: str) -> dict[str, str]:
    """This environment without its services, so that nobody's databases are touched."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nexus.settings.development",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "CELERY_BROKER_URL": "",
        "EMAIL_URL": "",
        **variables,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
