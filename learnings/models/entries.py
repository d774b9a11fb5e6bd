"""What learnings, challenges and solutions have in common."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from foundation import markdown
from foundation.errors import Missing
from foundation.freshness import FreshModel, FreshQuerySet
from foundation.models import EditedModel
from learnings.models.topics import Topic

Viewer = User | AnonymousUser


class Status(models.TextChoices):
    """Where an entry is on its way: see `publishing`."""

    DRAFT = "DRAFT", "Draft"
    IN_REVIEW = "IN_REVIEW", "In review"
    PUBLISHED = "PUBLISHED", "Published"
    REJECTED = "REJECTED", "Rejected"
    RETRACTED = "RETRACTED", "Retracted"


class EntryGone(Missing):
    """The entry was deleted between being found and being held."""


class EntryQuerySet(FreshQuerySet[Any]):
    """Questions about learnings, challenges and solutions."""

    # What everybody may read.
    public: ClassVar[Q] = Q(status=Status.PUBLISHED)
    # Sort keys that no row of this queryset lacks, though the column allows it.
    never_null: tuple[str, ...] = ()

    def published(self) -> Self:
        """What everybody may read."""
        rows = self.filter(self.public)
        rows.never_null = ("published_at",)
        return rows

    def visible_to(self, user: Viewer) -> Self:
        """What `user` may read: all that is published and their own; curators everything."""
        if isinstance(user, AnonymousUser):
            return self.published()
        return self if user.curates else self.filter(self.public | Q(author=user.pk))

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone.never_null = self.never_null
        return clone

    def held(self, pk: int) -> Any:
        """One row as it is now, with its author, held until the end of the transaction.

        Raises:
            EntryGone: somebody deleted it meanwhile.
        """
        row = self.select_for_update(of=("self",)).select_related("author").filter(pk=pk).first()
        if row is None:
            raise EntryGone("It was deleted meanwhile.")
        return row

    def in_review(self) -> Self:
        """The review queue, longest waiting first."""
        return self.filter(status=Status.IN_REVIEW).order_by("submitted_at", "id")

    def with_relations(self) -> Self:
        """Fetch what every representation shows, in a constant number of queries."""
        return self.select_related("author").prefetch_related("topics")

    def create_with_topics(self, topics: Sequence[Topic], **fields: Any) -> Any:
        """Create an entry and its topics in one transaction; it knows them without a query.

        `topics` are different ones, in their usual order. Nobody can have linked them to a new
        row, so nothing is looked for; what the row itself bumps is all that a topic would.
        """
        with transaction.atomic():
            entry = self.create(**fields)
            links = self.model.topics.through
            name = f"{self.model._meta.model_name}_id"
            links._default_manager.bulk_create(
                links(topic_id=topic.pk, **{name: entry.pk}) for topic in topics
            )
        known = entry.topics.all()
        known._result_cache, known._prefetch_done = list(topics), True  # noqa: SLF001
        entry._prefetched_objects_cache = {"topics": known}  # noqa: SLF001 - all as a prefetch does
        return entry

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Create many, rendered as single ones are."""
        entries = list(objs)
        for entry in entries:
            entry.render()
        return super().bulk_create(entries, *args, **kwargs)


class Entry(FreshModel, EditedModel):
    """What learnings, challenges and solutions have in common."""

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="%(class)ss")
    topics: models.ManyToManyField[Topic, Any] = models.ManyToManyField(
        Topic, related_name="%(class)ss", blank=True
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    review_reason = models.TextField(max_length=2000, blank=True)
    votes_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Where an imported entry was read; all empty for one that was typed in.
    source_document = models.CharField(max_length=255, blank=True, editable=False)
    source_repository = models.CharField(max_length=255, blank=True, editable=False)
    source_commit = models.CharField(max_length=64, blank=True, editable=False)
    source_first_line = models.PositiveIntegerField(null=True, blank=True, editable=False)
    source_last_line = models.PositiveIntegerField(null=True, blank=True, editable=False)
    source_digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Of the record as it was read."
    )
    gone_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since when its README lacks it."
    )

    # The Markdown fields and where their HTML goes.
    rendered: ClassVar[dict[str, str]] = {}
    # What a README can fill.
    content_fields: ClassVar[tuple[str, ...]] = ()
    # Acceptance changes what a challenge shows, not the words of the solution.
    uncounted = frozenset({"accepted", "gone_at"})

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="%(class)s_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED) | Q(published_at__isnull=False),
                name="%(class)s_published_at_some_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.REJECTED) | ~Q(review_reason=""),
                name="%(class)s_rejected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(source_first_line=None, source_last_line=None)
                | Q(source_first_line__gte=1, source_last_line__gte=F("source_first_line")),
                name="%(class)s_span_is_a_span",
            ),
        ]
        indexes = [
            # One partial index for each order of the shared list, which holds published rows
            # only; `id` breaks ties, so that keyset pages never repeat or skip.
            *(
                models.Index(
                    fields=[f"-{field}", "-id"],
                    condition=Q(status=Status.PUBLISHED),
                    name=f"%(class)s_pub_{short}",
                )
                for field, short in (
                    ("published_at", "newest"),
                    ("created_at", "created"),
                    ("updated_at", "updated"),
                    ("votes_count", "votes"),
                )
            ),
            # An author's own entries, drafts too: `?author=me`.
            models.Index(fields=["author", "-created_at", "-id"], name="%(class)s_by_author"),
            # `?author=` in the shared list's own order: without it the database walks the whole
            # list past all other authors.
            models.Index(
                fields=["author", "-published_at", "-id"],
                condition=Q(status=Status.PUBLISHED),
                name="%(class)s_pub_author",
            ),
            # The review queue.
            models.Index(
                fields=["submitted_at", "id"],
                condition=Q(status=Status.IN_REVIEW),
                name="%(class)s_queue",
            ),
            # Personal lists by any other status.
            models.Index(fields=["status", "-created_at", "-id"], name="%(class)s_status"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, rendering what is Markdown."""
        fields = kwargs.get("update_fields")
        if fields is None or not set(fields).isdisjoint(self.rendered):
            self.render()
            if fields is not None:
                kwargs["update_fields"] = {*fields, *self.rendered.values()}
        super().save(*args, **kwargs)

    def render(self) -> None:
        """Fill the HTML fields from the Markdown ones."""
        for source, html in self.rendered.items():
            setattr(self, html, markdown.render(getattr(self, source)))

    @property
    def type_name(self) -> str:
        """`learning`, `challenge` or `solution`: as in addresses and reports."""
        return self._meta.model_name or ""

    @property
    def content(self) -> dict[str, str]:
        """The texts that a README can fill, by field name."""
        return {name: getattr(self, name) for name in self.content_fields}

    @property
    def summary(self) -> str:
        """A line by which a person recognises this entry."""
        return str(self)

    @property
    def address(self) -> str:
        """Where the API answers for this entry, from the root."""
        return f"/api/v1/{self.type_name}s/{self.pk}/"


def digest_of(content: Mapping[str, str]) -> str:
    """A short name for texts by field name: equal for the same texts, and for no others."""
    plain = {name: str(text) for name, text in content.items()}
    packed = json.dumps(plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(packed.encode()).hexdigest()
