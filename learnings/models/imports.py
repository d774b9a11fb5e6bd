"""READMEs on their way in."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User


class ImportStatus(models.TextChoices):
    """Where an import is."""

    QUEUED = "QUEUED", "Queued"
    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"
    FAILED = "FAILED", "Failed"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Questions about imports."""

    def visible_to(self, user: User) -> Self:
        """A learner's own imports; curators see all."""
        return self if user.curates else self.filter(author=user)


class ImportRun(models.Model):
    """One README read into drafts, with the report its author gets."""

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="import_runs")
    document = models.CharField(max_length=255, help_text="The file's name.")
    repository = models.CharField(max_length=255, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    # The bytes as they came: reading them is the worker's job, and so is refusing them.
    content = models.BinaryField(editable=False, default=b"")
    # Where a worker has to fetch it first; empty when it was sent.
    source_url = models.CharField(max_length=500, blank=True)
    status = models.CharField(
        max_length=10, choices=ImportStatus.choices, default=ImportStatus.QUEUED
    )
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    report = models.JSONField(default=dict, blank=True)
    entries = models.JSONField(default=list, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[ImportRun]] = ImportRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ImportStatus.values), name="import_status_known"
            ),
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="import_progress_is_percent"
            ),
            models.CheckConstraint(
                condition=~Q(status=ImportStatus.FAILED) | ~Q(error=""),
                name="import_failed_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["author", "-created_at", "-id"], name="import_by_author"),
            models.Index(fields=["-created_at", "-id"], name="import_newest"),
        ]

    def __str__(self) -> str:
        return f"Import of {self.document}"
