"""Votes and bookmarks: a person's marks on entries."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from foundation.errors import Conflict, Forbidden
from learnings.models import Bookmark, Entry, Status, Vote


class OwnEntry(Forbidden):
    """A vote says "this helped me", and one's own entry always did."""

    code = "own_entry"


class NotPublished(Conflict):
    """Only what everybody can read is voted for."""

    code = "not_published"


@transaction.atomic
def vote(entry: Entry, *, by: User) -> None:
    """Count `by`'s vote for an entry. A second vote changes nothing.

    Raises:
        OwnEntry: `by` wrote it.
        NotPublished: it is not published.
        EntryGone: it was deleted meanwhile.
    """
    rows: Any = type(entry)._default_manager.all()
    entry = rows.held(entry.pk)
    if entry.author_id == by.pk:
        raise OwnEntry("A vote for your own entry does not count.")
    if entry.status != Status.PUBLISHED:
        raise NotPublished("Only a published entry can be voted for.")
    # The entry is held, so no twin can come in between.
    if not Vote.objects.filter(**_mark(entry, by)).exists():
        Vote.objects.create(**_mark(entry, by))
        _count(entry, 1)


@transaction.atomic
def unvote(entry: Entry, *, by: User) -> None:
    """Take a vote back, if there is one."""
    gone, _ = Vote.objects.filter(**_mark(entry, by)).delete()
    if gone:
        _count(entry, -1)


@transaction.atomic
def bookmark(entry: Entry, *, by: User) -> None:
    """Keep an entry for later. Keeping it twice changes nothing."""
    Bookmark.objects.get_or_create(**_mark(entry, by))


def unbookmark(entry: Entry, *, by: User) -> None:
    """Let go of a bookmark, if there is one."""
    Bookmark.objects.filter(**_mark(entry, by)).delete()


def _mark(entry: Entry, by: User) -> dict[str, Any]:
    return {"user": by, entry.type_name: entry}


def _count(entry: Entry, change: int) -> None:
    # Votes are no edit: `updated_at` stays.
    rows: Any = type(entry)._default_manager.all()
    rows.update_row(entry.pk, votes_count=F("votes_count") + change)
