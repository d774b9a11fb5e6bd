"""How soon `manage.py up` answers, on an existing environment and on an empty folder."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.servers import ROOT, ServerFailed, free_port
from benchmarks.spread import Spread

PATIENCE: Final = 60  # seconds


def measure(rounds: int) -> dict[str, Any]:
    """Seconds from the command to the first answer: the first start, and those after it."""
    with TemporaryDirectory(prefix="nexus-bench-up-") as folder:
        first = _seconds(Path(folder))
        again = [_seconds(Path(folder)) for _ in range(rounds)]
    return {"first": round(first, 2), "again": Spread.of(again).as_json()}


def _seconds(folder: Path) -> float:
    port, began = free_port(), time.monotonic()
    with _up(folder, port) as process:
        while time.monotonic() - began < PATIENCE:
            if _answers(port):
                return time.monotonic() - began
            if process.poll() is not None:
                break
            time.sleep(0.01)
    raise ServerFailed("manage.py up does not answer")


@contextmanager
def _up(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The embedded hub, without demo data."""
    ours = ("NEXUS_", "DJANGO_", "CELERY_", "DATABASE_URL", "REDIS_URL", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    # Set, because a `.env` beside manage.py would be read for what is missing.
    given = {
        "NEXUS_DATA_DIR": str(folder), "NEXUS_DEMO": "false", "DATABASE_URL": "",
        "REDIS_URL": "", "CELERY_BROKER_URL": "", "EMAIL_URL": "",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port)],
        cwd=ROOT, env={**kept, **given}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
