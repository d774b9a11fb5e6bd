"""What people mark entries with."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from learnings.models.about import AboutAnEntry, about_one_entry
from learnings.models.entries import Entry
from learnings.models.kinds import Challenge, Learning, Solution


class MarkQuerySet(models.QuerySet[Any]):
    """Questions about marks."""

    def visible_to(self, user: User) -> Self:
        """The marks of `user` on what they may still read."""
        return self.filter(
            _readable(Learning, user) | _readable(Challenge, user) | _readable(Solution, user),
            user=user.pk,
        )


def _readable(model: type[Entry], user: User) -> Exists:
    rows: Any = model._default_manager.all()
    return Exists(rows.visible_to(user).filter(pk=OuterRef(str(model._meta.model_name))))


class Mark(AboutAnEntry):
    """A person's mark on one entry, whatever its type."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="%(class)ss")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
        constraints = [
            about_one_entry("%(class)s_marks_one_entry"),
            *(
                models.UniqueConstraint(
                    fields=["user", entry],
                    condition=Q(**{f"{entry}__isnull": False}),
                    name=f"%(class)s_once_per_{entry}",
                )
                for entry in ("learning", "challenge", "solution")
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="%(class)s_newest")]


class Vote(Mark):
    """A reader's word that an entry helped. Counted in the entry's `votes_count`."""

    objects: ClassVar[models.Manager[Vote]] = MarkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Vote by {self.user}"


class Bookmark(Mark):
    """Kept for later, seen by nobody else."""

    objects: ClassVar[models.Manager[Bookmark]] = MarkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Bookmark of {self.user}"
