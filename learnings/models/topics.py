"""Technologies and concepts, and their other names."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, Final, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from foundation.freshness import FreshQuerySet
from foundation.models import EditedModel
from learnings.naming import fold

NAME_LENGTH: Final = 100  # characters
KEY_LENGTH: Final = 2 * NAME_LENGTH  # lower case can be longer


class TopicKind(models.TextChoices):
    """What a topic is."""

    TECHNOLOGY = "TECHNOLOGY", "Technology"
    CONCEPT = "CONCEPT", "Concept"


class TopicQuerySet(FreshQuerySet["Topic"]):
    """Questions about topics."""

    def named(self, names: Iterable[str]) -> dict[str, Topic]:
        """Topics by name or alias, however spelled: `{name as asked: topic}`, known ones only."""
        asked = {fold(name): name for name in names}
        topics = (
            self.filter(Q(name_key__in=asked) | Q(alias_rows__key__in=asked))
            .prefetch_related("alias_rows")
            .distinct()
        )
        return {
            asked[key]: topic
            for topic in topics
            for key in (topic.name_key, *(alias.key for alias in topic.alias_rows.all()))
            if key in asked
        }

    def confirmed(self) -> Self:
        """Those that a curator made or confirmed: what everybody sees and chooses from."""
        return self.filter(is_proposed=False)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What `user` may see: confirmed topics; curators also those that READMEs propose."""
        return self if isinstance(user, User) and user.curates else self.confirmed()

    def with_mentions(self) -> Self:
        """Add `mentions_count`: how many entries name each topic, whatever their status."""
        relations = (self.model.learnings, self.model.challenges, self.model.solutions)
        return self.annotate(mentions_count=sum(_linked(relation) for relation in relations))

    def with_counts(self) -> Self:
        """Add `learnings_count` and `challenges_count`: what is published under each topic.

        Exact, changes of this transaction included. Costs the same however much is published.
        """
        return self.annotate(
            learnings_count=_tallied("learning"), challenges_count=_tallied("challenge")
        )


class Topic(EditedModel):
    """A technology or a concept that entries are about."""

    slug = models.SlugField(max_length=NAME_LENGTH, unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    name_key = models.CharField(max_length=KEY_LENGTH, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=TopicKind.choices)
    is_proposed = models.BooleanField(
        "proposed", default=False, help_text="Named by a README, not confirmed by a curator yet."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager[Topic]] = TopicQuerySet.as_manager()
    freshness = ("topics",)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="topic_has_a_name"),
            models.CheckConstraint(condition=Q(kind__in=TopicKind.values), name="topic_kind_known"),
        ]
        indexes = [models.Index(fields=["name", "id"], name="topic_by_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the key that names are compared by, and a slug if none was given."""
        self.complete()
        super().save(*args, **kwargs)

    def complete(self) -> None:
        """Fill in the key and the slug, for those who save many at once."""
        self.name_key = fold(self.name)
        self.slug = self.slug or self.slug_of(self.name) or uuid.uuid4().hex

    @staticmethod
    def slug_of(name: str) -> str:
        """The slug that follows from a name; empty for one without a Latin letter or digit."""
        return slugify(name)[:NAME_LENGTH]  # some letters become several

    @property
    def subject(self) -> str:
        """What followers of this topic subscribe to."""
        return f"topic:{self.pk}"


class TopicAlias(models.Model):
    """Another name for a topic, such as "DRF"."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="alias_rows")
    name = models.CharField(max_length=NAME_LENGTH)
    key = models.CharField(max_length=KEY_LENGTH, unique=True, editable=False)

    objects: ClassVar[models.Manager[TopicAlias]] = FreshQuerySet.as_manager()
    freshness = ("topics",)

    class Meta:
        verbose_name_plural = "topic aliases"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the key that names are compared by."""
        self.key = fold(self.name)
        super().save(*args, **kwargs)


class TopicTally(models.Model):
    """By how much the number of published entries of one kind under one topic changed.

    The number is the sum. Triggers add rows and never change one, so that whoever publishes waits
    for nobody; now and then many become one: `tallying`. Why: docs/decisions/0019.
    """

    # Without a constraint: it would have writers hold the topic, and make them wait for its edits.
    topic = models.ForeignKey(
        Topic, models.DO_NOTHING, related_name="tallies", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=9, help_text="`learning` or `challenge`.")
    change = models.IntegerField()

    objects: ClassVar[models.Manager[TopicTally]] = models.Manager()

    class Meta:
        verbose_name_plural = "topic tallies"
        default_permissions = ()
        # All three, so that a sum is read from the index alone.
        indexes = [models.Index(fields=["topic", "kind", "change"], name="topic_tally")]

    def __str__(self) -> str:
        return f"{self.change:+} {self.kind}"


def _tallied(kind: str) -> models.Expression:
    """How many entries of one kind are published under each topic."""
    rows = TopicTally.objects.filter(topic=models.OuterRef("pk"), kind=kind)
    total = rows.order_by().values("topic").annotate(n=models.Sum("change")).values("n")
    return Coalesce(models.Subquery(total), 0)


def _linked(relation: Any) -> models.Expression:
    """How many entries of one kind are under each topic, through its relation."""
    rows = relation.through._default_manager.filter(topic=models.OuterRef("pk"))
    count = rows.order_by().values("topic").annotate(n=models.Count("pk")).values("n")
    return Coalesce(models.Subquery(count), 0)
