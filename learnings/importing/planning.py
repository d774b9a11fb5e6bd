"""Records against what exists: what an import would create, update, leave alone or miss.

Reads the database, writes nothing. A record is recognised by what it says first: a learning by
its kind and title, a challenge by its title, a solution by its challenge. Whether it changed in
the README is told by a digest kept with the entry; whether it was edited on the hub, by comparing
that digest with the entry as it is now.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from accounts.models import User
from foundation.errors import TooLarge
from foundation.markdown import MAX_LENGTH
from learnings.importing.parsing import ChallengeRecord, Reading, Span
from learnings.models import Challenge, Entry, Learning, Solution
from learnings.publishing import EDITABLE

_Entry = TypeVar("_Entry", bound=Entry)


class RecordTooLong(TooLarge):
    """One record's text is longer than an entry can be."""

    code = "record_too_long"


class Action(StrEnum):
    """What becomes of one record."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    UNCHANGED = "UNCHANGED"
    CONFLICT = "CONFLICT"  # changed in the README, and edited or no longer editable on the hub


@dataclass(frozen=True, slots=True)
class Step(Generic[_Entry]):
    """One entry to be written or left: `entry` holds the new content, saved or not."""

    action: Action
    entry: _Entry
    moved: bool = False  # unchanged, but it stands on other lines or in another document now


@dataclass(frozen=True, slots=True)
class ChallengeStep:
    """A challenge with its solution, which is written after it."""

    challenge: Step[Challenge]
    solution: Step[Solution] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a text comes from, as it is kept with every entry."""

    document: str
    repository: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one import does. `gone` are entries of this document that it no longer holds."""

    learnings: list[Step[Learning]] = field(default_factory=list)
    challenges: list[ChallengeStep] = field(default_factory=list)
    gone: list[Entry] = field(default_factory=list)

    def steps(self) -> Iterator[Step[Learning] | Step[Challenge] | Step[Solution]]:
        """Every step, solutions behind their challenges."""
        yield from self.learnings
        for pair in self.challenges:
            yield pair.challenge
            if pair.solution is not None:
                yield pair.solution

    def count(self, action: Action) -> int:
        """How many entries this plan treats so."""
        return sum(step.action is action for step in self.steps())


def plan(reading: Reading, *, author: User, source: Source) -> Plan:
    """Compare what was read with the author's entries.

    Raises:
        RecordTooLong: a text is longer than an entry may be; the sentence names its line.
    """
    learnings = _Known(Learning.objects.filter(author=author), _learning_key)
    challenges = _KnownChallenges(author)
    made = Plan()
    for record in reading.learnings:
        entry = learnings.take((record.kind.value, _folded(record.title)))
        content = {"kind": record.kind.value, "title": record.title, "body": record.body}
        step = _step(entry or Learning(author=author), content, record.span, source)
        made.learnings.append(step)
    made.challenges.extend(challenges.steps(record, source) for record in reading.challenges)
    for known in (learnings, challenges.challenges, challenges.solutions):
        made.gone.extend(known.left_over(source))
    return made


class _Known(Generic[_Entry]):
    """Existing entries by key, handed out one record at a time, oldest first."""

    def __init__(self, entries: Iterable[_Entry], key: Callable[[_Entry], Hashable]) -> None:
        self._by_key: dict[Hashable, deque[_Entry]] = defaultdict(deque)
        for entry in sorted(entries, key=lambda entry: entry.pk):
            self._by_key[key(entry)].append(entry)

    def take(self, key: Hashable) -> _Entry | None:
        waiting = self._by_key.get(key)
        return waiting.popleft() if waiting else None

    def left_over(self, source: Source) -> Iterator[_Entry]:
        for waiting in self._by_key.values():
            for entry in waiting:
                if (
                    entry.source_digest
                    and entry.source_document == source.document
                    and entry.source_repository == source.repository
                ):
                    yield entry


class _KnownChallenges:
    """An author's challenges, and their own solutions of them."""

    def __init__(self, author: User) -> None:
        self.author = author
        self.challenges = _Known(Challenge.objects.filter(author=author), _challenge_key)
        solutions = Solution.objects.filter(challenge__author=author)
        self.solutions = _Known(solutions.filter(author=author), _solution_key)
        self.solved = set(solutions.filter(accepted=True).values_list("challenge_id", flat=True))

    def steps(self, record: ChallengeRecord, source: Source) -> ChallengeStep:
        """What becomes of one challenge and its solution."""
        found = self.challenges.take(_folded(record.title))
        challenge = found or Challenge(author=self.author)
        content = {"title": record.title, "problem": record.problem}
        step = _step(challenge, content, record.span, source)
        if not record.solution:
            return ChallengeStep(step, None)
        solution = self.solutions.take(challenge.pk) if found else None
        if solution is None:
            # The author says that this is what worked, so it comes in as the accepted one,
            # unless the challenge has one already.
            accepted = challenge.pk not in self.solved
            solution = Solution(author=self.author, challenge=challenge, accepted=accepted)
        span = record.solution_span or record.span
        return ChallengeStep(step, _step(solution, {"body": record.solution}, span, source))


def _step(entry: _Entry, content: dict[str, str], span: Span, source: Source) -> Step[_Entry]:
    """Decide about one entry; for everything but a conflict, `entry` then holds the record."""
    for text in content.values():
        if len(text) > MAX_LENGTH:
            raise RecordTooLong(
                f"The text at line {span.first_line} is longer than {MAX_LENGTH} characters."
            )
    action = _action(entry, content)
    if action is Action.CONFLICT:
        return Step(action, entry)
    if action is not Action.UNCHANGED:
        _fill(entry, content)
    moved = _fill(
        entry,
        {
            "source_document": source.document,
            "source_repository": source.repository,
            "source_commit": source.commit,
            "source_first_line": span.first_line,
            "source_last_line": span.last_line,
            "source_digest": _digest(content),
        },
    )
    return Step(action, entry, moved=moved and action is Action.UNCHANGED)


def _action(entry: Entry, content: dict[str, str]) -> Action:
    if not entry.pk:
        return Action.CREATE
    read, here = _digest(content), _digest({name: getattr(entry, name) for name in content})
    if read in {entry.source_digest, here}:
        return Action.UNCHANGED  # as it was read before, or edited on the hub to say the same
    was_edited = here != entry.source_digest
    return Action.CONFLICT if was_edited or entry.status not in EDITABLE else Action.UPDATE


def _fill(entry: Entry, values: Mapping[str, Any]) -> bool:
    """Set the entry's fields; returns whether any was different."""
    differs = any(getattr(entry, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(entry, name, value)
    return differs


def _digest(content: dict[str, str]) -> str:
    packed = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(packed.encode()).hexdigest()


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())


def _learning_key(entry: Learning) -> Hashable:
    return entry.kind, _folded(entry.title)


def _challenge_key(entry: Challenge) -> Hashable:
    return _folded(entry.title)


def _solution_key(entry: Solution) -> Hashable:
    return entry.challenge_id
