"""Decide a conflict between the hub and a README: keep the one's words or the other's."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from foundation.errors import Conflict
from learnings import publishing, revising
from learnings.models import Entry, ImportConflict, Keep, RevisionStatus, Status

_FROM_README: Final = (
    "source_document",
    "source_repository",
    "source_commit",
    "source_first_line",
    "source_last_line",
    "source_digest",
)


class AlreadyResolved(Conflict):
    """A conflict is decided once; a later import of the document takes the place of an open one."""

    code = "already_resolved"


@transaction.atomic
def resolve(conflict: ImportConflict, *, keep: Keep, by: User, at: datetime) -> ImportConflict:
    """Let the hub's words stand, or take the README's: at once, or as a proposal if published.

    Either way the same README does not raise it again. The conflict then has the hub's words as
    they were at the decision, so that nothing is lost with them.

    Raises:
        NotYours: `by` is neither the author nor a curator.
        AlreadyResolved: somebody decided it before, or a later import replaced it.
        NotEditable: the README's words were asked for, and the entry is in review or retracted.
    """
    author_id = conflict.import_run.author_id
    if author_id != by.pk and not by.curates:
        raise publishing.NotYours("Only its author or a curator can decide a conflict.")
    one_import_at_a_time(author_id)
    entry = publishing.locked(conflict.entry)
    found = ImportConflict.objects.select_for_update().filter(pk=conflict.pk).first()
    if found is None:
        raise AlreadyResolved("A later import has taken the place of this conflict.")
    if found.resolved_at is not None:
        raise AlreadyResolved(f"{AlreadyResolved.__doc__}")
    if keep == Keep.README:
        found.hub = _hub_words(entry)
        _take_readme(found, entry, by=by, at=at)
    _remember_readme(found, entry)
    found.keep, found.resolved_at, found.resolved_by = keep, at, by
    found.save(update_fields=["hub", "keep", "resolved_at", "resolved_by"])
    return found


def one_import_at_a_time(author_id: int) -> None:
    """Wait until nobody imports for this author; two at once could not see each other's work.

    An author who left meanwhile has nothing any more that one would have to wait for.
    """
    # NO KEY: rows that refer to this person can still be written by those whom we wait for.
    User.objects.select_for_update(no_key=True).filter(pk=author_id).first()


def _hub_words(entry: Entry) -> dict[str, str]:
    """What the README's words take the place of: the entry's, or those that its author proposed."""
    proposed = entry.revisions.filter(status=RevisionStatus.PROPOSED).first()  # type: ignore[attr-defined]
    changes = proposed.changes if proposed is not None else {}
    return {name: changes.get(name, text) for name, text in entry.content.items()}


def _take_readme(conflict: ImportConflict, entry: Entry, *, by: User, at: datetime) -> None:
    if entry.status == Status.PUBLISHED:
        revising.propose(
            entry, by=by, changes=conflict.readme, at=at, import_run=conflict.import_run
        )
    elif entry.status in publishing.EDITABLE:
        publishing.revise(entry, by=by, changes=conflict.readme, at=at)
    else:
        raise publishing.NotEditable("What is in review or retracted stays as it is.")


def _remember_readme(conflict: ImportConflict, entry: Entry) -> None:
    """The README was read, whatever became of it: only another text of it is news."""
    run = conflict.import_run
    entry.source_document, entry.source_repository = run.document, run.repository
    entry.source_commit, entry.source_digest = run.commit, conflict.readme_digest
    entry.source_first_line, entry.source_last_line = conflict.first_line, conflict.last_line
    entry.save(update_fields=_FROM_README)
