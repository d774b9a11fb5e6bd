"""Records against what exists: what an import would create, update, leave alone or miss.

Reads the database, writes nothing. A record is recognised by what it says first: a learning by
its kind and title, a challenge by its title, a solution by its challenge. Whether it changed in
the README is told by a digest kept with the entry; whether it was edited on the hub, by comparing
that digest with the entry as it is now.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
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
Content = Mapping[str, str]  # the texts of a record, by the name of the entry's field


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
    """Compare what was read with the author's entries, which are held until the transaction ends.

    Raises:
        RecordTooLong: a text is longer than an entry may be; the sentence names its line.
    """
    learnings = _Known(_held(Learning.objects.filter(author=author)), _learning_key, source)
    challenges = _KnownChallenges(author, source)
    made = Plan()
    for record in reading.learnings:
        content = {"kind": record.kind.value, "title": record.title, "body": record.body}
        entry = learnings.take((record.kind.value, _folded(record.title)), content)
        step = _step(entry or Learning(author=author), content, record.span, source)
        made.learnings.append(step)
    made.challenges.extend(challenges.steps(record) for record in reading.challenges)
    for known in (learnings, challenges.challenges, challenges.solutions):
        made.gone.extend(known.left_over())
    return made


def _held(entries: Any) -> Any:
    """The entries, kept from being submitted or edited before the plan is carried out.

    In the order in which steps with many entries hold them; votes for them need not wait.
    """
    return entries.order_by("pk").select_for_update(of=("self",), no_key=True)


class _Known(Generic[_Entry]):
    """Existing entries by key, each handed out to one record at most, oldest first."""

    def __init__(
        self, entries: Iterable[_Entry], key: Callable[[_Entry], Hashable], source: Source
    ) -> None:
        self._source = source
        self._by_key: dict[Hashable, list[_Entry]] = defaultdict(list)
        for entry in sorted(entries, key=lambda entry: entry.pk):
            self._by_key[key(entry)].append(entry)

    def take(self, key: Hashable, content: Content) -> _Entry | None:
        """The entry that a record stands for, if there is one.

        First one that was read in this document; else one from elsewhere that says the very
        same; else one that was typed in by hand. What another document says in other words
        under the same title is another entry.
        """
        waiting = self._by_key.get(key, [])
        for fits in (
            lambda entry: _is_from(entry, self._source),
            lambda entry: _says(entry, content),
            lambda entry: not entry.source_digest,
        ):
            for entry in filter(fits, waiting):
                waiting.remove(entry)
                return entry
        return None

    def left_over(self) -> Iterator[_Entry]:
        """Entries of this document that no record stood for."""
        for waiting in self._by_key.values():
            yield from (entry for entry in waiting if _is_from(entry, self._source))


class _KnownChallenges:
    """An author's challenges, and their own solutions of them."""

    def __init__(self, author: User, source: Source) -> None:
        self._author, self._source = author, source
        challenges = Challenge.objects.filter(author=author)
        self.challenges = _Known(_held(challenges), _challenge_key, source)
        solutions = Solution.objects.filter(challenge__author=author)
        self.solutions = _Known(_held(solutions.filter(author=author)), _solution_key, source)
        self._solved = set(solutions.filter(accepted=True).values_list("challenge_id", flat=True))

    def steps(self, record: ChallengeRecord) -> ChallengeStep:
        """What becomes of one challenge and its solution."""
        content = {"title": record.title, "problem": record.problem}
        found = self.challenges.take(_folded(record.title), content)
        challenge = found or Challenge(author=self._author)
        step = _step(challenge, content, record.span, self._source)
        if not record.solution:
            return ChallengeStep(step, None)
        words = {"body": record.solution}
        solution = self.solutions.take(challenge.pk, words) if found else None
        if solution is None:
            # The author says that this is what worked, so it comes in as the accepted one,
            # unless the challenge has one already.
            accepted = challenge.pk not in self._solved
            solution = Solution(author=self._author, challenge=challenge, accepted=accepted)
        span = record.solution_span or record.span
        return ChallengeStep(step, _step(solution, words, span, self._source))


def _step(entry: _Entry, content: Content, span: Span, source: Source) -> Step[_Entry]:
    """Decide about one entry; what is created or updated then holds the record."""
    for text in content.values():
        if len(text) > MAX_LENGTH:
            raise RecordTooLong(
                f"The text at line {span.first_line} is longer than {MAX_LENGTH} characters."
            )
    action = _action(entry, content)
    belongs_elsewhere = bool(entry.source_digest) and not _is_from(entry, source)
    if action is Action.CONFLICT or belongs_elsewhere:
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


def _action(entry: Entry, content: Content) -> Action:
    if not entry.pk:
        return Action.CREATE
    if _says(entry, content):
        return Action.UNCHANGED  # as it was read before, or edited on the hub to say the same
    was_edited = _digest(_content_of(entry, content)) != entry.source_digest
    return Action.CONFLICT if was_edited or entry.status not in EDITABLE else Action.UPDATE


def _is_from(entry: Entry, source: Source) -> bool:
    return bool(entry.source_digest) and (entry.source_document, entry.source_repository) == (
        source.document,
        source.repository,
    )


def _says(entry: Entry, content: Content) -> bool:
    """Whether the entry says this now, or said it when it was read."""
    return _digest(content) in {entry.source_digest, _digest(_content_of(entry, content))}


def _content_of(entry: Entry, names: Iterable[str]) -> Content:
    return {name: getattr(entry, name) for name in names}


def _fill(entry: Entry, values: Mapping[str, Any]) -> bool:
    """Set the entry's fields; returns whether any was different."""
    differs = any(getattr(entry, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(entry, name, value)
    return differs


def _digest(content: Content) -> str:
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
