"""A Redis, a PostgreSQL cluster and a web server of one's own, to be frozen, stopped and killed."""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import redis

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until a server counts as one that does not start


class NotHere(Exception):
    """This machine has no such server; the sentence says what is missing."""


def free_port() -> int:
    """A port of this machine where nobody listens now."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])


def wait_for(what: str, is_there: Callable[[], bool], *, every: float = 0.02) -> None:
    """Ask again and again until the answer is yes."""
    deadline = time.monotonic() + PATIENCE
    while not is_there():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} takes longer than {PATIENCE} s")
        time.sleep(every)


class Redis:
    """A Redis that keeps nothing on disk, so that a new start finds it empty."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("redis-server") is None:
            raise NotHere("there is no redis-server")
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, on the same port each time, and wait until it answers."""
        command = [
            *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for("Redis", self._answers)

    def freeze(self) -> None:
        """Let it keep its connections, take new ones, and say nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def close(self) -> None:
        """Kill it. Connections are refused from then on, and what it knew is gone."""
        if self._process is not None:
            self._send(signal.SIGKILL)
            self._process.wait(PATIENCE)
            self._process = None

    def empty(self) -> None:
        with self._client() as client:
            client.flushall()

    def _send(self, sign: signal.Signals) -> None:
        assert self._process is not None, "it was not started"
        self._process.send_signal(sign)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), self._client() as client:
            return bool(client.ping())
        return False

    def _client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=1)


class PostgreSQL:
    """A cluster of its own. PostgreSQL refuses root, so for root it runs as user postgres."""

    def __init__(self) -> None:
        self._bin = self._programs()
        self._as: list[str] = []
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        # Not below a folder of pytest's: those are closed to other users.
        self._folder = Path(tempfile.mkdtemp(prefix="nexus-postgresql-"))
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            self._as = ["runuser", "-u", "postgres", "--"]
        initdb = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]
        self._run("initdb", *initdb, "--locale=C.UTF-8", "-D", self._data)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1"
        self._control("start", "-l", str(self._folder / "log"), "-o", options)

    def stop(self, mode: str) -> None:
        """Stop it: `fast` says goodbye to clients, `immediate` is as a crash."""
        self._control("stop", "-m", mode)

    def delete(self) -> None:
        """Stop it, if it runs, and leave nothing behind."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop("immediate")
        shutil.rmtree(self._folder)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-t", str(PATIENCE), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as, str(self._bin / program), *arguments],
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,  # a pipe would stay open for as long as the server runs
            stderr=subprocess.DEVNULL,
        )

    @staticmethod
    def _programs() -> Path:
        """Where the newest server's programs are."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        if on_path := shutil.which("pg_ctl"):
            found.append(Path(on_path))
        if not found:
            raise NotHere("there is no pg_ctl")
        if os.getuid() == 0 and shutil.which("runuser") is None:
            raise NotHere("PostgreSQL refuses root, and there is no runuser")
        return found[-1].parent


class Web:
    """The web server as the container image starts it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self.log = folder / "web.log"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(self.port), "--workers", "2", "--blocking-threads", "4"),
            *("--respawn-failed-workers", "nexus.wsgi:application"),
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        wait_for("the web server", self._answers, every=0.1)

    def stop(self) -> None:
        """End it and its workers at once."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # its own session: nobody else's
            self._process.wait(PATIENCE)

    def _answers(self) -> bool:
        asked = f"http://127.0.0.1:{self.port}/healthz"
        with contextlib.suppress(OSError), urllib.request.urlopen(asked, timeout=5) as answer:
            return bool(answer.status == http.client.OK)
        return False
