"""Promises: work that a transaction makes necessary, done exactly once, whatever breaks.

    with transaction.atomic():
        order.save()
        promise("shop.send_receipt", key=f"receipt:{order.pk}", kwargs={"order_id": order.pk})

    @shared_task(name="shop.send_receipt")
    def send_receipt(*, order_id: int, promise: str, **_later_arguments):
        with keeping(promise) as owed:
            if owed:
                ...

After commit the doorbell rings once, best effort. A ring that is lost costs one sweep. A task that
arrives twice finds its promise kept. Why: docs/decisions/0003.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from foundation import doorbell
from foundation.errors import NexusError
from foundation.models import Promise

RING_GRACE = timedelta(seconds=10)  # how long a ring may take before the sweep repeats it
LONGEST_WAIT = timedelta(minutes=10)  # between two repeats of the sweep
KEPT_FOR = timedelta(days=7)  # after which kept promises are forgotten
SWEEP_SIZE = 500  # promises rung by one sweep


class OutsideTransaction(NexusError):
    """A promise made outside a transaction could be lost, or made for something rolled back."""

    code = "outside_transaction"


def promise(task: str, *, key: str, kwargs: dict[str, Any] | None = None) -> None:
    """Write down that `task` must run, in the caller's transaction, and ring after commit.

    `kwargs` must be JSON: ids, not objects. A key that was promised before changes nothing.

    Raises:
        OutsideTransaction: there is no transaction to tie the promise to.
    """
    require_transaction(key)
    now = timezone.now()
    row, made = Promise.objects.get_or_create(
        key=key,
        defaults={
            "task": task,
            "kwargs": kwargs or {},
            "made_at": now,
            "due_at": now + RING_GRACE,
        },
    )
    if made:
        # Robust: the commit stands, so nothing that happens to a ring may look like a failure.
        transaction.on_commit(lambda: doorbell.ring(row.task, row.message()), robust=True)


def require_transaction(key: str) -> None:
    """Check that what is about to be written under `key` can still be rolled back.

    Raises:
        OutsideTransaction: there is no transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(f"{key!r} was promised outside a transaction.")


@contextmanager
def keeping(key: str) -> Iterator[bool]:
    """Run a promised task's effects and mark the promise kept, in one transaction.

    Yields whether the work is still owed. A twin that runs at the same moment waits for the row
    and then finds nothing owed; an exception leaves the promise owed. What was promised is
    forgotten once it is kept, for it can be an address: only the key is needed from then on.
    """
    with transaction.atomic():
        row = Promise.objects.select_for_update().filter(key=key, kept_at=None).first()
        yield row is not None
        if row is not None:
            row.kept_at, row.kwargs = timezone.now(), {}
            row.save(update_fields=["kept_at", "kwargs"])


def sweep(*, at: datetime) -> int:
    """Ring again for every promise that is overdue at `at`; returns how many were rung.

    Rows are claimed in a transaction of their own, so that two sweeps share the work, and rung
    after it, with the broker's confirmation. What the broker does not take is due again at once,
    and the attempt does not count: a long outage must not turn into long waits after it.
    """
    claimed = _claim(at)
    for number, row in enumerate(claimed):
        try:
            doorbell.ring_confirmed(row.task, row.message())
        except doorbell.NoBroker:
            left = [unrung.pk for unrung in claimed[number:]]
            Promise.objects.filter(pk__in=left, kept_at=None).update(
                due_at=at, rings=F("rings") - 1
            )
            return number
    return len(claimed)


def _claim(at: datetime) -> list[Promise]:
    with transaction.atomic():
        rows = list(
            Promise.objects.select_for_update(skip_locked=True)
            .filter(kept_at=None, due_at__lte=at)
            .order_by("due_at")[:SWEEP_SIZE]
        )
        for row in rows:
            row.due_at = at + min(RING_GRACE * 2 ** min(row.rings, 16), LONGEST_WAIT)
            row.rings += 1
        Promise.objects.bulk_update(rows, ["due_at", "rings"])
    return rows


def forget(*, at: datetime) -> int:
    """Delete promises kept longer than `KEPT_FOR` ago; returns how many."""
    return Promise.objects.filter(kept_at__lt=at - KEPT_FOR).delete()[0]
