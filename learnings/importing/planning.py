"""Records against what exists: what an import would create, update, propose, leave alone or miss.

Reads the database, writes nothing. `matching` says which entry a record stands for. Whether it
changed in the README is told by a digest kept with the entry; whether it was edited on the hub, by
comparing that digest with the entry as it is now:

| README   | hub      | the entry is           | then                                              |
| -------- | -------- | ---------------------- | ------------------------------------------------- |
| same     | any      | any                    | UNCHANGED                                         |
| changed  | same     | DRAFT, REJECTED        | UPDATE                                            |
| changed  | same     | PUBLISHED              | PROPOSE, in place of an import's earlier one      |
| changed  | same     | IN_REVIEW, RETRACTED   | CONFLICT                                          |
| changed  | edited   | any                    | CONFLICT, unless both say the same now            |

An author's own open proposal for a published entry is an edit on the hub. What was decided is not
asked again: words that a curator turned down, or that lost against the hub's, count as the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db.models import Q

from accounts.models import User
from foundation.errors import TooLarge
from foundation.markdown import MAX_LENGTH
from learnings.importing.matching import Content, Matches, Record, Source
from learnings.importing.parsing import ChallengeRecord, Reading
from learnings.models import (
    Challenge,
    Entry,
    Learning,
    Revision,
    RevisionStatus,
    Solution,
    Status,
    digest_of,
)
from learnings.publishing import EDITABLE

__all__ = ["Action", "ChallengeStep", "Plan", "RecordTooLong", "Source", "Step", "plan"]

_Entry = TypeVar("_Entry", bound=Entry)


class RecordTooLong(TooLarge):
    """One record's text is longer than an entry can be."""

    code = "record_too_long"


class Action(StrEnum):
    """What becomes of one record."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    PROPOSE = "PROPOSE"  # it is published: a revision goes to review
    UNCHANGED = "UNCHANGED"
    CONFLICT = "CONFLICT"  # changed in the README, and edited or no longer editable on the hub


@dataclass(frozen=True, slots=True)
class Step(Generic[_Entry]):
    """One entry to be written or left: `entry` holds what it will say, saved or not.

    Where the README's words wait for a decision, `entry` keeps the hub's and `record` has the
    README's; `hub` then has the words that an edit on the hub would make of it.
    """

    action: Action
    entry: _Entry
    record: Record
    moved: bool = False  # not rewritten, but it stands on other lines or came back
    hub: Content = field(default_factory=dict)
    outdated: Revision | None = None  # proposed by an earlier import, and no longer in the README

    @property
    def changes(self) -> dict[str, str]:
        """The README's words where they differ from the entry's."""
        now = self.entry.content
        return {name: text for name, text in self.record.content.items() if now[name] != text}


@dataclass(frozen=True, slots=True)
class ChallengeStep:
    """A challenge with its solution, which is written after it."""

    challenge: Step[Challenge]
    solution: Step[Solution] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one import does. `gone` are entries that this document has held until now."""

    author: User
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


def plan(reading: Reading, *, author: User, source: Source, hold: bool = False) -> Plan:
    """Compare what was read with the author's entries.

    To carry the plan out, `hold` the entries until the end of the transaction: whoever edits one
    meanwhile waits, and neither overwrites the other.

    Raises:
        RecordTooLong: a text is longer than an entry may be; the sentence names its line.
    """
    planner = _Planner(author, source, hold=hold)
    made = Plan(author)
    made.learnings.extend(planner.learnings(reading))
    made.challenges.extend(planner.challenges(reading.challenges))
    made.gone.extend(entry for entry in planner.left_over if entry.gone_at is None)
    return made


class _Planner:
    """What an author has, and what becomes of it."""

    def __init__(self, author: User, source: Source, *, hold: bool) -> None:
        self._author, self._source, self._hold = author, source, hold
        self._proposals = _Proposals(author)
        self.left_over: list[Entry] = []

    def learnings(self, reading: Reading) -> Iterator[Step[Learning]]:
        """A step for each learning."""
        records = [
            Record(
                kind=found.kind.value,
                key=_folded(found.title),
                content={"kind": found.kind.value, "title": found.title, "body": found.body},
                span=found.span,
            )
            for found in reading.learnings
        ]
        matches = Matches(
            records,
            self._rows(Learning),
            called=lambda entry: (str(entry.kind), _folded(entry.title)),
            source=self._source,
        )
        self.left_over.extend(matches.left_over)
        for number, record in enumerate(records):
            yield self._step(matches.of(number) or Learning(author=self._author), record)

    def challenges(self, found: Sequence[ChallengeRecord]) -> Iterator[ChallengeStep]:
        """A step for each challenge, with one for its solution."""
        records = [
            Record(
                kind="challenge",
                key=_folded(each.title),
                content={"title": each.title, "problem": each.problem},
                span=each.span,
            )
            for each in found
        ]
        matches = Matches(
            records,
            self._rows(Challenge),
            called=lambda entry: ("challenge", _folded(entry.title)),
            source=self._source,
        )
        self.left_over.extend(matches.left_over)
        steps = [
            self._step(matches.of(number) or Challenge(author=self._author), record)
            for number, record in enumerate(records)
        ]
        solutions = self._solutions(found, [step.entry for step in steps])
        for number, step in enumerate(steps):
            yield ChallengeStep(step, solutions.get(number))

    def _solutions(
        self, found: Sequence[ChallengeRecord], challenges: Sequence[Challenge]
    ) -> dict[int, Step[Solution]]:
        """Steps for the solutions, by the number of their challenge. One has the key of another."""
        solved = {number: each for number, each in enumerate(found) if each.solution}
        records = [
            Record(
                # A challenge that is new has no solutions yet.
                kind=challenges[number].pk or f"new {number}",
                key="solution",
                content={"body": each.solution},
                span=each.solution_span or each.span,
            )
            for number, each in solved.items()
        ]
        rows = self._rows(Solution).filter(challenge__author=self._author)
        matches = Matches(
            records,
            rows,
            called=lambda entry: (entry.challenge_id, "solution"),
            source=self._source,
        )
        self.left_over.extend(matches.left_over)
        accepted = set(
            Solution.objects.filter(challenge__author=self._author, accepted=True).values_list(
                "challenge_id", flat=True
            )
        )
        steps = {}
        for place, (number, record) in enumerate(zip(solved, records, strict=True)):
            challenge = challenges[number]
            # The author says that this is what worked, so it comes in as the accepted one,
            # unless the challenge has one already.
            entry = matches.of(place) or Solution(
                author=self._author,
                challenge=challenge,
                accepted=challenge.pk not in accepted,
            )
            steps[number] = self._step(entry, record)
        return steps

    def _rows(self, model: type[Entry]) -> Any:
        rows = model._default_manager.filter(author=self._author).order_by("pk")
        # Votes for the entries need not wait.
        return rows.select_for_update(of=("self",), no_key=True) if self._hold else rows

    def _step(self, entry: _Entry, record: Record) -> Step[_Entry]:
        """Decide about one entry; what is created or updated then holds the record."""
        for text in record.content.values():
            if len(text) > MAX_LENGTH:
                raise RecordTooLong(
                    f"The text at line {record.span.first_line} is longer than "
                    f"{MAX_LENGTH} characters."
                )
        action = self._proposals.decide(entry, record)
        # An entry stays with the document it came from, unless that one has let go of it.
        belongs_elsewhere = bool(entry.source_digest) and not self._source.holds(entry)
        if belongs_elsewhere and entry.gone_at is None:
            return Step(action, entry, record)
        hub = {**entry.content, **self._proposals.by_hand(entry)}
        if action in {Action.CREATE, Action.UPDATE}:
            _fill(entry, record.content)
        moved = self._take_in(entry, record)
        return Step(
            action,
            entry,
            record,
            moved=moved and action not in {Action.CREATE, Action.UPDATE},
            hub=hub,
            outdated=self._proposals.outdated_by(entry, record),
        )

    def _take_in(self, entry: Entry, record: Record) -> bool:
        """Note where an entry stands in the document; returns whether anything is new."""
        says_so = entry.content == dict(record.content)
        if not entry.source_digest and not says_so:
            return False  # typed in by hand, and in conflict: not yet this document's
        return _fill(
            entry,
            {
                "source_document": self._source.document,
                "source_repository": self._source.repository,
                "source_commit": self._source.commit,
                "source_first_line": record.span.first_line,
                "source_last_line": record.span.last_line,
                "source_digest": record.digest if says_so else entry.source_digest,
                "gone_at": None,
            },
        )


class _Proposals:
    """What is proposed for an author's entries, or was proposed by an import and turned down."""

    def __init__(self, author: User) -> None:
        self._open: dict[tuple[str, int], Revision] = {}
        self._declined: dict[tuple[str, int], list[Revision]] = defaultdict(list)
        own = Q(learning__author=author) | Q(challenge__author=author) | Q(solution__author=author)
        turned_down = Q(status=RevisionStatus.REJECTED, import_run__isnull=False)
        for row in Revision.objects.filter(
            own, Q(status=RevisionStatus.PROPOSED) | turned_down
        ).order_by("pk"):
            if row.status == RevisionStatus.PROPOSED:
                self._open[row.key] = row
            else:
                self._declined[row.key].append(row)

    def decide(self, entry: Entry, record: Record) -> Action:
        """What becomes of an entry for which this record stands."""
        if not entry.pk:
            return Action.CREATE
        if self._is_known(entry, record):
            return Action.UNCHANGED
        if self._was_edited(entry):
            return Action.CONFLICT
        if entry.status == Status.PUBLISHED:
            return Action.PROPOSE
        return Action.UPDATE if entry.status in EDITABLE else Action.CONFLICT

    def by_hand(self, entry: Entry) -> Content:
        """The texts that the author proposed here, if that waits."""
        row = self._open_of(entry)
        return _texts_of(entry, row) if row is not None and row.import_run_id is None else {}

    def outdated_by(self, entry: Entry, record: Record) -> Revision | None:
        """What an import proposed, if the README says something else by now."""
        row = self._open_of(entry)
        if row is None or row.import_run_id is None:
            return None
        return None if _overlaid(entry, row) == dict(record.content) else row

    def _is_known(self, entry: Entry, record: Record) -> bool:
        """Whether the entry says this, said it when it was read, or was asked about it before."""
        words = dict(record.content)
        if words == entry.content or record.digest == entry.source_digest:
            return True
        row = self._open_of(entry)
        asked = [*self._declined[_key(entry)], *([row] if row else [])]
        return any(_overlaid(entry, each) == words for each in asked)

    def _was_edited(self, entry: Entry) -> bool:
        row = self._open_of(entry)
        known = [entry.content]
        if row is not None:
            if row.import_run_id is None:
                return bool(_texts_of(entry, row))
            known.append(_overlaid(entry, row))
        return entry.source_digest not in map(digest_of, known)

    def _open_of(self, entry: Entry) -> Revision | None:
        return self._open.get(_key(entry))


def _key(entry: Entry) -> tuple[str, int]:
    return entry.type_name, entry.pk


def _texts_of(entry: Entry, revision: Revision) -> dict[str, str]:
    """What a revision changes of what a README can fill."""
    return {name: text for name, text in revision.changes.items() if name in entry.content_fields}


def _overlaid(entry: Entry, revision: Revision) -> dict[str, str]:
    """The entry's texts as the revision would make them."""
    return {**entry.content, **_texts_of(entry, revision)}


def _fill(entry: Entry, values: Mapping[str, Any]) -> bool:
    """Set the entry's fields; returns whether any was different."""
    differs = any(getattr(entry, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(entry, name, value)
    return differs


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
