"""Proposed changes of published entries: the published words stay until somebody approves.

| step    | of an entry that is | by                                                       |
| ------- | ------------------- | -------------------------------------------------------- |
| propose | PUBLISHED           | author, curators too; others' entries a curator edits at |
|         |                     | once, and so their own with `publish_own`                |
| approve | PUBLISHED           | whoever may publish it: a curator, not of their own; an  |
|         |                     | author with `publish_own`, of their own                  |
| reject  | any                 | curator, not of their own, with a reason                 |

An entry has one open proposal at most: a newer one replaces it, under another number, so that
nobody approves words that they have not read. Retracting the entry withdraws it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from foundation.errors import Conflict, Invalid
from learnings import publishing
from learnings.models import (
    Entry,
    ImportRun,
    Revision,
    RevisionStatus,
    Status,
    Topic,
    digest_of,
)
from notifications.announcing import Audience, announce
from notifications.models import Event

BATCH: Final = 200  # rows written by one statement


class AlreadyDecided(Conflict):
    """A proposal is decided once, and a newer one takes the place of an open one."""

    code = "already_decided"


class Outdated(Conflict):
    """The entry was edited after the proposal was made: its words would undo that."""

    code = "outdated"


class NothingToChange(Invalid):
    """A proposal says what is to change."""

    code = "nothing_to_change"


@transaction.atomic
def change(entry: Entry, *, by: User, changes: Mapping[str, Any], at: datetime) -> Entry | Revision:
    """Change an entry, or propose it where the words are public and not `by`'s to publish.

    A curator's own words need another pair of eyes after their publication as before it. `changes`
    maps field names to values; `topics` to topics.

    Raises:
        NotYours: `by` is neither the author nor a curator.
        NotEditable: it is in review or retracted, and `by` is not a curator.
        NothingToChange: a proposal without a change.
    """
    entry = publishing.locked(entry)
    if entry.status != Status.PUBLISHED or _may_edit_at_once(entry, by):
        return publishing.revise_held(entry, by=by, changes=dict(changes), at=at)
    return propose(entry, by=by, changes=changes, at=at)


def _may_edit_at_once(entry: Entry, by: User) -> bool:
    is_own = entry.author_id == by.pk
    return by.curates and (not is_own or by.has_perm("learnings.publish_own"))


@transaction.atomic
def propose(
    entry: Entry,
    *,
    by: User,
    changes: Mapping[str, Any],
    at: datetime,
    import_run: ImportRun | None = None,
) -> Revision:
    """Propose other words for a published entry, in place of an open proposal, and tell curators.

    Raises:
        NotYours: `by` is neither the author nor a curator.
        NotEditable: it is not published.
        NothingToChange: `changes` is empty.
    """
    entry = publishing.locked(entry)
    publishing.require_author_or_curator(entry, by)
    if entry.status != Status.PUBLISHED:
        raise publishing.NotEditable("Only what is published takes proposals.")
    if not changes:
        raise NothingToChange("Say what is to change.")
    (revision,) = propose_many([(entry, _plain(changes))], by=by, at=at, import_run=import_run)
    announce(
        Event.REVISION_PROPOSED,
        key=f"revision-proposed:{revision.pk}",
        text=f"{by.display_name} proposes other words for {entry.summary}",
        target=f"{entry.address}revisions/",
        audience=Audience(curators=True),
        by=by,
        at=at,
    )
    return revision


@transaction.atomic
def propose_many(
    proposals: Sequence[tuple[Entry, dict[str, Any]]],
    *,
    by: User,
    at: datetime,
    import_run: ImportRun | None = None,
) -> list[Revision]:
    """Write proposals for entries of `by`'s that the caller holds, and tell nobody.

    The changes are plain values as they are stored: topics as slugs.
    """
    withdraw([entry for entry, _changes in proposals])
    return Revision.objects.bulk_create(
        [
            Revision(
                **{entry.type_name: entry},
                changes=changes,
                proposed_by=by,
                import_run=import_run,
                created_at=at,
            )
            for entry, changes in proposals
        ],
        batch_size=BATCH,
    )


def withdraw(entries: Sequence[Entry]) -> None:
    """Take back what is proposed for these entries and not decided."""
    for name in ("learning", "challenge", "solution"):
        ids = [entry.pk for entry in entries if entry.type_name == name]
        for start in range(0, len(ids), BATCH):
            some = {f"{name}__in": ids[start : start + BATCH]}
            Revision.objects.filter(status=RevisionStatus.PROPOSED, **some).delete()


@transaction.atomic
def approve(revision: Revision, *, by: User, at: datetime) -> Revision:
    """Put the proposed words in the place of the published ones, and tell the author.

    Topics that were deleted since are left out.

    Raises:
        NotACurator: `by` may not publish this entry.
        AlreadyDecided: it was approved, rejected or replaced by a newer proposal.
        NotEditable: the entry is not published any more.
        Outdated: a curator edited the entry since.
    """
    entry, revision = _locked(revision)
    publishing.require_publisher(entry, by)
    _require_open(revision)
    if entry.status != Status.PUBLISHED:
        raise publishing.NotEditable("Only what is published takes proposals.")
    if entry.updated_at > revision.created_at:
        raise Outdated("The entry was edited after this was proposed. Reject it, or edit by hand.")
    _carry_out(revision, entry, at)
    _decide(revision, RevisionStatus.APPROVED, by=by, at=at)
    _tell_author(revision, entry, f"Approved: your changes of {entry.summary}", by=by, at=at)
    return revision


@transaction.atomic
def reject(revision: Revision, *, by: User, reason: str, at: datetime) -> Revision:
    """Let the published words stand, and tell the author why.

    Raises:
        NotACurator: `by` does not review, or wrote it.
        ReasonMissing: `reason` is blank.
        AlreadyDecided: it was approved, rejected or replaced by a newer proposal.
    """
    entry, revision = _locked(revision)
    revision.reason = publishing.require_reason(entry, by, reason)
    _require_open(revision)
    _decide(revision, RevisionStatus.REJECTED, by=by, at=at)
    said = f"Not approved: your changes of {entry.summary}. {revision.reason}"
    _tell_author(revision, entry, said, by=by, at=at)
    return revision


def _carry_out(revision: Revision, entry: Entry, at: datetime) -> None:
    changes = dict(revision.changes)
    topics = changes.pop("topics", None)
    was_as_read = digest_of(entry.content) == entry.source_digest
    for name, value in changes.items():
        setattr(entry, name, value)
    if revision.import_run_id is not None and was_as_read:
        # The README's words before, the README's words now: nobody has edited them here.
        entry.source_digest = digest_of(entry.content)
    entry.updated_at = at
    entry.save(update_fields=[*changes, "source_digest", "updated_at"])
    if topics is not None:
        entry.topics.set(Topic.objects.filter(slug__in=topics))


def _decide(revision: Revision, status: RevisionStatus, *, by: User, at: datetime) -> None:
    revision.status, revision.decided_by, revision.decided_at = status, by, at
    revision.save(update_fields=["status", "reason", "decided_by", "decided_at"])


def _tell_author(revision: Revision, entry: Entry, text: str, *, by: User, at: datetime) -> None:
    announce(
        Event.REVISION_DECIDED,
        key=f"revision-decided:{revision.pk}",
        text=text,
        target=entry.address,
        audience=Audience(people=[entry.author], by_email=True),
        by=by,
        at=at,
    )


def _locked(revision: Revision) -> tuple[Entry, Revision]:
    # The entry first, as proposing does: two people then wait for each other.
    entry = publishing.locked(revision.entry)
    found = Revision.objects.select_for_update().filter(pk=revision.pk).first()
    if found is None:
        raise AlreadyDecided("A newer proposal has taken the place of this one.")
    return entry, found


def _require_open(revision: Revision) -> None:
    if revision.status != RevisionStatus.PROPOSED:
        was = revision.get_status_display().lower()
        raise AlreadyDecided(f"{AlreadyDecided.__doc__} This one is {was}.")


def _plain(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as they are stored."""
    return {
        name: [topic.slug for topic in value] if name == "topics" else value
        for name, value in changes.items()
    }
