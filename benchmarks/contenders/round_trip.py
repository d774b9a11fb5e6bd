"""No framework: the least that an answer can cost which asks Redis whether it still holds.

One round trip brings as many versions as a page of Nexus depends on and counts the request, on
plain WSGI over a socket of the thread's own. The bytes lie ready in the process, nothing is
compared, no token looked at: what is left is the price of asking at all. Whatever keeps the promise
that no acknowledged write is followed by an older read pays it.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import hiredis

AT: Final = urlsplit(os.environ["REDIS_URL"])
VERSIONS: Final = tuple(f"round-trip:version:{number}" for number in range(5))
BODIES: Final = {
    file.stem: file.read_bytes() for file in Path(os.environ["BENCH_BODIES"]).glob("*.json")
}
COUNTER: Final = "round-trip:count"


class Line(threading.local):
    """A thread's connection to Redis."""

    def __init__(self) -> None:
        self.socket = socket.create_connection((AT.hostname, AT.port or 6379), timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = hiredis.Reader()
        self.ask(("SELECT", AT.path[1:] or "0"))

    def ask(self, *commands: tuple[str | bytes, ...]) -> list[Any]:
        """Send commands together and read as many answers."""
        self.socket.sendall(b"".join([hiredis.pack_command(each) for each in commands]))  # type: ignore[arg-type] # typed for one
        return [self._read() for _ in commands]

    def _read(self) -> Any:
        while (answer := self.reader.gets()) is False:
            received = self.socket.recv(65_536)
            if not received:
                raise ConnectionError("Redis closed the connection.")
            self.reader.feed(received)
        return answer


line = Line()
line.ask(*(("SET", version, "1") for version in VERSIONS))


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """`GET /list` and `GET /detail`, as they lie in the folder of bodies."""
    line.ask(("MGET", *VERSIONS), ("INCR", COUNTER), ("PTTL", COUNTER))
    body = BODIES[environ["PATH_INFO"][1:]]
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
