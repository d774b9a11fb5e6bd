"""Rows behind the outbox, the schedule, rate limits and repeated requests; edits, counted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.db.models import F, Q

from foundation.errors import Missing


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


class KeptAnswer(models.Model):
    """The answer to a creating request that named itself with an `Idempotency-Key`.

    Written in the transaction of what it created: either both are there or neither is.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_answers"
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="Of method, address and body.")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"", editable=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["made_at"], name="kept_answer_made_at")]  # forgetting

    def __str__(self) -> str:
        return self.key


class AttemptCount(models.Model):
    """How often something was tried in the present window, where no cache may be trusted with it.

    `key` names the limit and whom it counts, digested: it may hold any text.
    """

    key = models.CharField(max_length=200, unique=True)
    count = models.PositiveIntegerField(default=0)
    resets_at = models.DateTimeField(help_text="When the window ends and counting starts anew.")

    class Meta:
        indexes = [models.Index(fields=["resets_at"], name="attempts_reset_at")]  # forgetting

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class RowGone(Missing):
    """The row was deleted between being read and being saved."""


class EditedModel(models.Model):
    """A row that counts its edits, so that a client can say which state it means to change.

    Every save of an existing row raises `revision`, except one of nothing but `uncounted` fields.
    `QuerySet.update` does not: counters such as votes are no edits.
    """

    revision = models.PositiveIntegerField(default=1, editable=False)

    uncounted: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and raise the revision if this is an edit.

        Raises:
            RowGone: somebody deleted it meanwhile. An edit brings nothing back to life.
        """
        fields = kwargs.get("update_fields")
        is_new = self._state.adding
        is_edit = fields is None or not self.uncounted.issuperset(fields)
        if is_new or not is_edit:
            super().save(*args, **kwargs)
            return
        # Raised by the database: of two writers who read the same number, each gets a new one.
        self.revision = F("revision") + 1
        if fields is not None:
            kwargs["update_fields"] = {*fields, "revision"}
        else:
            kwargs["force_update"] = True
        with transaction.atomic():
            try:
                super().save(*args, **kwargs)
            except DatabaseError as error:
                if type(error) is DatabaseError:  # Django's own word for an edit of no row
                    raise RowGone("It was deleted meanwhile.") from error
                raise
            self.refresh_from_db(fields=["revision"])
