"""What the hub has acknowledged: the books that its database is compared with.

Plain facts, written down when an answer arrives. Where none arrived, or a wrong one, the fact is
in doubt: the database may say either, and that the answer was wrong is reported elsewhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Type = Literal["learning", "challenge", "solution"]
Kind = Literal["vote", "bookmark"]
Mark = tuple[Kind, int, Type, int]  # of a person, on an entry of this type and id

TYPES: tuple[Type, ...] = ("learning", "challenge", "solution")
KINDS: tuple[Kind, ...] = ("vote", "bookmark")


@dataclass(eq=False, slots=True)
class Entry:
    """An entry as it was last acknowledged. `text` is its title, or a solution's body."""

    type: Type
    id: int
    author: int
    text: str
    status: str = "DRAFT"
    topics: tuple[str, ...] = ()  # slugs
    challenge_author: int = 0  # of a solution: who asked
    asked_text: str | None = None  # what an edit that is on its way would make of `text`
    was_submitted: bool = False
    was_published: bool = False
    in_doubt: bool = False

    @property
    def address(self) -> str:
        """Where the API answers for it, from the root."""
        return f"/api/v1/{self.type}s/{self.id}/"

    @property
    def possible_texts(self) -> set[str]:
        """What its text may be at this moment."""
        return {self.text} | ({self.asked_text} if self.asked_text is not None else set())


@dataclass(slots=True)
class Import:
    """A README that was taken, under a name of its own."""

    id: int
    author: int
    document: str
    entries: int  # that it must become


@dataclass(slots=True)
class PersonalToken:
    """A token for scripts."""

    id: int
    user: int
    name: str
    text: str
    revoked: bool = False
    in_doubt: bool = False


@dataclass(slots=True)
class Ledger:
    """All that was acknowledged, and how much else may be there."""

    curators: set[int] = field(default_factory=set)
    followers: dict[str, set[int]] = field(default_factory=dict)  # by a topic's slug
    last_seeded: dict[str, int] = field(default_factory=dict)  # highest id by type
    entries: dict[tuple[Type, int], Entry] = field(default_factory=dict)
    marks: dict[Mark, bool] = field(default_factory=dict)
    marks_in_doubt: set[Mark] = field(default_factory=set)
    imports: dict[int, Import] = field(default_factory=dict)
    tokens: dict[int, PersonalToken] = field(default_factory=dict)
    sessions: Counter[int] = field(default_factory=Counter)  # begun, by person
    ended: Counter[int] = field(default_factory=Counter)  # of those, logged out
    # Creations whose answer was lost, by what they would have made: so many rows may be unknown.
    in_doubt: Counter[str] = field(default_factory=Counter)

    def enter(self, entry: Entry) -> None:
        """Write down an entry that was acknowledged."""
        self.entries[entry.type, entry.id] = entry
