"""Entries of any type in one list: their shape, and fetching them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rest_framework import mixins, serializers
from rest_framework.viewsets import GenericViewSet

from accounts.rest.authentication import signed_in
from foundation.http.sparse import Choice
from foundation.http.views import ContractMixin
from learnings.models import ENTRY_MODELS, Entry, EntryType
from learnings.rest.v1.fetching import CHALLENGE_EXPANSIONS, fetched
from learnings.rest.v1.serializers import (
    ChallengeSerializer,
    LearningSerializer,
    SolutionSerializer,
)

_SERIALIZERS: Final = {
    EntryType.LEARNING: LearningSerializer,
    EntryType.CHALLENGE: ChallengeSerializer,
    EntryType.SOLUTION: SolutionSerializer,
}
Key = tuple[EntryType, int]


class EntryItemSerializer(serializers.Serializer):
    """An entry of any type: the field that `type` names holds it, the other two are null."""

    type = serializers.ChoiceField(choices=EntryType.choices, read_only=True)

    class Meta:
        ref_name = "EntryItem"

    def __init__(self, *args: Any, expand: frozenset[str] = frozenset(), **options: Any) -> None:
        self.expand = expand
        super().__init__(*args, **options)

    def get_fields(self) -> dict[str, Any]:
        """The fields, each entry with what was asked to be embedded."""
        fields = super().get_fields()
        for kind, serializer in _SERIALIZERS.items():
            expand = self.expand & _expansions(kind)
            fields[kind.lower()] = serializer(read_only=True, allow_null=True, expand=expand)
        return fields


def _expansions(kind: EntryType) -> frozenset[str]:
    known = frozenset(CHALLENGE_EXPANSIONS)
    return known if kind is EntryType.CHALLENGE else known - {"solutions"}


class ItemListMixin(ContractMixin, mixins.ListModelMixin, GenericViewSet):
    """Lists of entries of all types, for one reader alone: they are never shared."""

    expansions = CHALLENGE_EXPANSIONS
    ordering_fields = ("-created_at",)

    def _entries(self, keys: Iterable[Key]) -> dict[Key, Entry]:
        """Entries by type and id, in as many queries whatever their number.

        Those that the reader may not see, or that were deleted a moment ago, are not among them.
        """
        wanted = list(keys)
        found: dict[Key, Entry] = {}
        for kind, model in ENTRY_MODELS.items():
            ids = [row_id for each, row_id in wanted if each is kind]
            if self.choice.shows(kind.lower()):
                rows: Any = model._default_manager.filter(pk__in=ids)
                visible = rows.visible_to(signed_in(self.request))
                whole = Choice(expand=self.choice.expand)
                found |= {(kind, row.pk): row for row in fetched(visible, whole)}
        return found

    def _item(self, key: Key, entries: Mapping[Key, Entry]) -> dict[str, Any]:
        kind, _ = key
        return {
            "type": kind,
            **{each.lower(): entries.get(key) if each is kind else None for each in EntryType},
        }
