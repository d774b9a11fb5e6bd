"""Entries whatever their type: what the types are called, and rows that are about exactly one."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q

from learnings.models.entries import Entry
from learnings.models.kinds import Challenge, Learning, Solution


class EntryType(models.TextChoices):
    """The three kinds of entries, by which a client tells what an item holds."""

    LEARNING = "LEARNING", "Learning"
    CHALLENGE = "CHALLENGE", "Challenge"
    SOLUTION = "SOLUTION", "Solution"


ENTRY_MODELS: Final[dict[EntryType, type[Entry]]] = {
    EntryType.LEARNING: Learning,
    EntryType.CHALLENGE: Challenge,
    EntryType.SOLUTION: Solution,
}


def about_one_entry(name: str) -> models.CheckConstraint:
    """The rule that exactly one of the three columns of `AboutAnEntry` is filled."""
    return models.CheckConstraint(
        condition=Q(learning__isnull=False, challenge=None, solution=None)
        | Q(learning=None, challenge__isnull=False, solution=None)
        | Q(learning=None, challenge=None, solution__isnull=False),
        name=name,
    )


class AboutAnEntry(models.Model):
    """A row about exactly one entry, whatever its type."""

    learning = models.ForeignKey(
        Learning, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    challenge = models.ForeignKey(
        Challenge, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    solution = models.ForeignKey(
        Solution, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )

    class Meta:
        abstract = True
        constraints = [about_one_entry("%(class)s_is_about_one_entry")]

    @property
    def key(self) -> tuple[str, int]:
        """The entry's type name and id, without fetching it."""
        for name in ("learning", "challenge"):
            if (pk := getattr(self, f"{name}_id")) is not None:
                return name, pk
        return "solution", self.solution_id  # type: ignore[return-value]  # the database sees to it

    @property
    def entry_type(self) -> EntryType:
        """The entry's type, without fetching it."""
        return EntryType(self.key[0].upper())

    @property
    def entry(self) -> Entry:
        """The entry that this is about."""
        found = self.learning or self.challenge or self.solution
        assert found is not None, "the database sees to it"  # noqa: S101 - for the type checker
        return found
