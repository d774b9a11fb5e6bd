"""The tables and nothing else: no Markdown, no signals, no revisions."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import User
from learnings.models import Topic


class Challenge(models.Model):
    """A row of `learnings_challenge`."""

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topics: models.ManyToManyField[Topic, Any] = models.ManyToManyField(
        Topic, related_name="+", db_table="learnings_challenge_topics"
    )
    title = models.CharField(max_length=300)
    problem = models.TextField(blank=True)
    problem_html = models.TextField(default="")
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

    class Meta:
        app_label = "plain"
        managed = False
        db_table = "learnings_challenge"

    def __str__(self) -> str:
        return self.title
