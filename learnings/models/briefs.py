"""What a cohort asks of its READMEs, and until when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Cohort


class Brief(models.Model):
    """A cohort's brief: a rubric, kept as data, and a deadline."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="brief")
    title = models.CharField(max_length=200)
    deadline = models.DateTimeField()
    rubric = models.JSONField(
        default=dict, blank=True, help_text="What differs from the standard rubric."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="brief_has_a_title")]
        indexes = [models.Index(fields=["deadline"], name="brief_deadline")]

    def __str__(self) -> str:
        return self.title
