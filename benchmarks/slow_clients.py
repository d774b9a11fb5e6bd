"""Clients that take their time: do they keep the server from everybody else?

Each slow client opens a connection and sends a request a byte a second: either its head, or, with
the head sent whole, its body. A client of ordinary speed asks meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SLOW: Final = 100  # clients
SETTLING: Final = 2.0  # seconds until all of them are in the middle of it
PATIENCE: Final = 10  # seconds that the ordinary client waits for one answer
HEAD: Final = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"x" * 200
BODY_HEAD: Final = (
    b"POST /api/v1/challenges/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Waits:
    """What the ordinary client met."""

    answered: int
    failed: int
    p50: float  # milliseconds
    p99: float  # milliseconds


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that so large a share of them does not exceed.

    Raises:
        ValueError: there are no samples.
    """
    if not samples:
        raise ValueError("no samples")
    return sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


def measure(
    port: int, path: str, headers: dict[str, str], *, seconds: float, slow_at: str
) -> Waits:
    """What an ordinary client meets while `SLOW` others dawdle.

    Args:
        port: of the server.
        path: what the ordinary client asks for.
        headers: that it sends.
        seconds: for how long.
        slow_at: `head`, `body`, or nothing: then nobody dawdles.
    """
    return asyncio.run(_measure(port, path, headers, seconds=seconds, slow_at=slow_at))


async def _measure(
    port: int, path: str, headers: dict[str, str], *, seconds: float, slow_at: str
) -> Waits:
    count = SLOW if slow_at else 0
    first, rest = (b"", HEAD) if slow_at == "head" else (BODY_HEAD, b" " * 1000)
    dawdlers = [asyncio.create_task(_dawdle(port, first, rest)) for _ in range(count)]
    try:
        if slow_at:
            await asyncio.sleep(SETTLING)
        return await asyncio.to_thread(_ask, port, path, headers, seconds)
    finally:
        for task in dawdlers:
            task.cancel()
        await asyncio.gather(*dawdlers, return_exceptions=True)


async def _dawdle(port: int, first: bytes, rest: bytes) -> None:
    """Send a request slowly, and again when the server hangs up, until cancelled."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(first)
                for byte in rest:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)
                await reader.read(1)
            finally:
                writer.close()
        await asyncio.sleep(0.1)


def _ask(port: int, path: str, headers: dict[str, str], seconds: float) -> Waits:
    """One request after the other, each on a new connection, as a page's visitor comes."""
    waited: list[float] = []
    failed = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            failed += response.status != http.client.OK
        except (OSError, http.client.HTTPException):
            failed += 1
        finally:
            connection.close()
        waited.append(1000 * (time.perf_counter() - began))
    return Waits(
        answered=len(waited) - failed,
        failed=failed,
        p50=percentile(waited, 0.5),
        p99=percentile(waited, 0.99),
    )
