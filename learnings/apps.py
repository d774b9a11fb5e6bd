"""Django's entry for the product, where cached answers learn what they depend on."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class LearningsConfig(AppConfig):
    """What a cohort learned."""

    name = "learnings"
    verbose_name = "Learnings"

    def ready(self) -> None:
        """Connect the writes that change what lists show, and what migrations break."""
        pre_migrate.connect(clear_the_way, sender=self)
        post_migrate.connect(complete_search, sender=self)
        post_migrate.connect(complete_tallies, sender=self)
        from foundation.freshness import bump_on_relation, bump_on_write
        from learnings.models import Challenge, Learning, Solution, Topic, TopicAlias

        for model in (Topic, TopicAlias):
            bump_on_write(model, subjects=lambda row: row.freshness)
        for entry in (Learning, Challenge, Solution):
            bump_on_write(entry, subjects=lambda row: row.subjects)
            bump_on_relation(entry.topics.through, subjects=lambda row: row.subjects)


def clear_the_way(using: str, plan: Any = (), **_signal: Any) -> None:
    """Take triggers that name two tables off SQLite, which would rebuild neither with them."""
    from learnings import tallying

    if plan and connections[using].vendor == "sqlite":
        tallying.drop(using=using)


def complete_tallies(using: str, **_signal: Any) -> None:
    """Make the triggers that count what is published under topics, and count what they missed."""
    from learnings import tallying

    tallying.complete(using=using)


def complete_search(using: str, **_signal: Any) -> None:
    """Make again what SQLite lost of its search index while tables were rebuilt."""
    from learnings.searching import sqlite

    connection = connections[using]
    if connection.vendor == "sqlite":
        sqlite.complete(connection)
