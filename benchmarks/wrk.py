"""Load by `wrk`: one thread, a number of connections, requests as fast as they are answered.

What a request looks like is written as a Lua script, because wrk takes headers, bodies and methods
from there. A plain GET defines no `request` function: wrk then builds its bytes once.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

TIMEOUT: Final = 10  # seconds after which a request counts as failed
# The same for all servers: pages hold addresses, and only the same host has the same pages.
HOST: Final = "127.0.0.1"
_MARK: Final = "RESULT "
# In microseconds and bytes. wrk counts answers of 400 and above as `status` errors.
_REPORT: Final = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "microseconds": %d, "bytes": %d, "failed": %d, ' ..
    '"p50": %d, "p99": %d}\\n',
    summary.requests, summary.duration, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


class LoadFailed(Exception):
    """wrk did not run, or said nothing that can be read."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, sent again and again. `{n}` in the body becomes a number of its own each time.

    With `then`, requests take turns: this one, that one, this one.
    """

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    then: Request | None = None

    @property
    def first_body(self) -> bytes:
        """The body with a number that no run of wrk uses."""
        return self.body.replace("{n}", f"{time.time_ns()}").encode()


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk saw."""

    requests: int
    seconds: float
    bytes: int
    failed: int  # not connected, not read, timed out, or answered with 400 and above
    p50: float  # milliseconds
    p99: float  # milliseconds

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def script(request: Request, *, salt: str) -> str:
    """The Lua script that sends a request.

    Args:
        request: what to send.
        salt: makes bodies differ between runs, as the number in them does within one.
    """
    host = f'wrk.headers["Host"] = {_quoted(HOST)}'
    if not request.body and request.then is None:
        lines = [host, f"wrk.method = {_quoted(request.method)}"]
        lines += [
            f"wrk.headers[{_quoted(name)}] = {_quoted(value)}"
            for name, value in request.headers.items()
        ]
        return "\n".join(lines) + _REPORT
    turns = [request] if request.then is None else [request, request.then]
    makers = ",\n".join(_maker(turn, salt) for turn in turns)
    return (
        f"{host}\nlocal n = 0\nlocal turns = {{\n{makers}\n}}\n"
        "request = function()\n  n = n + 1\n  return turns[n % #turns + 1]()\nend\n" + _REPORT
    )


def _maker(request: Request, salt: str) -> str:
    headers = ", ".join(
        f"[{_quoted(name)}] = {_quoted(value)}" for name, value in request.headers.items()
    )
    pieces = [_quoted(piece) for piece in request.body.split("{n}")]
    body = f" .. {_quoted(salt)} .. n .. ".join(pieces) if request.body else "nil"
    return (
        f"  function() return wrk.format({_quoted(request.method)}, {_quoted(request.path)}, "
        f"{{{headers}}}, {body}) end"
    )


def _quoted(text: str) -> str:
    # JSON's escapes for quotes, backslashes and line ends are Lua's; texts here are ASCII.
    return json.dumps(text)


def run(
    request: Request,
    *,
    port: int,
    connections: int,
    seconds: float,
    folder: Path,
    meanwhile: Callable[[], Any] | None = None,
) -> Load:
    """Send a request over and over for some whole seconds.

    Args:
        request: what to send, to this machine.
        port: where.
        connections: how many at once; each sends its next request when the last is answered.
        seconds: how long; wrk takes whole ones, so it is rounded up.
        folder: where the script may be written.
        meanwhile: called once in the middle.

    Raises:
        LoadFailed: wrk ended with an error or without a report.
    """
    written = folder / f"wrk-{port}.lua"
    written.write_text(script(request, salt=f"{time.time_ns()}-"))
    whole = max(1, -(-int(seconds * 10) // 10))
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{whole}s", f"--timeout={TIMEOUT}s",
        f"--script={written}", f"http://127.0.0.1:{port}{request.path}",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        if meanwhile is not None:
            time.sleep(whole / 2)
            meanwhile()
        output, _ = process.communicate(timeout=whole + 3 * TIMEOUT)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise LoadFailed(output.strip())
    return parse(output.splitlines())


def parse(lines: Sequence[str]) -> Load:
    """Read wrk's report.

    Raises:
        LoadFailed: there is none in it.
    """
    for line in lines:
        if line.startswith(_MARK):
            found = json.loads(line.removeprefix(_MARK))
            return Load(
                requests=found["requests"],
                seconds=found["microseconds"] / 1e6,
                bytes=found["bytes"],
                failed=found["failed"],
                p50=found["p50"] / 1000,
                p99=found["p99"] / 1000,
            )
    raise LoadFailed("wrk reported nothing:\n" + "\n".join(lines))
