"""What a hub is asked for when it is measured: every list, order and filter of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from benchmarks.seeding import Seeded

API: Final = "/api/v1"
KINDS: Final = ("challenges", "solutions", "learnings")
ORDERS: Final = ("published_at", "created_at", "updated_at", "votes_count")
SHALLOW, DEEP = 0.09, 0.90  # of a list, from its beginning


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask for."""

    name: str  # says what it is, whatever the data
    address: str
    goal: str = "list"  # what it is measured by: "list", "search" or "detail"


def questions(seeded: Seeded, cursor: Callable[[str, str, float], str]) -> Iterator[Question]:
    """Everything, in the order of the documentation.

    `cursor` gives a place in a list: by the list's name, the ordering, and how deep, from 0 to 1.
    """
    for kind in KINDS:
        yield from _pages(kind, cursor)
        yield from _filtered(kind, seeded, cursor)
        yield from _searched(kind, seeded)
        pk = getattr(seeded, f"{kind[:-1]}_id")
        yield Question(f"{kind}: detail", f"{API}/{kind}/{pk}/", "detail")
    yield from _of_challenges(seeded)
    yield from _others(seeded)


def _pages(kind: str, cursor: Callable[[str, str, float], str]) -> Iterator[Question]:
    for field in ORDERS:
        for ordering in (f"-{field}", field):
            yield _list(kind, f"by {ordering}", f"ordering={ordering}")
            place = cursor(kind, ordering, DEEP)
            yield _list(kind, f"by {ordering}, deep", f"ordering={ordering}&cursor={place}")
    place = cursor(kind, "-published_at", SHALLOW)
    yield _list(kind, "by -published_at, not so deep", f"cursor={place}")
    yield _list(kind, "page 1, counted", "page=1")
    yield _list(kind, "page 40, counted", "page=40")


def _filtered(
    kind: str, seeded: Seeded, cursor: Callable[[str, str, float], str]
) -> Iterator[Question]:
    deep = cursor(kind, "-published_at", DEEP)
    yield _list(kind, "by an author", f"author={seeded.author_id}")
    yield _list(kind, "by an author, deep", f"author={seeded.author_id}&cursor={deep}")
    yield _list(kind, "by an author of few", f"author={seeded.sparse_author_id}")
    yield _list(kind, "by an author, by votes", f"author={seeded.author_id}&ordering=-votes_count")
    yield _list(kind, "made since", "created_after=2024-06-01T00:00:00Z")
    yield _list(kind, "made in the last days, oldest first",
                "created_after=2025-06-08T00:00:00Z&ordering=published_at")  # fmt: skip
    yield _list(kind, "made before", "created_before=2023-09-01T00:00:00Z")
    between = "created_after=2024-01-01T00:00:00Z&created_before=2024-01-03T00:00:00Z"
    yield _list(kind, "made within two days", between)
    yield _list(kind, "made within two days, by votes", f"{between}&ordering=-votes_count")
    yield _list(kind, "made long ago", "created_before=2023-04-05T00:00:00Z")
    yield _list(kind, "changed since", "updated_after=2024-06-01T00:00:00Z")
    yield _list(kind, "changed since, in that order",
                "updated_after=2024-06-01T00:00:00Z&ordering=updated_at")  # fmt: skip
    yield _list(kind, "changed before", "updated_before=2023-09-01T00:00:00Z")
    yield _list(kind, "changed within two days", between.replace("created", "updated"))
    if kind == "solutions":
        yield _list(kind, "of a challenge", f"challenge={seeded.challenge_id}")
        return
    for name in ("common", "rare", "faded"):
        slug = getattr(seeded, f"{name}_topic")
        yield _list(kind, f"under a {name} topic", f"topic={slug}")
        yield _list(kind, f"under a {name} topic, by votes", f"topic={slug}&ordering=-votes_count")
        yield _list(kind, f"under a {name} topic, deep", f"topic={slug}&cursor={deep}")
    both = f"topic={seeded.common_topic}&topic={seeded.rare_topic}"
    yield _list(kind, "under either of two topics", both)
    yield _list(kind, "under a common topic, counted", f"topic={seeded.common_topic}&page=1")
    yield _list(kind, "of a cohort", f"cohort={seeded.cohort}")
    yield _list(kind, "of a track", "track=FRONTEND")
    yield _list(kind, "of a track under a rare topic", f"track=BACKEND&topic={seeded.rare_topic}")
    if kind == "learnings":
        for what in ("TECHNOLOGY", "CONCEPT", "BEST_PRACTICE", "TAKEAWAY", "GOAL"):
            yield _list(kind, f"of kind {what}", f"kind={what}")
        yield _list(kind, "of kind GOAL, deep", f"kind=GOAL&cursor={deep}")
        yield _list(kind, "of kind GOAL, by votes", "kind=GOAL&ordering=-votes_count")
    else:
        yield _list(kind, "solved", "solved=true")
        yield _list(kind, "unsolved", "solved=false")
        yield _list(kind, "solved, deep", f"solved=true&cursor={deep}")
        yield _list(kind, "solved under a rare topic", f"solved=true&topic={seeded.rare_topic}")


def _searched(kind: str, seeded: Seeded) -> Iterator[Question]:
    for name in ("common", "uncommon", "rare", "faded", "absent"):
        word = getattr(seeded, name)
        yield _list(kind, f"with a {name} word", f"search={word}", "search")
    by_votes = f"search={seeded.common}&ordering=-votes_count"
    yield _list(kind, "with a common word, by votes", by_votes, "search")
    by_author = f"search={seeded.common}&author={seeded.author_id}"
    yield _list(kind, "with a common word, by an author", by_author, "search")
    both = f"search={seeded.common}+{seeded.rare}"
    yield _list(kind, "with a common and a rare word", both, "search")
    if kind != "solutions":
        topical = f"search={seeded.common}&topic={seeded.rare_topic}"
        yield _list(kind, "with a common word under a rare topic", topical, "search")


def _of_challenges(seeded: Seeded) -> Iterator[Question]:
    detail = f"{API}/challenges/{seeded.challenge_id}/"
    whole = f"{detail}?expand=author,topics,solutions"
    yield Question("challenges: detail, all expanded", whole, "detail")
    yield Question("challenges: its solutions", f"{detail}solutions/")
    votes = f"{detail}solutions/?ordering=-votes_count"
    yield Question("challenges: its solutions, by votes", votes)


def _others(seeded: Seeded) -> Iterator[Question]:
    for name in ("common", "uncommon", "rare", "faded", "absent"):
        address = f"{API}/search/?q={getattr(seeded, name)}"
        yield Question(f"search: a {name} word", address, "search")
    topical = f"{API}/search/?q={seeded.common}&topic={seeded.rare_topic}"
    yield Question("search: a common word under a rare topic", topical, "search")
    similar = f"{API}/challenges/similar/?q="
    yield Question("similar: a common and a rare word", f"{similar}{seeded.common}+{seeded.rare}",
                   "search")  # fmt: skip
    yield Question("similar: common words", f"{similar}server+request+queue+fails", "search")
    yield Question("topics: by name", f"{API}/topics/")
    yield Question("topics: detail", f"{API}/topics/{seeded.common_topic}/", "detail")
    yield Question("users: newest", f"{API}/users/")


def _list(kind: str, name: str, parameters: str, goal: str = "list") -> Question:
    return Question(f"{kind}: {name}", f"{API}/{kind}/?{parameters}", goal)


def personal() -> Iterator[Question]:
    """Lists of one person's own, and the queues of curators."""
    for kind in KINDS:
        yield _list(kind, "my own", "author=me")
        for status in ("IN_REVIEW", "DRAFT", "REJECTED", "PUBLISHED"):
            yield _list(kind, f"all that is {status}", f"status={status}")


def cursors() -> Callable[[str, str, float], str]:
    """Places in the shared lists of the database that Django is connected to."""
    from django.db import connection

    from foundation.http.keysets import Cursor

    counts: dict[str, int] = {}

    def place(kind: str, ordering: str, share: float) -> str:
        table, field = f"learnings_{kind[:-1]}", ordering.removeprefix("-")
        way = "DESC" if ordering.startswith("-") else "ASC"
        with connection.cursor() as cursor:
            if kind not in counts:
                cursor.execute(f"SELECT count(*) FROM {table} WHERE status = 'PUBLISHED'")
                counts[kind] = cursor.fetchone()[0]
            cursor.execute(
                f"SELECT {field}, id FROM {table} WHERE status = 'PUBLISHED'"
                f" ORDER BY {field} {way}, id {way} OFFSET %s LIMIT 1",
                [int(counts[kind] * share)],
            )
            value, pk = cursor.fetchone()
        plain = value if isinstance(value, int) else value.isoformat()
        return Cursor(value=plain, id=pk, backwards=False).encode()

    return cache(place)


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Let Django work on the database `name` of the same server; nothing written there stays."""
    from django.db import connection, transaction

    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def client_of(user_id: int) -> Any:
    """A client of the API that is signed in as this person."""
    from django.utils import timezone
    from rest_framework.test import APIClient

    from accounts import tokens
    from accounts.models import User

    token = tokens.start_family(User.objects.get(pk=user_id), at=timezone.now()).access
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client
