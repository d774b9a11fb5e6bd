"""Votes and bookmarks: a person's marks on entries."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from accounts.models import User
from foundation.errors import Forbidden
from learnings.models import Bookmark, Entry, Vote


class OwnEntry(Forbidden):
    """A vote says "this helped me", and one's own entry always did."""

    code = "own_entry"


@transaction.atomic
def vote(entry: Entry, *, by: User) -> None:
    """Count `by`'s vote for an entry. A second vote changes nothing.

    Raises:
        OwnEntry: `by` wrote it.
    """
    if entry.author_id == by.pk:
        raise OwnEntry("A vote for your own entry does not count.")
    _, made = Vote.objects.get_or_create(user=by, **{entry.type_name: entry})
    if made:
        _count(entry, 1)


@transaction.atomic
def unvote(entry: Entry, *, by: User) -> None:
    """Take a vote back, if there is one."""
    gone, _ = Vote.objects.filter(user=by, **{entry.type_name: entry}).delete()
    if gone:
        _count(entry, -1)


@transaction.atomic
def bookmark(entry: Entry, *, by: User) -> None:
    """Keep an entry for later. Keeping it twice changes nothing."""
    Bookmark.objects.get_or_create(user=by, **{entry.type_name: entry})


def unbookmark(entry: Entry, *, by: User) -> None:
    """Let go of a bookmark, if there is one."""
    Bookmark.objects.filter(user=by, **{entry.type_name: entry}).delete()


def _count(entry: Entry, change: int) -> None:
    # Votes are no edit: `updated_at` stays.
    rows = type(entry)._default_manager.filter(pk=entry.pk)
    rows.update(votes_count=F("votes_count") + change)
