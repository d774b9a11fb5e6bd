"""The worker's door to imports, followed sources, reminders, counts and those who left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from foundation import scheduling
from learnings import briefing, following, leaving, tallying
from learnings.importing import runs

REMIND_EVERY = timedelta(hours=1)
CLEAR_UP_EVERY = timedelta(minutes=10)
FOLD_EVERY = timedelta(minutes=1)
RECOUNT_EVERY = timedelta(days=1)


@shared_task(name=runs.RUN_IMPORT)
def run_import(*, run_id: int, promise: str, **_later_arguments: Any) -> None:
    """Read an uploaded README into drafts."""
    runs.work(run_id, promised_as=promise)


@shared_task(name="learnings.remind")
def remind(**_later_arguments: Any) -> None:
    """Remind learners of deadlines that come near."""
    now = timezone.now()
    if scheduling.take_slot("remind", every=REMIND_EVERY, at=now):
        briefing.remind(at=now)


@shared_task(name="learnings.clear_up")
def clear_up(**_later_arguments: Any) -> None:
    """Take along what was written for people in the very moment in which they left."""
    now = timezone.now()
    if scheduling.take_slot("clear up", every=CLEAR_UP_EVERY, at=now):
        leaving.clear_up(at=now)


@shared_task(name="learnings.fold")
def fold(**_later_arguments: Any) -> None:
    """Make few of the many rows that sum up to what is published under topics."""
    if scheduling.take_slot("fold", every=FOLD_EVERY, at=timezone.now()):
        tallying.fold()


@shared_task(name="learnings.recount")
def recount(**_later_arguments: Any) -> None:
    """Compare what is counted under topics with what is there."""
    if scheduling.take_slot("recount", every=RECOUNT_EVERY, at=timezone.now()):
        tallying.mend()


@shared_task(name="learnings.look_at_sources")
def look_at_sources(**_later_arguments: Any) -> None:
    """Promise a look at each followed source that it is time for."""
    now = timezone.now()
    if scheduling.take_slot("look at sources", every=following.LOOK_EVERY, at=now):
        following.promise_looks(at=now)


@shared_task(name=following.LOOK)
def look_at_source(*, source_id: int, promise: str, **_later_arguments: Any) -> None:
    """Look whether the README of one source has changed."""
    following.look(source_id, promised_as=promise)
