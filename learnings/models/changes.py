"""Changes that somebody has to decide about: proposed revisions and import conflicts."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from learnings.models.about import AboutAnEntry
from learnings.models.imports import ImportRun


class RevisionStatus(models.TextChoices):
    """What became of a proposal."""

    PROPOSED = "PROPOSED", "Proposed"
    APPROVED = "APPROVED", "Approved"
    REJECTED = "REJECTED", "Rejected"


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Questions about revisions."""

    def visible_to(self, user: User) -> Self:
        """Those of one's own entries; curators see all."""
        if user.curates:
            return self
        return self.filter(
            Q(learning__author=user) | Q(challenge__author=user) | Q(solution__author=user)
        )

    def open(self) -> Self:
        """Those that wait for a decision."""
        return self.filter(status=RevisionStatus.PROPOSED)


class Revision(AboutAnEntry):
    """New words for a published entry. The published ones stay until a curator approves."""

    changes = models.JSONField(help_text="New values by field name; `topics` as slugs.")
    status = models.CharField(
        max_length=10, choices=RevisionStatus.choices, default=RevisionStatus.PROPOSED
    )
    reason = models.TextField(max_length=2000, blank=True)
    import_run = models.ForeignKey(
        ImportRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="revisions"
    )
    proposed_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects: ClassVar[models.Manager[Revision]] = RevisionQuerySet.as_manager()

    class Meta(AboutAnEntry.Meta):
        constraints = [
            *AboutAnEntry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=RevisionStatus.values), name="revision_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=RevisionStatus.REJECTED) | ~Q(reason=""),
                name="revision_rejected_for_a_reason",
            ),
            # A newer proposal replaces the waiting one, so a curator decides once.
            *(
                models.UniqueConstraint(
                    fields=[entry],
                    condition=Q(status=RevisionStatus.PROPOSED),
                    name=f"one_open_revision_per_{entry}",
                )
                for entry in ("learning", "challenge", "solution")
            ),
        ]
        indexes = [
            models.Index(fields=["status", "created_at", "id"], name="revision_queue"),
        ]

    def __str__(self) -> str:
        return f"Revision of {self.entry}"


class Keep(models.TextChoices):
    """Whose words win."""

    HUB = "HUB", "The hub's"
    README = "README", "The README's"


class ImportConflict(AboutAnEntry):
    """An entry that changed both on the hub and in its README: somebody decides."""

    import_run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="conflicts")
    number = models.PositiveIntegerField(help_text="Within its import, from 1.")
    hub = models.JSONField(help_text="The entry's texts by field name, as they were found.")
    readme = models.JSONField(help_text="The README's texts by field name.")
    readme_digest = models.CharField(max_length=64)
    first_line = models.PositiveIntegerField()
    last_line = models.PositiveIntegerField()
    keep = models.CharField(max_length=6, choices=Keep.choices, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(AboutAnEntry.Meta):
        ordering = ["import_run", "number"]
        constraints = [
            *AboutAnEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["import_run", "number"], name="conflict_number_once_per_import"
            ),
            models.CheckConstraint(
                condition=Q(keep="", resolved_at=None)
                | Q(keep__in=Keep.values, resolved_at__isnull=False),
                name="importconflict_resolved_means_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"Conflict {self.number} of {self.import_run}"
