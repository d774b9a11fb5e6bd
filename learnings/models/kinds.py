"""The kinds of entries: learnings, challenges, and the solutions of a challenge."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from foundation import markdown
from learnings.models.entries import Entry, EntryQuerySet, Status

MAX_FOREMOST: Final = 20  # solutions shown along with a challenge


class LearningKind(models.TextChoices):
    """What kind of thing was learned."""

    TECHNOLOGY = "TECHNOLOGY", "Technology"
    CONCEPT = "CONCEPT", "Concept"
    BEST_PRACTICE = "BEST_PRACTICE", "Best practice"
    TAKEAWAY = "TAKEAWAY", "Takeaway"
    GOAL = "GOAL", "Goal"


class Learning(Entry):
    """Something learned: a technology, a concept, a best practice, a takeaway or a goal."""

    kind = models.CharField(max_length=13, choices=LearningKind.choices)
    title = models.CharField(max_length=300)
    body = models.TextField(max_length=markdown.MAX_LENGTH, blank=True)
    body_html = models.TextField(blank=True, editable=False)

    objects: ClassVar[models.Manager[Learning]] = EntryQuerySet.as_manager()
    rendered = {"body": "body_html"}
    content_fields = ("kind", "title", "body")
    freshness = ("learnings",)
    every_row = ("every-learning",)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=~Q(title=""), name="learning_has_a_title"),
            models.CheckConstraint(
                condition=Q(kind__in=LearningKind.values), name="learning_kind_known"
            ),
        ]
        indexes = [
            *Entry.Meta.indexes,
            models.Index(
                fields=["kind", "-published_at", "-id"],
                condition=Q(status=Status.PUBLISHED),
                name="learning_pub_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ChallengeQuerySet(EntryQuerySet):
    """Questions about challenges."""

    def with_solution_facts(self) -> Self:
        """Add `solutions_count` and `accepted_solution_id`, of published solutions only."""
        published = Solution.objects.filter(
            challenge=models.OuterRef("pk"), status=Status.PUBLISHED
        ).order_by()
        count = published.values("challenge").annotate(n=models.Count("pk")).values("n")
        return self.annotate(
            solutions_count=Coalesce(models.Subquery(count), 0),
            accepted_solution_id=models.Subquery(published.filter(accepted=True).values("pk")[:1]),
        )

    def solved(self, solved: bool = True) -> Self:  # noqa: FBT001, FBT002 - reads as a question
        """Those that have (or lack) a published accepted solution."""
        accepted = models.Exists(
            Solution.objects.filter(
                challenge=models.OuterRef("pk"), status=Status.PUBLISHED, accepted=True
            )
        )
        return self.filter(accepted if solved else ~accepted)

    def with_relations(self) -> Self:
        """Fetch what every representation shows, in a constant number of queries."""
        return super().with_relations().with_solution_facts()

    def with_foremost_solutions(self) -> Self:
        """Fetch `foremost_solutions`: published ones, the accepted first, then by votes.

        At most `MAX_FOREMOST` of each challenge, in a constant number of queries.
        """
        solutions: Any = Solution._default_manager.all()
        ordered = solutions.published().with_relations().order_by("-accepted", "-votes_count", "id")
        return self.prefetch_related(
            models.Prefetch("solutions", ordered[:MAX_FOREMOST], to_attr="foremost_solutions")
        )


class Challenge(Entry):
    """A problem that somebody met. The title states it, the problem text tells more."""

    title = models.CharField(max_length=300)
    problem = models.TextField(max_length=markdown.MAX_LENGTH, blank=True)
    problem_html = models.TextField(blank=True, editable=False)

    objects: ClassVar[models.Manager[Challenge]] = ChallengeQuerySet.as_manager()
    rendered = {"problem": "problem_html"}
    content_fields = ("title", "problem")
    freshness = ("challenges", "solutions")  # a solution is visible only with its challenge
    every_row = ("every-challenge",)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=~Q(title=""), name="challenge_has_a_title"),
        ]
        permissions = [("publish_own", "Can publish own entries without review")]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """What followers of this challenge subscribe to."""
        return f"challenge:{self.pk}"


class SolutionQuerySet(EntryQuerySet):
    """Questions about solutions."""

    # With its challenge a solution goes too.
    public = Q(status=Status.PUBLISHED, challenge__status=Status.PUBLISHED)

    def with_relations(self) -> Self:
        """Fetch what every representation shows, in a constant number of queries."""
        return super().with_relations().select_related("author", "challenge")


class Solution(Entry):
    """How somebody solved a challenge."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="solutions")
    body = models.TextField(max_length=markdown.MAX_LENGTH)
    body_html = models.TextField(blank=True, editable=False)
    accepted = models.BooleanField(default=False, editable=False)

    objects: ClassVar[models.Manager[Solution]] = SolutionQuerySet.as_manager()
    rendered = {"body": "body_html"}
    content_fields = ("body",)
    freshness = ("solutions", "challenges")  # a challenge shows how many solutions it has
    every_row = ("every-solution", "every-challenge")

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=~Q(body=""), name="solution_has_a_body"),
            models.UniqueConstraint(
                fields=["challenge"], condition=Q(accepted=True), name="one_accepted_solution"
            ),
        ]
        indexes = [
            *Entry.Meta.indexes,
            # Counting and listing the solutions of one challenge.
            models.Index(
                fields=["challenge", "-published_at", "-id"],
                condition=Q(status=Status.PUBLISHED),
                name="solution_pub_challenge",
            ),
        ]

    def __str__(self) -> str:
        return f"Solution of “{self.challenge}”"

    @property
    def subjects(self) -> tuple[str, ...]:
        """All that a write to this solution changes: its challenge, too."""
        return (*super().subjects, *Challenge.subjects_of_row(self.challenge_id))

    @property
    def summary(self) -> str:
        """A line by which a person recognises this entry."""
        return f"a solution of “{self.challenge.title}”"
