"""Requests at random, from a grammar of what clients send and of what nobody should."""

from __future__ import annotations

import random
from typing import Any, Final

from tests.fastlane.calling import Ask
from tests.fastlane.world import API, World

METHODS: Final = (
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW", "get", "TRACE",
)  # fmt: skip
_METHOD_WEIGHTS: Final = (86, 4, 2, 1, 2, 1, 2, 1, 1, 1)

ENTRIES: Final = ("learnings", "challenges", "solutions")
OTHER: Final = (
    "/", "/me/", "/me/entries/", "/me/bookmarks/", "/me/votes/?ids=1", "/search/?q=sentence",
    "/challenges/similar/?q=refused", "/revisions/", "/notifications/", "/subscriptions/",
    "/imports/", "/sources/", "/me/tokens/", "/nothing/", "/challenge/", "/challengesx/",
)  # fmt: skip
MALFORMED: Final = (
    "/challenges", "/challenges//", "/Challenges/", "/challenges/%00/", "/challenges/%ff%fe/",
    "/challenges/0x1/", "/challenges/-1/", "/challenges/1e3/", "/challenges/99999999999999999999/",
    "/challenges/%31/", "/challeng%65s/", "/challenges/?%00=1", "/challenges/?search=%00",
    "/challenges/?search=%ff", "/challenges/?=", "/challenges/?&&", "/challenges/?page",
    "/challenges/?page_size=1;page=2", "/challenges/?page%5fsize=2", "/challenges/?cursor=%zz",
    "/challenges/?search=%ed%a0%80", "/learnings/../challenges/", "/topics/%2e%2e/",
    "/challenges/?search=a+b", "/challenges/?search=a%20b", "/challenges/?search=caf\xc3\xa9",
    "/challenges/1/vote/", "/challenges/1/nothing/", "/users/1/readme/", "/cohorts/spring/",
    "/challenges/?" + "x=" * 30, "/challenges/?search=" + "a" * 201,
)  # fmt: skip
TRUTHS: Final = ("true", "false", "1", "maybe", "")
MOMENTS: Final = ("2026-01-01T00:00:00Z", "2030-01-01", "never", "2026-01-01T00:00:00%2B02:00")


class Grammar:
    """Makes requests; what it makes them of is the world as it is."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world, self.rng = world, rng
        self.recent: list[str] = []  # targets, to be asked for by others, and otherwise
        self.tags: dict[str, str] = {}  # of targets, as they were answered last

    def ask(self) -> Ask:
        """The next request."""
        rng = self.rng
        method = rng.choices(METHODS, _METHOD_WEIGHTS)[0]
        if self.recent and rng.random() < 0.45:
            target = rng.choice(self.recent[-40:])
        else:
            target = self.target()
        body = b""
        headers = self._headers(target)
        if method in {"POST", "PUT", "PATCH", "DELETE"}:
            method, target, body, more = self._unsafe(method)
            headers = {**headers, **more}
        elif rng.random() < 0.02:
            body = b'{"a": 1}'
        return Ask(
            target, method, tuple(headers.items()), body,
            scheme=rng.choices(("http", "https"), (9, 1))[0],
            place=rng.choice(("203.0.113.7", "198.51.100.3", "2001:db8::1", "")),
        )  # fmt: skip

    def note(self, target: str, tag: str | None, answer: Any) -> None:
        """Remember a target that was answered, its tag and where its page leads."""
        self.recent.append(target)
        if tag:
            self.tags[target] = tag
        if isinstance(answer, dict):
            for link in (answer.get("next"), answer.get("previous")):
                if link:
                    self.recent.append("/" + link.split("/", 3)[3])

    # --- Addresses ------------------------------------------------------------------------------

    def target(self) -> str:
        """An address, with its query."""
        made = self.rng.choices(
            (self._list, self._detail, self._nested, self._other), (50, 28, 8, 14)
        )[0]()
        return f"{API}{made}"

    def _other(self) -> str:
        if self.rng.random() < 0.04:
            return "/challenges/?search=" + "b" * self.rng.choice((4040, 4056, 4100, 9000))
        return self.rng.choice(self.rng.choice((OTHER, MALFORMED)))

    def _list(self) -> str:
        kind = self.rng.choices(
            (*ENTRIES, "topics", "users", "cohorts"), (3, 8, 3, 3, 3, 2)
        )[0]  # fmt: skip
        return f"/{kind}/{self._query(kind)}"

    def _nested(self) -> str:
        at = self._id("challenges")
        return f"/challenges/{at}/solutions/{self._query('solutions')}"

    def _detail(self) -> str:
        kind = self.rng.choice((*ENTRIES, "challenges", "topics", "users", "cohorts"))
        if kind == "topics":
            at: Any = self.rng.choice(("topic-0", "topic-1", "topic-3", "proposed", "unknown"))
        elif kind == "users":
            at = self.rng.choice([p.pk for p in (*self.world.people, self.world.gone)] + [987654])
        elif kind == "cohorts":
            at = self.rng.choice((self.world.cohort.pk, f"{self.world.cohort.pk}/brief", 987654))
        else:
            at = self._id(kind)
        query = ""
        if self.rng.random() < 0.25:
            query = "?" + self.rng.choice(
                ("fields=id", "fields=id,title", "expand=author", "expand=author,topics",
                 "expand=solutions", "fields=", "nope=1", "expand=nope", "fields=id&fields=id")
            )  # fmt: skip
        return f"/{kind}/{at}/{query}"

    def _id(self, kind: str) -> int:
        if self.rng.random() < 0.7:
            return self.world.published(kind).pk
        return self.rng.choice([*(row.pk for row in self.world.entries[kind]), 987654])

    def _query(self, kind: str) -> str:
        rng = self.rng
        how_many = rng.choices((0, 1, 2, 3), (35, 40, 18, 7))[0]
        parts = [self._parameter(kind) for _ in range(how_many)]
        if parts and rng.random() < 0.06:
            parts.append(rng.choice(parts))
        return "?" + "&".join(parts) if parts else rng.choice(("", "", "?"))

    def _parameter(self, kind: str) -> str:
        rng = self.rng
        world = self.world
        known: dict[str, Any] = {
            "page_size": ("1", "2", "100", "0", "101", "x", "05"),
            "page": ("1", "2", "99", "0", "-1", "501", "99999"),
            "fields": ("id", "id,title", "id,slug", "nope", ""),
            "ordering": ("created_at", "-created_at", "votes_count", "-updated_at", "name", "id"),
            "cursor": ("", "x", "bm9wZQ", "%00"),
            "search": ("sentence", "Topic", "absent", "a+b", "%25", ""),
            "nope": ("1", ""),
        }
        if kind in ENTRIES:
            known |= {
                "expand": ("author", "topics", "author,topics", "solutions", "nope", ""),
                "author": (str(world.learner.pk), str(world.other.pk), "me", "%20me", "x", "0"),
                "status": ("PUBLISHED", "DRAFT", "IN_REVIEW", "nope", ""),
                "created_after": MOMENTS, "created_before": MOMENTS, "updated_after": MOMENTS,
            }  # fmt: skip
        if kind in {"learnings", "challenges"}:
            known |= {
                "topic": ("topic-0", "topic-1", "proposed", "unknown", ""),
                "cohort": ("spring", "autumn"),
                "track": ("BACKEND", "FRONTEND", "x"),
            }
        known |= {
            "learnings": {"kind": ("CONCEPT", "GOAL", "x")},
            "challenges": {"solved": TRUTHS},
            "solutions": {"challenge": (str(world.entries["challenges"][0].pk), "0", "x")},
            "topics": {"kind": ("TECHNOLOGY", "x"), "proposed": TRUTHS},
            "users": {"track": ("BACKEND", "x"), "cohort": ("spring", "autumn")},
            "cohorts": {},
        }[kind]
        # What is usual oftener than what is not.
        name = rng.choice([*known, "page_size", "ordering", "fields"])
        values = known[name]
        return f"{name}={rng.choice((*values[:2], *values))}"

    # --- Headers --------------------------------------------------------------------------------

    def _headers(self, target: str) -> dict[str, str]:
        rng, made = self.rng, {}
        if (authorization := self.authorization()) is not None:
            made["Authorization"] = authorization
        for name, chance, values in (
            ("Accept", 0.25, ("application/json", "*/*", "application/json; indent=4", "text/html",
                              "application/*;q=0.5", "application/json;q=0", "", "nonsense", ";,")),
            ("Accept-Encoding", 0.45, ("gzip", "gzip, deflate, br", "gzip;q=0", "identity",
                                       "*", "*;q=0, gzip;q=0.5", "gzip;q=2", "GZIP", "x-gzip", "",
                                       "br;q=1.0, gzip;q=0.001")),
            ("Origin", 0.2, ("http://localhost:5173", "http://elsewhere.example", "null", "")),
            ("Host", 0.12, ("testserver", "localhost", "localhost:8000", "TESTSERVER",
                            "elsewhere.example", "bad host", "", "127.0.0.1")),
            ("X-Request-ID", 0.2, ("abc-123", "a" * 128, "a" * 129, "b\xe4d", "", "two words")),
            ("X-Forwarded-For", 0.1, ("192.0.2.1", "192.0.2.1, 192.0.2.2", "x")),
            ("X-Forwarded-Proto", 0.12, ("https", "http", "HTTPS", "x")),
            ("Content-Type", 0.08, ("application/json", "text/plain", "multipart/form-data",
                                    "text/plain; boundary*=nonsense''x")),
            ("Content-Length", 0.04, ("0", "", "x", "-1")),
            ("If-Match", 0.04, ("*", '"1.x"', "nonsense")),
            ("Cookie", 0.04, ("sessionid=x; csrftoken=y",)),
            ("Range", 0.03, ("bytes=0-10",)),
        ):  # fmt: skip
            if rng.random() < chance:
                made[name] = rng.choice(values)
        if rng.random() < 0.3:
            made["If-None-Match"] = self._known(target)
        return made

    def authorization(self) -> str | None:
        """The header of somebody, or None."""
        rng = self.rng
        if rng.random() < 0.25:
            return None
        good = rng.random() < 0.7
        kinds = ("learner", "other", "curator", "admin") if good else self.world.kinds
        token = self.world.token(rng.choice(kinds))
        spelled = rng.choices(
            ("Bearer {}", "bearer {}", "Bearer  {}", "BEARER {}", "Basic {}", "{}", "Bearer", "",
             "Bearer {} {}", "Token {}", " Bearer {} "),
            (80, 4, 3, 2, 2, 1, 1, 1, 1, 1, 2),
        )[0]  # fmt: skip
        return spelled.format(token, token)

    def _known(self, target: str) -> str:
        tag = self.tags.get(target, '"0.0123456789abcdef012345"')
        plain = tag.replace("-gzip", "")
        zipped = plain[:-1] + '-gzip"'
        return self.rng.choice(
            (tag, plain, zipped, f"W/{plain}", f"W/{zipped}", f'"x", {plain}', f"{zipped},{plain}",
             "*", '"x"', "nonsense", "", plain[1:-1], f" {plain} ", f"{plain},", "*, *")
        )  # fmt: skip

    # --- What changes nothing, though it could --------------------------------------------------

    def _unsafe(self, method: str) -> tuple[str, str, bytes, dict[str, str]]:
        """An unsafe request that is refused, or that changes nothing the second time."""
        kind = self.rng.choice(ENTRIES)
        at = f"{API}/{kind}/{self.world.published(kind).pk}/"
        json = {"Content-Type": "application/json"}
        method, target, body = self.rng.choice({
            "POST": (("POST", f"{API}/{kind}/", b"{}"), ("POST", f"{at}publish/", b""),
                     ("POST", f"{API}/topics/", b"{}"), ("POST", at, b"{}"),
                     ("POST", f"{API}/{kind}/", b"{"), ("POST", f"{API}/{kind}/?x=1", b"")),
            "PUT": (("PUT", f"{at}vote/", b""), ("PUT", f"{at}bookmark/", b""), ("PUT", at, b"{}")),
            "PATCH": (("PATCH", at, b'{"nope": 1}'), ("PATCH", at, b"["),
                      ("PATCH", f"{API}/{kind}/", b"{}")),
            "DELETE": (("DELETE", at, b""), ("DELETE", f"{API}/{kind}/987654/", b""),
                       ("DELETE", f"{at}vote/", b""), ("DELETE", f"{API}/topics/unknown/", b"")),
        }[method])  # fmt: skip
        return method, target, body, json if self.rng.random() < 0.9 else {}
