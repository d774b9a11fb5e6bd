"""An entry's life: draft → in review → published; rejected with a reason; retracted.

| step    | from                              | to        | by                           |
| ------- | --------------------------------- | --------- | ---------------------------- |
| submit  | DRAFT, REJECTED                   | IN_REVIEW | author                       |
| publish | IN_REVIEW; with `publish_own`     | PUBLISHED | a curator, not of their own; |
|         | DRAFT too                         |           | an author with `publish_own` |
| reject  | IN_REVIEW                         | REJECTED  | curator                      |
| retract | IN_REVIEW, PUBLISHED              | RETRACTED | author, curator              |
| discard | DRAFT, REJECTED, RETRACTED        | gone      | author, curator              |

An author's change of what is published is a proposal: `revising`.

Each step locks the row, checks the rule, saves and announces in one transaction. Why:
docs/decisions/0004.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db import transaction

from accounts.models import User
from foundation.errors import Conflict, Forbidden, Invalid
from learnings.models import Challenge, Entry, RevisionStatus, Solution, Status
from notifications.announcing import Audience, announce
from notifications.models import Event

_Entry = TypeVar("_Entry", bound=Entry)

EDITABLE: Final = frozenset({Status.DRAFT, Status.REJECTED})
DISCARDABLE: Final = frozenset({Status.DRAFT, Status.REJECTED, Status.RETRACTED})


class NotYours(Forbidden):
    """Only the author (or a curator, where the rule says so) may do this."""

    code = "not_yours"


class NotACurator(Forbidden):
    """Only a curator may do this, and not with an entry of their own."""

    code = "not_a_curator"


class NotSubmittable(Conflict):
    """Only a draft or a rejected entry can be submitted."""

    code = "not_submittable"


class NotPublishable(Conflict):
    """Only an entry in review can be published."""

    code = "not_publishable"


class NotRejectable(Conflict):
    """Only an entry in review can be rejected."""

    code = "not_rejectable"


class NotRetractable(Conflict):
    """Only an entry in review or published can be retracted."""

    code = "not_retractable"


class NotDiscardable(Conflict):
    """What is in review or published must be retracted first."""

    code = "not_discardable"


class NotEditable(Conflict):
    """What is in review or retracted stays as it is, but for a curator."""

    code = "not_editable"


class NotAcceptable(Conflict):
    """Only a published solution can be accepted."""

    code = "not_published"


class ChallengeNotPublished(Conflict):
    """A solution is published after its challenge, never before."""

    code = "challenge_not_published"


class ReasonMissing(Invalid):
    """Who rejects says why: it is what the author works with."""

    code = "required"


@transaction.atomic
def submit(entry: _Entry, *, by: User, at: datetime) -> _Entry:
    """Put an entry into the review queue and tell the curators.

    Raises:
        NotYours: `by` is not the author.
        NotSubmittable: it is not a draft or rejected.
    """
    entry = locked(entry)
    if entry.author_id != by.pk:
        raise NotYours("Only its author can submit an entry.")
    _require(entry, EDITABLE, NotSubmittable)
    entry.status, entry.submitted_at, entry.review_reason = Status.IN_REVIEW, at, ""
    _save(entry, at, "submitted_at", "review_reason")
    announce(
        Event.ENTRY_SUBMITTED,
        key=_key("submitted", entry, at),
        text=f"{by.display_name} submitted {entry.summary}",
        target=entry.address,
        audience=Audience(curators=True),
        by=by,
        at=at,
    )
    return entry


@transaction.atomic
def publish(entry: _Entry, *, by: User, at: datetime) -> _Entry:
    """Publish an entry and tell its author and the followers of its topics.

    Everyone hears once, however often this is retried.

    Raises:
        NotACurator: `by` may not publish this entry.
        NotPublishable: it is not in review (or a draft, for an author with `publish_own`).
        ChallengeNotPublished: it is a solution whose challenge is not public.
    """
    entry = locked(entry)
    require_publisher(entry, by)
    is_own = entry.author_id == by.pk
    _require(
        entry, {Status.IN_REVIEW, Status.DRAFT} if is_own else {Status.IN_REVIEW}, NotPublishable
    )
    if isinstance(entry, Solution) and entry.challenge.status != Status.PUBLISHED:
        raise ChallengeNotPublished("Publish the challenge first, then its solution.")
    entry.status, entry.published_at, entry.review_reason = Status.PUBLISHED, at, ""
    _save(entry, at, "published_at", "review_reason")
    _announce_publication(entry, by=by, at=at)
    return entry


@transaction.atomic
def reject(entry: _Entry, *, by: User, reason: str, at: datetime) -> _Entry:
    """Send an entry back to its author with what is to be mended.

    Raises:
        NotACurator: `by` does not review, or wrote it.
        NotRejectable: it is not in review.
        ReasonMissing: `reason` is blank.
    """
    entry = locked(entry)
    reason = require_reason(entry, by, reason)
    _require(entry, {Status.IN_REVIEW}, NotRejectable)
    entry.status, entry.review_reason = Status.REJECTED, reason
    _save(entry, at, "review_reason")
    announce(
        Event.ENTRY_REJECTED,
        key=_key("rejected", entry, at),
        text=f"Sent back: {entry.summary}. {entry.review_reason}",
        target=entry.address,
        audience=Audience(people=[entry.author], by_email=True),
        by=by,
        at=at,
    )
    return entry


@transaction.atomic
def retract(entry: _Entry, *, by: User, at: datetime) -> _Entry:
    """Take an entry back for good. It stays readable for its author and curators.

    What was proposed for it is withdrawn.

    Raises:
        NotYours: `by` is neither the author nor a curator.
        NotRetractable: it is not in review or published.
    """
    entry = locked(entry)
    require_author_or_curator(entry, by)
    _require(entry, {Status.IN_REVIEW, Status.PUBLISHED}, NotRetractable)
    entry.status = Status.RETRACTED
    _save(entry, at)
    entry.revisions.filter(status=RevisionStatus.PROPOSED).delete()  # type: ignore[attr-defined]
    return entry


@transaction.atomic
def discard(entry: Entry, *, by: User) -> None:
    """Delete an entry that nobody else reads.

    Raises:
        NotYours: `by` is neither the author nor a curator.
        NotDiscardable: it is in review or published, or a challenge that others solved: what
            they wrote would go with it.
    """
    entry = locked(entry)
    require_author_or_curator(entry, by)
    _require(entry, DISCARDABLE, NotDiscardable)
    if isinstance(entry, Challenge) and entry.solutions.exclude(author=entry.author_id).exists():
        raise NotDiscardable("Others wrote solutions of this challenge, which would go with it.")
    entry.delete()


@transaction.atomic
def revise(entry: _Entry, *, by: User, changes: dict[str, Any], at: datetime) -> _Entry:
    """Change an entry's own fields. `changes` maps field names to values; `topics` to topics.

    Raises:
        NotYours: `by` is neither the author nor a curator.
        NotEditable: it is in review, published or retracted, and `by` is not a curator.
    """
    return revise_held(locked(entry), by=by, changes=changes, at=at)


def revise_held(entry: _Entry, *, by: User, changes: dict[str, Any], at: datetime) -> _Entry:
    """The same for an entry that is held already."""
    require_author_or_curator(entry, by)
    if not by.curates:
        _require(entry, EDITABLE, NotEditable)
    fields = {name: value for name, value in changes.items() if name != "topics"}
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.updated_at = at
    entry.save(update_fields=[*fields, "updated_at"])
    if (topics := changes.get("topics")) is not None:
        entry.topics.set(topics)
    return entry


@transaction.atomic
def accept(solution: Solution, *, by: User, at: datetime) -> Solution:
    """Mark a solution as the one that worked, in place of another, and tell its author.

    Raises:
        NotYours: `by` is neither the challenge's author nor a curator.
        NotAcceptable: the solution or its challenge is not published.
    """
    challenge, solution = _locked_pair(solution)
    require_author_or_curator(challenge, by)
    if solution.status != Status.PUBLISHED or challenge.status != Status.PUBLISHED:
        raise NotAcceptable("Only a published solution of a published challenge can be accepted.")
    if solution.accepted:
        return solution
    challenge.solutions.filter(accepted=True).update(accepted=False)
    solution.accepted = True
    solution.save(update_fields=["accepted"])
    announce(
        Event.SOLUTION_ACCEPTED,
        key=_key("accepted", solution, at),
        text=f"Accepted: {solution.summary}",
        target=solution.address,
        audience=Audience(
            people=[solution.author], followers_of=[challenge.subject], by_email=True
        ),
        by=by,
        at=at,
    )
    return solution


@transaction.atomic
def unaccept(solution: Solution, *, by: User) -> Solution:
    """Take an acceptance back. A solution that is not accepted stays as it is.

    Raises:
        NotYours: `by` is neither the challenge's author nor a curator.
    """
    challenge, solution = _locked_pair(solution)
    require_author_or_curator(challenge, by)
    solution.accepted = False
    solution.save(update_fields=["accepted"])
    return solution


def require_open(challenge: Challenge) -> None:
    """Check that a challenge takes solutions.

    Raises:
        ChallengeNotPublished: it is not public.
    """
    if challenge.status != Status.PUBLISHED:
        raise ChallengeNotPublished("Only a published challenge takes solutions.")


def require_publisher(entry: Entry, by: User) -> None:
    """Check that `by` may make words of this entry public.

    Raises:
        NotACurator: they may not; of their own entry only with `publish_own`.
    """
    is_own = entry.author_id == by.pk
    if is_own and not by.has_perm("learnings.publish_own"):
        raise NotACurator("Your own entries are published by somebody else.")
    if not is_own and not by.curates:
        raise NotACurator("Entries are published by curators.")


def require_reason(entry: Entry, by: User, reason: str) -> str:
    """Check that `by` may send words of this entry back, and says why; returns the reason.

    Raises:
        NotACurator: `by` does not review, or wrote it.
        ReasonMissing: `reason` is blank.
    """
    if not by.curates or entry.author_id == by.pk:
        raise NotACurator("Entries are rejected by curators, and not by their own author.")
    if not reason.strip():
        raise ReasonMissing("Say what is to be mended.", pointer="/reason")
    return reason.strip()


def _announce_publication(entry: Entry, *, by: User, at: datetime) -> None:
    announce(
        Event.ENTRY_PUBLISHED,
        key=_key("published", entry, at),
        text=f"Published: {entry.summary}",
        target=entry.address,
        audience=Audience(people=[entry.author], by_email=True),
        by=by,
        at=at,
    )
    announce(
        Event.TOPIC_ENTRY,
        key=_key("topic-entry", entry, at),
        text=f"New: {entry.summary}",
        target=entry.address,
        audience=Audience(followers_of=[topic.subject for topic in entry.topics.all()]),
        # The author heard already that it is published.
        by=entry.author,
        at=at,
    )
    if isinstance(entry, Solution):
        challenge = entry.challenge
        announce(
            Event.SOLUTION_ADDED,
            key=_key("solution-added", entry, at),
            text=f"{entry.author.display_name} solved “{challenge.title}”",
            target=entry.address,
            audience=Audience(
                people=[challenge.author], followers_of=[challenge.subject], by_email=True
            ),
            by=entry.author,
            at=at,
        )


def locked(entry: _Entry) -> _Entry:
    """The entry as it is now, held until the end of the transaction."""
    rows: Any = type(entry)._default_manager.all()
    found: _Entry = rows.held(entry.pk)
    return found


def _locked_pair(solution: Solution) -> tuple[Challenge, Solution]:
    # The challenge first: two acceptances of one challenge then wait for each other.
    challenge = locked(solution.challenge)
    return challenge, locked(solution)


def _require(entry: Entry, allowed: Iterable[str], refusal: type[Conflict]) -> None:
    if entry.status not in set(allowed):
        raise refusal(f"{refusal.__doc__} This one is {entry.get_status_display().lower()}.")


def require_author_or_curator(entry: Entry, by: User) -> None:
    """Check that an entry is `by`'s own, or that they curate.

    Raises:
        NotYours: neither.
    """
    if entry.author_id != by.pk and not by.curates:
        raise NotYours("Only its author or a curator can do this.")


def _save(entry: Entry, at: datetime, *fields: str) -> None:
    entry.updated_at = at
    entry.save(update_fields=["status", "updated_at", *fields])


def _key(happening: str, entry: Entry, at: datetime) -> str:
    return f"{happening}:{entry.type_name}:{entry.pk}:{at.isoformat()}"
