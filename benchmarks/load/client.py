"""HTTP/1.1 over sockets of asyncio: as little of this machine as a client can do with."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PATIENCE: Final = 30.0  # seconds until an answer counts as lost
LONGEST_REST: Final = 5.0  # seconds a connection rests before it is not trusted any more
BODILESS: Final = frozenset({204, 304})

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Broken(Exception):
    """What came back is no answer of HTTP/1.1."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers by their names in lower case, and the body without its compression."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON says it."""
        return json.loads(self.body)


class Client:
    """Sends requests to one address, each at once: over a resting connection or a new one."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._resting: list[tuple[_Connection, float]] = []  # the last one rested the shortest
        self.opened = 0  # connections, since the beginning

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """The answer to one request. Nothing is ever sent twice.

        Raises:
            TimeoutError: none came within `PATIENCE`.
            OSError, EOFError, Broken: the connection was refused or lost, or is garbled.
        """
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method not in {"GET", "HEAD"}:
            lines.append(f"Content-Length: {len(body)}")
        packed = "\r\n".join([*lines, "", ""]).encode() + body
        async with asyncio.timeout(PATIENCE):
            connection = await self._take()
            try:
                connection[1].write(packed)
                answer = await _read(connection[0])
            except BaseException:
                connection[1].close()
                raise
        if answer.headers.get("connection", "").lower() == "close":
            connection[1].close()
        else:
            self._resting.append((connection, time.monotonic()))
        return answer

    async def close(self) -> None:
        """Hang up on all connections."""
        while self._resting:
            (_reader, writer), _since = self._resting.pop()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _take(self) -> _Connection:
        while self._resting:
            connection, since = self._resting.pop()
            # The server hangs up on who rests for long, and that must not cross a request.
            if time.monotonic() - since < LONGEST_REST and not connection[0].at_eof():
                return connection
            connection[1].close()
        self.opened += 1
        return await asyncio.open_connection(self._host, self._port)


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head[:-4].split("\r\n")
    version, _, rest = first.partition(" ")
    if not version.startswith("HTTP/1.") or not rest[:3].isdecimal():
        raise Broken(first[:80])
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    status = int(rest[:3])
    body = b"" if status in BODILESS else await _body(reader, headers)
    if body and headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return Answer(status, headers, body)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    chunks = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(chunks)
