"""What is measured: which request goes to which contender, and how a right answer looks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.wrk import Request

PAGE: Final = 20  # rows of a list
LIST: Final = "/api/v1/challenges/"
PROBLEM: Final = (
    "The list took **four seconds**, because every card asked for its author:\n\n"
    "- one query for the page\n- one more for each of `20` cards\n\n"
    "See [the log](https://example.org/log) of that day.\n"
)
ASKING_REDIS: Final = "The same bytes, one round trip to Redis, plain WSGI"
WORKS: Final = {
    "hits": "Cached list, signed in",
    "anonymous": "Cached list, anonymous",
    "computed": "List, computed at each request",
    "written": "A write and the list after it, taking turns",
    "detail": "Detail",
    "create": "Create an entry",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """How a right answer looks."""

    status: int = 200
    rows: int | None = None  # of a list
    cache: str | None = None  # X-Cache
    encoding: str | None = None  # Content-Encoding


@dataclass(frozen=True, slots=True)
class Case:
    """One contender at one work. Its rate is compared with that of the case `base`."""

    name: str  # `work/contender`, unique
    title: str
    server: str
    request: Request
    expected: Expected
    base: str = "hits/bare"

    @property
    def work(self) -> str:
        """The work that this is about, a key of `WORKS`."""
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the requests are about: tokens, an entry, a topic, and the list's tag."""

    tokens: Mapping[str, str]
    challenge: int
    topic: str
    tag: str

    def signed(self, **more: str) -> dict[str, str]:
        """Headers of a signed-in reader. `If_None_Match` becomes `If-None-Match`."""
        given = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.tokens['access']}", **given}


def cases(subject: Subject) -> list[Case]:
    """Every case, by work."""
    return [
        *_hits(subject), *_anonymous(), *_computed(subject), *_written(subject),
        *_details(subject), *_creations(subject),
    ]  # fmt: skip


def _hits(subject: Subject) -> list[Case]:
    signed = subject.signed()
    page, hit = Expected(rows=PAGE), Expected(rows=PAGE, cache="HIT")
    personal = {"Authorization": f"Bearer {subject.tokens['personal']}"}
    unchanged = subject.signed(If_None_Match=subject.tag)
    packed = subject.signed(Accept_Encoding="gzip")
    gzip = Expected(rows=PAGE, cache="HIT", encoding="gzip")
    same = Expected(status=304, cache="HIT")
    lane, without = "Nexus", "Nexus, fast lane off"
    return [
        Case("hits/plain", "The same bytes, plain WSGI", "plain", Request("/list"), page),
        Case("hits/bare", "**The same bytes, empty Django view**", "bare", Request("/list"), page),
        Case("hits/redis", ASKING_REDIS, "redis", Request("/list"), page),
        Case("hits/stock", "Stock `cache_page`", "stock", _get("/cached/", signed), page),
        Case("hits/nexus", f"**{lane}**", "nexus", _get(LIST, signed), hit),
        Case("hits/nexus-304", f"{lane}, 304", "nexus", _get(LIST, unchanged), same),
        Case("hits/nexus-gzip", f"{lane}, gzip", "nexus", _get(LIST, packed), gzip),
        Case("hits/nexus-personal", f"{lane}, personal token", "nexus", _get(LIST, personal), hit),
        Case("hits/no-lane", without, "nexus-no-lane", _get(LIST, signed), hit),
        Case("hits/no-lane-304", f"{without}, 304", "nexus-no-lane", _get(LIST, unchanged), same),
        Case("hits/no-lane-gzip", f"{without}, gzip", "nexus-no-lane", _get(LIST, packed), gzip),
    ]


def _anonymous() -> list[Case]:
    page, hit = Expected(rows=PAGE), Expected(rows=PAGE, cache="HIT")
    lane, without = "nexus-open", "nexus-open-no-lane"
    return [
        Case("anonymous/stock", "Stock `cache_page`", "stock", Request("/open/"), page),
        Case("anonymous/nexus", "**Nexus**", lane, Request(LIST), hit),
        Case("anonymous/no-lane", "Nexus, fast lane off", without, Request(LIST), hit),
    ]


def _computed(subject: Subject) -> list[Case]:
    signed, page = subject.signed(), Expected(rows=PAGE)
    fragments, nothing = "**Nexus, keeping fragments only**", "Nexus, keeping nothing"
    return [
        Case("computed/sql", "One SQL statement, plain WSGI", "sql", Request("/list"), page),
        Case("computed/stock", "Stock, cursor pages", "stock", _get("/challenges/", signed), page),
        Case("computed/stock-count", "Stock, numbered pages", "stock",
             _get("/numbered/", signed), page),
        Case("computed/fragments", fragments, "nexus-fragments", _get(LIST, signed), page),
        Case("computed/none", nothing, "nexus-none", _get(LIST, signed), page),
    ]  # fmt: skip


def _written(subject: Subject) -> list[Case]:
    signed, made = subject.signed(), Expected(status=201)
    body = _challenge(subject)

    def pair(written: str, read: str) -> Request:
        return _post(written, body, signed, then=_get(read, signed))

    return [
        Case("written/stock", "Stock, without `cache_page`", "stock",
             pair("/challenges/", "/challenges/"), made),
        Case("written/nexus", "**Nexus**", "nexus", pair(LIST, LIST), made),
        Case("written/none", "Nexus, keeping nothing", "nexus-none", pair(LIST, LIST), made),
    ]  # fmt: skip


def _details(subject: Subject) -> list[Case]:
    signed, number = subject.signed(), subject.challenge
    one, hit, base = Expected(), Expected(cache="HIT"), "detail/bare"
    address = _get(f"{LIST}{number}/", signed)
    stock, stock_kept = (_get(f"/{name}/{number}/", signed) for name in ("challenges", "cached"))
    sql = Request(f"/detail/{number}")
    fragments = "**Nexus, keeping fragments only**"
    nothing = "Nexus, keeping nothing"
    view = "**The same bytes, empty Django view**"
    return [
        Case(base, view, "bare", Request("/detail"), one, base),
        Case("detail/redis", ASKING_REDIS, "redis", Request("/detail"), one, base),
        Case("detail/sql", "One SQL statement, plain WSGI", "sql", sql, one, base),
        Case("detail/stock", "Stock, computed", "stock", stock, one, base),
        Case("detail/stock-cached", "Stock `cache_page`", "stock", stock_kept, one, base),
        Case("detail/nexus", "**Nexus, cached**", "nexus", address, hit, base),
        Case("detail/no-lane", "Nexus, cached, fast lane off", "nexus-no-lane", address, hit, base),
        Case("detail/fragments", fragments, "nexus-fragments", address, one, base),
        Case("detail/none", nothing, "nexus-none", address, one, base),
    ]


def _creations(subject: Subject) -> list[Case]:
    signed, made, base = subject.signed(), Expected(status=201), "create/stock"
    challenge = _challenge(subject)
    learning = json.dumps(
        {"kind": "CONCEPT", "title": "What we saw, {n}", "body": PROBLEM, "topics": [subject.topic]}
    )
    return [
        Case("create/sql", "`INSERT` of a row, plain WSGI", "sql",
             _post("/create", challenge, {}), made, base),
        Case(base, "Stock: no rendering, no promises", "stock",
             _post("/challenges/", challenge, signed), made, base),
        Case("create/nexus", "**Nexus, a challenge**", "nexus",
             _post(LIST, challenge, signed), made, base),
        Case("create/learning", "Nexus, a learning", "nexus",
             _post("/api/v1/learnings/", learning, signed), made, base),
    ]  # fmt: skip


def _challenge(subject: Subject) -> str:
    return json.dumps({"title": "Slow pages, {n}", "problem": PROBLEM, "topics": [subject.topic]})


def _get(path: str, headers: Mapping[str, str]) -> Request:
    return Request(path, headers=headers)


def _post(
    path: str, body: str, headers: Mapping[str, str], *, then: Request | None = None
) -> Request:
    typed = {**headers, "Content-Type": "application/json"}
    return Request(path, method="POST", headers=typed, body=body, then=then)
