"""The worker's door to the foundation's own chores. Beat rings them."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from foundation import caching, limiting, outbox, scheduling
from foundation.http import idempotency

SWEEP_EVERY = timedelta(seconds=10)
FORGET_EVERY = timedelta(days=1)


@shared_task(name="foundation.sweep")
def sweep(**_later_arguments: Any) -> None:
    """Ring again for promises that were not kept in time."""
    now = timezone.now()
    if scheduling.take_slot("sweep", every=SWEEP_EVERY, at=now):
        outbox.sweep(at=now)


@shared_task(name="foundation.forget")
def forget(**_later_arguments: Any) -> None:
    """Delete kept promises and answers, taken slots and ended counts: nobody asks any more."""
    now = timezone.now()
    if scheduling.take_slot("forget", every=FORGET_EVERY, at=now):
        outbox.forget(at=now)
        scheduling.forget_slots(at=now)
        limiting.forget(at=now)
        idempotency.forget(at=now)


@shared_task(name="foundation.bump")
def bump(*, names: list[str], promise: str, **_later_arguments: Any) -> None:
    """Bump versions that could not be bumped at their commit, because the cache was away."""
    with outbox.keeping(promise) as owed:
        if owed:
            caching.bump_now(*names)
