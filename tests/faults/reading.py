"""Steady readers and a writer: each request begins when it is due, whatever became of the others.

Latency is counted from when a request was due. A reader who waits for an answer before asking
again would hide an outage: it asks hardly anything while the server is slow.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

PATIENCE = 20  # seconds until a request is given up
GOOD = frozenset({200, 201, 304})
AT_ONCE = 200  # requests under way at most; a server that stalls meets them all


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request."""

    due: float  # seconds of `time.monotonic`
    latency: float  # seconds from then until the last byte
    method: str
    path: str
    status: int  # 0: no answer at all
    cache: str  # the header `X-Cache`
    body: bytes
    excuse: str  # why it failed; empty if it is as promised

    @property
    def ended(self) -> float:
        return self.due + self.latency

    @property
    def is_good(self) -> bool:
        return self.status in GOOD

    @property
    def is_away(self) -> bool:
        return self.status == http.client.SERVICE_UNAVAILABLE


def ask(
    port: int, path: str, *, token: str = "", method: str = "GET", body: object = None,
    due: float | None = None,
) -> Answer:  # fmt: skip
    """Send one request on a connection of its own, so that all web processes get some."""
    due = time.monotonic() if due is None else due
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    status, cache, content, excuse = 0, "", b"", ""
    try:
        line.request(method, path, json.dumps(body) if body is not None else None, headers)
        found = line.getresponse()
        status, cache, content = found.status, found.headers.get("X-Cache", ""), found.read()
        excuse = _broken_promise(status, found.headers, content)
    except (OSError, http.client.HTTPException) as error:
        excuse = f"{type(error).__name__}: {error}"
    finally:
        line.close()
    return Answer(due, time.monotonic() - due, method, path, status, cache, content, excuse)


def _broken_promise(status: int, headers: http.client.HTTPMessage, content: bytes) -> str:
    """What is wrong with an answer to a rightful request, in a few words."""
    if status in GOOD:
        return ""
    if status != http.client.SERVICE_UNAVAILABLE:
        return f"{status} {content[:200]!r}"
    if not headers.get("Retry-After", "").isdecimal():
        return "503 without Retry-After"
    if headers.get_content_type() != "application/problem+json":
        return f"503 as {headers.get_content_type()}"
    with contextlib.suppress(ValueError):
        if json.loads(content)["status"] == status:
            return ""
    return f"503 with the body {content[:200]!r}"


class Load:
    """Calls `ask_next()` for one request each `every` seconds, until it is stopped."""

    def __init__(self, requests: Iterator[Callable[[float], Answer]], *, every: float) -> None:
        self._requests = requests
        self._every = every
        self._over = threading.Event()
        self._answers: list[Answer] = []
        # How late we began a request at worst, in seconds: what a process has to put up with here
        # and now. On a machine with nothing else to do, a millisecond.
        self.lag = 0.0

    @property
    def answers(self) -> list[Answer]:
        """Those that have come so far, by the time they were due."""
        return sorted(self._answers, key=lambda answer: answer.due)

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._clock = threading.Thread(target=self._tick)
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._clock.join()
        self._pool.shutdown()

    def _tick(self) -> None:
        due = time.monotonic()
        for request in self._requests:
            if self._over.wait(max(0.0, due - time.monotonic())):
                return
            self.lag = max(self.lag, time.monotonic() - due)
            self._pool.submit(self._send, request, due)
            due += self._every

    def _send(self, request: Callable[[float], Answer], due: float) -> None:
        self._answers.append(request(due))


def reads(port: int, addresses: Sequence[tuple[str, str]]) -> Iterator[Callable[[float], Answer]]:
    """Requests for each (path, token) in turn, for ever."""
    for path, token in itertools.cycle(addresses):
        yield lambda due, path=path, token=token: ask(port, path, token=token, due=due)  # type: ignore[misc]


def percentile(answers: Sequence[Answer], share: float) -> float:
    """The latency that `share` of the answers (0 to 1) did not exceed, in milliseconds."""
    taken = sorted(answer.latency for answer in answers)
    return 1000 * taken[max(0, math.ceil(share * len(taken)) - 1)] if taken else math.nan


def recovered_after(answers: Sequence[Answer], *, end: float) -> float:
    """Seconds from a fault's `end` until every answer is good and shared pages are hits again."""
    later = [answer for answer in answers if answer.due >= end]
    return max((a.ended - end for a in later if not a.is_good or a.cache == "MISS"), default=0.0)
