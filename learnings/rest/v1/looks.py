"""What published entries look like to everybody, made by the serializers and kept by entry."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import BaseSerializer

from accounts.models import User
from foundation.fragments import Fragment
from foundation.http.sparse import Choice, trimmed
from learnings.models import Entry, Solution, Topic
from learnings.rest.v1.fetching import fetched

# Whoever asks: what is kept for all must show what a stranger would see.
_EVERYBODY: Final = SimpleNamespace(user=AnonymousUser())


@lru_cache(maxsize=1000)
def _digest(fields: frozenset[str] | None) -> str:
    """A short name for chosen fields: they are part of a key, and may be many."""
    chosen = "*" if fields is None else ",".join(sorted(fields))
    return hashlib.sha256(chosen.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class EntryLook:
    """Entries of one kind, with the fields that a request chose."""

    model: type[Entry]
    serializer: type[BaseSerializer]
    choice: Choice

    def columns(self) -> tuple[str, ...]:
        """The columns that `fragment` reads."""
        own = ("id", "author_id", "revision")
        return (*own, "challenge_id") if issubclass(self.model, Solution) else own

    def fragment(self, row: Any) -> Fragment:
        """Where the entry's JSON is kept, and what it shows: itself, its author, its topics."""
        name = self.model._meta.model_name
        return Fragment(
            # With the revision, so that words and entity tag are always of one and the same.
            f"look:{name}:{row.id}:{row.revision}:{_digest(self.choice.fields)}",
            row.id,
            (
                *self.model.subjects_of_row(row.id),
                *self.model.every_row,
                *User.subjects_of_row(row.author_id),
                *User.every_row,
                *Topic.freshness,
            ),
        )

    def render(self, ids: Sequence[int]) -> dict[int, bytes]:
        """JSON by entry, of those that are published."""
        rows: Any = self.model._default_manager.all()
        found = fetched(rows.published().filter(pk__in=ids), self.choice)
        serializer = self.serializer(context={"request": _EVERYBODY})
        shown = trimmed(serializer, self.choice)
        encoder = JSONRenderer()
        return {row.pk: encoder.render(shown.to_representation(row)) for row in found}
