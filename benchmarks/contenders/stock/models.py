"""The product's tables and nothing else: no Markdown, no signals, no revisions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce


class User(AbstractBaseUser):
    """A row of `accounts_user`."""

    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"

    class Meta:
        app_label = "stock"
        managed = False
        db_table = "accounts_user"


class Topic(models.Model):
    """A row of `learnings_topic`."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "stock"
        managed = False
        db_table = "learnings_topic"

    def __str__(self) -> str:
        return self.name


class ChallengeQuerySet(models.QuerySet[Any]):
    """Challenges with what their serializer shows."""

    def for_reading(self) -> Any:
        """Published, newest first; all relations fetched along, facts about solutions counted."""
        solutions = Solution._default_manager.filter(
            challenge=OuterRef("pk"), status="PUBLISHED"
        ).order_by()
        accepted = solutions.filter(accepted=True)
        count = solutions.values("challenge").annotate(n=Count("pk")).values("n")
        return (
            self.filter(status="PUBLISHED")
            .select_related("author")
            .prefetch_related("topics")
            .annotate(
                solved=Exists(accepted),
                solutions_count=Coalesce(Subquery(count), 0),
                accepted_solution=Subquery(accepted.values("pk")[:1]),
            )
            .order_by("-published_at", "-id")
        )


class Challenge(models.Model):
    """A row of `learnings_challenge`."""

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topics: models.ManyToManyField[Topic, Any] = models.ManyToManyField(
        Topic, related_name="+", db_table="learnings_challenge_topics"
    )
    title = models.CharField(max_length=300)
    problem = models.TextField(blank=True)
    problem_html = models.TextField(default="", blank=True)
    status = models.CharField(max_length=10, default="DRAFT")
    review_reason = models.TextField(default="")
    votes_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True)
    source_document = models.CharField(max_length=255, default="")
    source_repository = models.CharField(max_length=255, default="")
    source_commit = models.CharField(max_length=64, default="")
    source_digest = models.CharField(max_length=64, default="")
    revision = models.PositiveIntegerField(default=1)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        app_label = "stock"
        managed = False
        db_table = "learnings_challenge"

    def __str__(self) -> str:
        return self.title


class Solution(models.Model):
    """A row of `learnings_solution`, as far as a challenge shows it."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="solutions")
    status = models.CharField(max_length=10)
    accepted = models.BooleanField()

    class Meta:
        app_label = "stock"
        managed = False
        db_table = "learnings_solution"

    def __str__(self) -> str:
        return f"Solution {self.pk}"
