"""Requests as a server hands them to a WSGI application, and what must be equal of two answers."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core import signals
from django.core.cache import cache, caches
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, connection

from foundation import redis_commands
from foundation.http.content_types import TolerantWSGIRequest
from foundation.http.request_ids import is_acceptable
from nexus.fastlane import LANES, FastLane

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Ask:
    """A request: its target as it stands in the first line, its headers as they are sent."""

    target: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    scheme: str = "http"
    place: str = "203.0.113.7"  # the network address that it comes from

    def but(self, **headers: str | None) -> Ask:
        """The same with other headers; None takes one away."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = [(name, value) for name, value in self.headers if name not in names]
        added = [(name, value) for name, value in names.items() if value is not None]
        return replace(self, headers=(*kept, *added))

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def is_for_the_lane(self) -> bool:
        return self.method == "GET" and self.path.startswith(LANES)

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)

    def environ(self) -> dict[str, Any]:
        path, _, query = self.target.partition("?")
        made = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.place,
            "HTTP_HOST": "testserver",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if self.body:
            made["CONTENT_LENGTH"] = str(len(self.body))
        for name, value in self.headers:
            key = name.upper().replace("-", "_")
            made[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        return made


@dataclass(frozen=True)
class Reply:
    """What an application answered."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status[:3])

    def header(self, name: str) -> str | None:
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def json(self) -> Any:
        is_zipped = self.header("Content-Encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if is_zipped else self.body)


def ask(application: Any, asked: Ask) -> Reply:
    """Call an application as a server does, to the last byte."""
    begun: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: Any) -> None:
        begun[:] = [status, list(headers)]

    response = application(asked.environ(), start_response)
    try:
        body = b"".join(response)
    finally:
        getattr(response, "close", lambda: None)()
    return Reply(begun[0], begun[1], body)


def differences(asked: Ask, expected: Reply, found: Reply) -> list[str]:
    """What of `found` is not as `expected`, but for what may differ."""
    ours, theirs = _comparable(asked, expected), _comparable(asked, found)
    parts = {part for part, _what in ours ^ theirs}
    return [
        f"{part}: {_of(part, ours - theirs)} became {_of(part, theirs - ours)}"
        for part in sorted(parts, reverse=True)
    ]


def _of(part: str, facts: set[tuple[str, Any]]) -> str:
    return ", ".join(str(what)[-600:] for name, what in facts if name == part) or "nothing"


def _comparable(asked: Ask, reply: Reply) -> set[tuple[str, Any]]:
    """All of an answer that must be equal, each part with its name."""
    given = asked.header("X-Request-ID")
    is_problem = reply.header("Content-Type") == PROBLEM
    is_zipped = reply.header("Content-Encoding") is not None
    headers: Counter[tuple[str, str]] = Counter()
    for name, value in ((name.lower(), value) for name, value in reply.headers):
        said = value
        if name == "x-request-id" and not is_acceptable(given):
            said = "made up" if re.fullmatch("[0-9a-f]{32}", value) else value
        elif name == "ratelimit":
            said = re.sub(r";r=\d+;t=\d+", "", value)
        elif name == "set-cookie":
            said = value.partition("=")[0]  # its value is made up
        elif name in {"date", "x-cache", "retry-after"}:
            said = "*"
        elif name == "content-length" and is_problem and is_zipped:
            said = "*"  # the request's name is in there, compressed
        headers[name, said] += 1
    body = reply.body
    if is_problem and body:
        body = json.dumps({**reply.json(), "request_id": "*"}).encode()
    return {("status", reply.status), ("body", body), *(("header", h) for h in headers.items())}


class Counted:
    """An application that counts how often it was asked."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.calls = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.calls += 1
        return self.application(environ, start_response)


def django_alone() -> WSGIHandler:
    """Django as `nexus.wsgi` sets it up, with the settings of this moment."""
    handler = WSGIHandler()
    handler.request_class = TolerantWSGIRequest
    return handler


@dataclass
class Rig:
    """Django alone, and behind the fast lane, on one database.

    Alone it is a stranger to each request: it finds an empty cache. So what it answers was computed
    from the rows as they are, and the fast lane is measured by that.
    """

    django: WSGIHandler = field(default_factory=django_alone)
    hits: int = 0  # answers of the fast lane that Django was not asked for
    asked: int = 0

    def __post_init__(self) -> None:
        self.behind = Counted(self.django)
        self.lane = FastLane(self.behind)

    def alone(self, asked: Ask) -> Reply:
        """What Django answers by itself. What writes must tell the cache of the other, though."""
        if asked.method in {"POST", "PUT", "PATCH", "DELETE"}:
            return ask(self.django, asked)
        with cache_named(f"alone-{self.asked}"):
            return self.alone_in_this_cache(asked)

    def alone_in_this_cache(self, asked: Ask) -> Reply:
        return ask(self.django, asked)

    def fast(self, asked: Ask) -> Reply:
        """What comes through the fast lane."""
        before = self.behind.calls
        found = ask(self.lane, asked)
        if self.behind.calls == before and found.header("X-Cache") == "HIT":
            self.hits += 1
        return found

    def compare(self, asked: Ask) -> tuple[Reply, list[str]]:
        """Ask both, the fast lane until all is warm; returns Django's answer and what differs."""
        while True:
            self.asked += 1
            expected = self.alone(asked)
            times = 3 if asked.is_for_the_lane and expected.code < 400 else 1
            found = [
                f"{asked}, time {time}: {difference}"
                for time in range(1, times + 1)
                for difference in differences(asked, expected, self.fast(asked))
            ]
            # On a busy machine a token may have ended meanwhile: then both are asked again.
            if not found or not differences(asked, expected, self.alone(asked)):
                broken = [f"{asked}: {expected.status}"] if expected.code >= 500 else []
                return expected, broken + found


@contextmanager
def cache_named(name: str) -> Iterator[None]:
    """Let this thread use a cache of its own, which goes with the test's."""
    backend, line = caches["default"], redis_commands._line()
    kept, prefix = cache.key_prefix, line.prefix
    backend.key_prefix = f"{kept}:{name}"
    line.prefix = cache.make_key("")
    try:
        yield
    finally:
        backend.key_prefix, line.prefix = kept, prefix


@contextmanager
def lasting_connections() -> Iterator[None]:
    """Keep this thread's connection to the database between requests, as in production."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    connection.ensure_connection()
    ended_at, connection.close_at = connection.close_at, None
    try:
        yield
    finally:
        connection.close_at = ended_at
        for signal in (signals.request_started, signals.request_finished):
            signal.connect(close_old_connections)
