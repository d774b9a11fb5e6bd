"""What the people of a load know at a moment: who they are, and what they could do next."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from .client import Answer
from .ledger import TYPES, Entry, Import, Ledger, Mark, PersonalToken, Type

RENEW_AFTER: Final = 10 * 60  # seconds; an access token lives for fifteen minutes
REMEMBERED: Final = 200  # addresses of next pages, repeatable requests, refused tokens


class Lie(Exception):
    """An answer of the right status that contradicts what was acknowledged before."""


@dataclass(eq=False, slots=True)
class Session:
    """A pair of tokens."""

    access: str
    refresh: str
    since: float = field(default_factory=time.monotonic)
    is_busy: bool = False  # while its refresh token is on its way


@dataclass(eq=False, slots=True)
class Person:
    """Somebody with a session that stays, and others that come and go."""

    id: int
    email: str
    curates: bool
    session: Session
    extra: list[Session] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The network address of this person, as the proxy in front of the hub tells it."""
        return f"10.{self.id >> 16 & 255}.{self.id >> 8 & 255}.{self.id & 255}"


@dataclass(slots=True)
class Ask:
    """One request, what may come back, and what follows from it."""

    kind: str
    method: str
    path: str
    expected: tuple[int, ...]
    person: Person
    token: str | None = None  # None: that of the person's session; empty: none at all
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    then: Callable[[Answer], None] = lambda _answer: None  # may raise `Lie`
    otherwise: Callable[[], None] = lambda: None  # after no answer, or a wrong one


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A creation that named itself, and what it made."""

    ask: Ask
    id: int


class World:
    """People, and entries by what can be done with them next.

    What is on its way is in no list meanwhile, so that no two requests disturb each other.
    """

    def __init__(self, seeded: Mapping[str, Any]) -> None:
        self.people = [
            Person(
                id=row["id"],
                email=row["email"],
                curates=row["curates"],
                session=Session(row["access"], row["refresh"]),
            )
            for row in seeded["people"]
        ]
        for number, person in enumerate(self.people):
            # Not all at the same moment.
            person.session.since -= RENEW_AFTER / 2 * number / len(self.people)
        self.curators = [person for person in self.people if person.curates]
        self.by_id = {person.id: person for person in self.people}
        self.topics = list(seeded["followers"])
        self.ledger = _opened(seeded, self.curators, self.people)
        self.published: dict[Type, list[Entry]] = {
            type_: [
                Entry(type_, pk, author, "", status="PUBLISHED")
                for pk, author in seeded["published"][type_]
            ]
            for type_ in TYPES
        }
        self.newest: dict[Type, datetime] = dict.fromkeys(TYPES, datetime.min.replace(tzinfo=UTC))
        self.drafts: list[Entry] = []
        self.waiting: list[Entry] = []  # in review
        self.marks_on_their_way: set[Mark] = set()
        self.next_pages: deque[str] = deque(maxlen=REMEMBERED)
        self.etags: dict[tuple[int, str], str] = {}
        self.repeatable: deque[Repeatable] = deque(maxlen=REMEMBERED)
        self.imports: list[Import] = []  # whose end nobody has seen yet
        self.tokens: list[PersonalToken] = []
        self.refused: deque[tuple[Person, str]] = deque(maxlen=REMEMBERED)  # tokens that ended

    def somebody(self, rng: random.Random) -> Person:
        """Anybody."""
        return rng.choice(self.people)

    def something(self, rng: random.Random, types: Iterable[Type] = TYPES) -> Entry:
        """A published entry, every second time one of the latest twenty."""
        rows = self.published[rng.choice(list(types))]
        return rng.choice(rows[-20:] if rng.random() < 0.5 else rows)  # noqa: PLR2004 - a coin

    def was_published(self, entry: Entry, at: str) -> None:
        """Write down an acknowledged publication, at the moment that the hub tells."""
        entry.status, entry.was_published = "PUBLISHED", True
        self.published[entry.type].append(entry)
        self.newest[entry.type] = max(self.newest[entry.type], datetime.fromisoformat(at))


def taken(rows: list[Any], rng: random.Random) -> Any | None:
    """One of the rows, which then is no longer among them; None if there is none."""
    if not rows:
        return None
    place = rng.randrange(len(rows))
    rows[place], rows[-1] = rows[-1], rows[place]
    return rows.pop()


def _opened(seeded: Mapping[str, Any], curators: list[Person], people: list[Person]) -> Ledger:
    ledger = Ledger(
        curators={person.id for person in curators},
        followers={slug: set(ids) for slug, ids in seeded["followers"].items()},
        last_seeded={
            type_: max((pk for pk, _author in rows), default=0)
            for type_, rows in seeded["published"].items()
        },
    )
    ledger.sessions.update(person.id for person in people)
    return ledger
