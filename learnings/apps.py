"""Django's entry for the product, where cached answers learn what they depend on."""

from django.apps import AppConfig


class LearningsConfig(AppConfig):
    """What a cohort learned."""

    name = "learnings"
    verbose_name = "Learnings"

    def ready(self) -> None:
        """Connect the writes that change what lists show."""
        from foundation.freshness import bump_on_relation, bump_on_write
        from learnings.models import Challenge, Learning, Solution, Topic, TopicAlias

        for model in (Topic, TopicAlias, Learning, Challenge, Solution):
            bump_on_write(model, subjects=lambda row: row.freshness)
        for entry in (Learning, Challenge, Solution):
            bump_on_relation(entry.topics.through, subjects=lambda row: row.freshness)
