"""Starting contenders on the server that production uses, with production's flags."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from benchmarks import memory

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE: Final = 60  # seconds until a server accepts connections, or a process has ended
_CMD: Final = re.compile(r"^CMD (\[.*?\])[ \t]*$", re.MULTILINE | re.DOTALL)


class ServerFailed(Exception):
    """A server did not start; the text ends with what it wrote last."""


def production_command(dockerfile: str) -> list[str]:
    """The command that a Dockerfile starts, program first and application last.

    Raises:
        ValueError: it has no `CMD` in the form of a list.
    """
    found = _CMD.search(dockerfile)
    if found is None:
        raise ValueError("the Dockerfile has no CMD [...]")
    command: list[str] = json.loads(found[1].replace("\\\n", " "))
    return command


def on_this_machine(command: Sequence[str], *, application: str, port: int) -> list[str]:
    """Production's command for another application, heard only on this machine."""
    moved = list(command[:-1])
    for option, value in (("--host", "127.0.0.1"), ("--port", str(port))):
        moved[moved.index(option) + 1] = value
    return [str(Path(sys.executable).with_name(moved[0])), *moved[1:], application]


@dataclass(frozen=True, slots=True)
class Server:
    """One contender's process: an application and the environment that it runs in.

    `command` starts it otherwise than production does; `{port}` in it becomes a free one.
    """

    name: str
    application: str
    environment: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()


class Running:
    """A started server. Use as a context manager: leaving ends it."""

    def __init__(self, server: Server, *, folder: Path) -> None:
        self.server = server
        self.port = free_port()
        self.log = folder / f"{server.name}.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=ROOT, env=self._environment(), stdout=log, stderr=log,
                start_new_session=True,  # a Ctrl-C is ours to handle, workers end with the server
            )  # fmt: skip

    def __enter__(self) -> Self:
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self) -> None:
        """Return once it accepts connections.

        Raises:
            ServerFailed: it ended, or it took longer than `PATIENCE`.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise ServerFailed(f"{self.server.name} does not serve:\n{self.last_words()}")

    def last_words(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text(errors="replace")[-2000:]

    def weights(self) -> list[memory.Weight]:
        """What each worker weighs now."""
        return memory.workers(self._process.pid)

    def stop(self) -> None:
        """End it, gently at first."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)  # a group of its own
                self._process.wait()

    def _command(self) -> list[str]:
        if self.server.command:
            return [part.replace("{port}", str(self.port)) for part in self.server.command]
        production = production_command((ROOT / "Dockerfile").read_text())
        return on_this_machine(production, application=self.server.application, port=self.port)

    def _environment(self) -> dict[str, str]:
        return {**callers_own(), "PYTHONPATH": str(ROOT), **self.server.environment}


@contextmanager
def process(
    name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs until this is left, with what it says in `NAME.log` of the folder."""
    with (folder / f"{name}.log").open("wb") as log:
        started = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield started
    finally:
        started.terminate()
        with suppress(subprocess.TimeoutExpired):
            started.wait(PATIENCE)
        with suppress(ProcessLookupError):  # as it should be: none is left of its session
            os.killpg(started.pid, signal.SIGKILL)
        started.wait(PATIENCE)


def callers_own() -> dict[str, str]:
    """The caller's environment without that of a Nexus, which may not leak into measurements."""
    addresses = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL"}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in addresses and not name.startswith(("NEXUS_", "DJANGO_", "CELERY_"))
    }


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
