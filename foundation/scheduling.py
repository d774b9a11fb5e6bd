"""Scheduled jobs that run once per slot, however many beats tick."""

from datetime import datetime, timedelta

from django.db import transaction

from foundation.models import ScheduleSlot

REMEMBERED_FOR = timedelta(days=2)


def take_slot(job: str, *, every: timedelta, at: datetime) -> bool:
    """Take the slot of `job` that `at` falls into; false when somebody has it already.

    Slots are whole multiples of `every` since 1970, so beats on different machines agree on them
    as long as their clocks do. The unique row decides, in the database.
    """
    slot = int(at.timestamp() // every.total_seconds())
    with transaction.atomic():
        _, taken = ScheduleSlot.objects.get_or_create(job=job, slot=slot, defaults={"taken_at": at})
    return taken


def forget_slots(*, at: datetime) -> int:
    """Delete slots taken longer than `REMEMBERED_FOR` ago; returns how many."""
    return ScheduleSlot.objects.filter(taken_at__lt=at - REMEMBERED_FOR).delete()[0]
