"""Followed sources: READMEs elsewhere that are imported again whenever they change.

A source is looked at when somebody starts to follow it and every hour from then on. Each look is
a promise of its own, so that one bad address delays no other. A look asks for what is new since
the last one; only a changed text becomes an import, and that goes the way of every other.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from foundation.errors import Conflict, NexusError
from foundation.models import Promise
from foundation.outbox import keeping, promise
from learnings.importing import addresses, runs
from learnings.importing.fetching import Document, Fetcher
from learnings.models import Source

LOOK: Final = "learnings.look_at_source"
LOOK_EVERY: Final = timedelta(hours=1)
LONGEST_PAUSE: Final = timedelta(days=1)  # between two looks that fail
SLACK: Final = timedelta(minutes=10)  # so that a tick a second early is not an hour late
MAX_SOURCES: Final = 20  # of one person


class TooManySources(Conflict):
    """Somebody follows as many as one person may."""

    code = "too_many_sources"


@transaction.atomic
def follow(url: str, *, by: User, at: datetime) -> tuple[Source, bool]:
    """Follow what is at `url` and promise the first look; returns the source and whether it is new.

    Two ways of writing one address are one source.

    Raises:
        AddressRefused: it is never asked.
        TooManySources: `by` follows `MAX_SOURCES` already.
    """
    address = addresses.parse(url, hosts=runs.source_hosts())
    # One at a time per person, or two at once could both be the last that is allowed.
    User.objects.select_for_update().get(pk=by.pk)
    own = Source.objects.filter(user=by)
    if known := own.filter(url=address.url).first():
        return known, False
    if own.count() >= MAX_SOURCES:
        raise TooManySources(f"One person can follow {MAX_SOURCES} sources. Leave one first.")
    source = Source.objects.create(user=by, url=address.url, created_at=at)
    _promise_look(source, at)
    return source, True


def promise_looks(*, at: datetime) -> int:
    """Promise a look at every source that it is time for; returns how many."""
    due = list(Source.objects.due(at=at).only("pk"))
    for source in due:
        with transaction.atomic():
            _promise_look(source, at)
    return len(due)


def look(source_id: int, *, promised_as: str, fetcher: Fetcher | None = None) -> None:
    """Keep the promise of one look: import what has changed, or note what was wrong."""
    source = Source.objects.filter(pk=source_id, user__is_active=True).first()
    owed = Promise.objects.filter(key=promised_as, kept_at=None).exists()
    found: Document | NexusError | None = None
    if owed and source is not None:
        # Outside any transaction: a slow host must hold up nobody who wants to write.
        found = _fetched(source, fetcher or Fetcher(hosts=runs.source_hosts()))
    with keeping(promised_as) as still_owed:
        if still_owed and source is not None:
            # Whoever stopped following meanwhile gets no import any more.
            current = Source.objects.select_for_update().filter(pk=source_id).first()
            if current is not None:
                _note(current, found, at=timezone.now())


def _promise_look(source: Source, at: datetime) -> None:
    slot = int(at.timestamp() // LOOK_EVERY.total_seconds())
    promise(LOOK, key=f"look:{source.pk}:{slot}", kwargs={"source_id": source.pk})


def _fetched(source: Source, fetcher: Fetcher) -> Document | NexusError | None:
    try:
        return fetcher.fetch(source.url, etag=source.etag)
    except NexusError as error:
        return error


def _note(source: Source, found: Document | NexusError | None, *, at: datetime) -> None:
    """Write down what a look found; a changed text is imported."""
    source.checked_at = at
    try:
        with transaction.atomic():
            if isinstance(found, NexusError):
                raise found
            if found is not None:
                _import(source, found, at)
    except NexusError as error:
        source.failures = min(source.failures + 1, 1000)
        source.problem = str(error)[:500]
        source.due_at = at + _pause(source.failures) - SLACK
    else:
        source.failures, source.problem, source.due_at = 0, "", None
    source.save()


def _import(source: Source, found: Document, at: datetime) -> None:
    digest = hashlib.sha256(found.content).hexdigest()
    if digest != source.content_digest:
        source.last_run = runs.start(
            author=source.user,
            document=found.path[-runs.MAX_NAME :],
            content=found.content,
            repository=found.repository,
            commit=found.commit,
            source_url=source.url,
            at=at,
        )
    source.content_digest, source.etag = digest, found.etag


def _pause(failures: int) -> timedelta:
    """An hour after the first failure, then twice as long each time, up to a day."""
    return min(LOOK_EVERY * (1 << min(failures - 1, 16)), LONGEST_PAUSE)
