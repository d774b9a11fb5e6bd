"""Rows behind the outbox and the schedule."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class Promise(models.Model):
    """A task that must run once, written in the transaction that made it necessary.

    The row is the promise; the message to a worker is only a doorbell. `key` names the effect, so
    promising the same thing twice makes one row. A row is kept when `kept_at` is set, in the same
    transaction as the task's effects.
    """

    task = models.CharField(max_length=200)
    key = models.CharField(max_length=200, unique=True)
    kwargs = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When the sweep rings again, if not kept by then.")
    rings = models.PositiveIntegerField(default=0, help_text="How often the sweep has rung.")
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # The sweep looks only for what is still owed, oldest first: the index stays as small
            # as the backlog, however many promises have been kept.
            models.Index(fields=["due_at"], condition=Q(kept_at=None), name="promise_owed"),
            # The daily clean-up of kept rows.
            models.Index(fields=["kept_at"], condition=~Q(kept_at=None), name="promise_kept"),
        ]

    def __str__(self) -> str:
        return self.key

    def message(self) -> dict[str, Any]:
        """The keyword arguments a worker gets: the promised ones and the promise's key."""
        return {**self.kwargs, "promise": self.key}


class ScheduleSlot(models.Model):
    """One run of one scheduled job. Its uniqueness lets two beats tick without doubling work."""

    job = models.CharField(max_length=100)
    slot = models.BigIntegerField(help_text="Number of whole periods since 1970.")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="one_run_per_slot")]
        indexes = [models.Index(fields=["taken_at"], name="slot_taken_at")]

    def __str__(self) -> str:
        return f"{self.job} #{self.slot}"
