"""A person's entries as records, in the order they keep.

Everybody gets what is published; authors get all of their own but what they retracted. A README
tells its author's story, so a challenge comes with its author's solution: the accepted one, else
the oldest. Solutions of other people's challenges, and further ones of the same, stay on the hub.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime
from itertools import count
from typing import Any

from accounts.models import User
from learnings.importing.parsing import (
    ChallengeRecord,
    LearningKind,
    LearningRecord,
    Reading,
    Span,
)
from learnings.models import Challenge, Entry, Learning, Solution, Status


def readme_of(author: User, *, reader: User) -> Reading:
    """Collect what `reader` may see of `author`, in three queries.

    Sections stand in the order in which the author's documents first have them.
    """
    learnings = _readable(Learning, author, reader)
    challenges = _readable(Challenge, author, reader)
    solutions = _solutions(challenges, author, reader)
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in sorted([*learnings, *challenges], key=_place):
        groups[getattr(entry, "kind", None)].append(entry)
    lines = count(1)
    records = [
        _record(entry, solutions.get(entry.pk), next(lines))
        for group in groups.values()
        for entry in group
    ]
    return Reading(
        title=f"What {author.display_name} learned",
        learnings=tuple(one for one in records if isinstance(one, LearningRecord)),
        challenges=tuple(one for one in records if isinstance(one, ChallengeRecord)),
    )


def _readable(model: type[Entry], author: User, reader: User) -> list[Any]:
    entries: Any = model._default_manager
    rows = entries.visible_to(reader).filter(author=author)
    rows = rows.exclude(status=Status.RETRACTED) if reader.pk == author.pk else rows.published()
    return list(rows)


def _solutions(challenges: Iterable[Challenge], author: User, reader: User) -> dict[int, Solution]:
    """The solution that stands for each challenge, by the challenge's id."""
    known = {challenge.pk for challenge in challenges}
    found: dict[int, Solution] = {}
    for solution in sorted(
        _readable(Solution, author, reader), key=lambda one: (not one.accepted, one.pk)
    ):
        if solution.challenge_id in known:
            found.setdefault(solution.challenge_id, solution)
    return found


def _place(entry: Entry) -> tuple[bool, str, str, int, datetime, int]:
    """Where an entry stands: in its document; what was typed in comes last, oldest first."""
    return (
        not entry.source_document,
        entry.source_repository,
        entry.source_document,
        entry.source_first_line or 0,
        entry.created_at,
        entry.pk,
    )


def _record(entry: Entry, solution: Solution | None, line: int) -> LearningRecord | ChallengeRecord:
    """An entry as a record on a line of its own, which tells the order."""
    span = Span(first_line=line, last_line=line)
    if isinstance(entry, Challenge):
        return ChallengeRecord(
            title=entry.title,
            problem=entry.problem,
            solution=solution.body if solution else "",
            span=span,
            solution_span=span if solution else None,
        )
    assert isinstance(entry, Learning)  # noqa: S101 - there is no third kind here
    return LearningRecord(
        kind=LearningKind(entry.kind), title=entry.title, body=entry.body, span=span
    )
