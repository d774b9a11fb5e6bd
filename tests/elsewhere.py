"""The world outside, on this machine: a server that answers as told, and what was asked of it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

from learnings.importing.addresses import API, GITHUB, RAW
from learnings.importing.fetching import Fetcher

PUBLIC = "140.82.121.4"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
Script = Callable[[socket.socket], None]


class Request(NamedTuple):
    """One request as it came."""

    host: str
    target: str
    headers: dict[str, str]


def answer(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer; `Content_Length=…` replaces the true one."""
    given = {"Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def redirect(to: str) -> bytes:
    return answer(status="302 Found", Location=to)


class Elsewhere:
    """Hosts of the Internet behind one port of this machine.

    `at[host, path]` is what is answered there: bytes, or a function that gets the socket.
    `connections` are the addresses that would have been connected to, with the names asked for.
    """

    def __init__(self) -> None:
        self.at: dict[tuple[str, str], bytes | Script] = {}
        self.requests: list[Request] = []
        self.connections: list[tuple[str, str]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def serve(self, content: str, *, commit: str = COMMIT, etag: str = '"1"') -> None:
        """Serve a README of the repository `owner/name`, at its newest commit."""
        readme = answer(content.encode(), ETag=etag)
        self.at = {
            (RAW, "/owner/name/HEAD/README.md"): readme,
            (RAW, f"/owner/name/{commit}/README.md"): readme,
            (API, "/repos/owner/name/commits/HEAD"): answer(commit.encode()),
        }

    def connect(self, address: str, *, server_name: str, timeout: float) -> socket.socket:
        """What a fetcher connects with: notes where it would have gone, and comes here."""
        self.connections.append((address, server_name))
        return socket.create_connection(self._listener.getsockname(), timeout=timeout)

    def fetcher(self, *, hosts=(GITHUB, RAW, API), resolve=lambda _: [PUBLIC], **options):
        """A fetcher that meets only this."""
        return Fetcher(hosts=hosts, resolve=resolve, connect=self.connect, **options)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                with line, contextlib.suppress(OSError):
                    self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        line.settimeout(5)
        head = b""
        while b"\r\n\r\n" not in head:
            if not (more := line.recv(65536)):
                return
            head += more
        first, *rest = head.decode().split("\r\n")
        headers = dict(text.split(": ", 1) for text in rest if text)
        request = Request(headers["Host"], first.split(" ")[1], headers)
        self.requests.append(request)
        said = self.at.get((request.host, request.target), answer(status="404 Not Found"))
        if isinstance(said, bytes) and b"ETag: " in said:
            told = headers.get("If-None-Match")
            if told and f"ETag: {told}\r\n".encode() in said:
                said = answer(status="304 Not Modified", ETag=told)
        if callable(said):
            said(line)
        else:
            line.sendall(said)


@contextlib.contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """The world, for the length of a test."""
    world = Elsewhere()
    yield world
    world.close()
