"""Repositories whose README is read again and again."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from learnings.models.imports import ImportRun


class SourceQuerySet(models.QuerySet["Source"]):
    """Questions about followed repositories."""

    def visible_to(self, user: User) -> Self:
        """A learner's own; curators see all."""
        return self if user.curates else self.filter(user=user)

    def due(self, *, at: datetime) -> Self:
        """Those of active people that it is time to look at, longest unchecked first."""
        return self.filter(Q(due_at=None) | Q(due_at__lte=at), user__is_active=True).order_by(
            models.F("checked_at").asc(nulls_first=True), "id"
        )


class Source(models.Model):
    """The address of a README that a learner follows: a worker looks for changes on a schedule."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sources")
    url = models.CharField(max_length=500, help_text="As given: a repository or a file.")
    etag = models.CharField(max_length=200, blank=True, editable=False)
    content_digest = models.CharField(max_length=64, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Looks that failed since the last that did not."
    )
    due_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="No look before this time."
    )
    problem = models.CharField(
        max_length=500, blank=True, help_text="Why the last look failed, or nothing."
    )
    last_run = models.ForeignKey(
        ImportRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager[Source]] = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "url"], name="one_source_per_address"),
            models.CheckConstraint(condition=~Q(url=""), name="source_has_an_address"),
        ]
        indexes = [
            models.Index(fields=["checked_at", "id"], name="source_due"),
            models.Index(fields=["user", "-created_at", "-id"], name="source_by_user"),
        ]

    def __str__(self) -> str:
        return self.url
