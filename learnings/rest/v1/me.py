"""What is personal, apart from the shared lists: one's own entries, bookmarks and votes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.authentication import signed_in
from foundation.http.filtering import IdsFilter
from foundation.http.keysets import MergedRows
from foundation.http.paging import MAX_PAGE_SIZE, PAGE_SIZE
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings.models import ENTRY_MODELS, Bookmark, EntryType, Learning, Status, Vote
from learnings.rest.v1.items import EntryItemSerializer, ItemListMixin, Key

# --- One's own entries ------------------------------------------------------------------------

# A number that no two entries share, whatever their type: what breaks ties between them.
_PLACE: Final = "place"


def _own(user_id: int, kinds: Iterable[EntryType]) -> MergedRows:
    """`created_at` and place of all entries by one author, as one list."""
    return MergedRows(*(_placed(user_id, kind) for kind in kinds), tie=_PLACE)


def _placed(user_id: int, kind: EntryType) -> QuerySet[Any, Any]:
    place = ExpressionWrapper(
        F("pk") * len(ENTRY_MODELS) + list(ENTRY_MODELS).index(kind), output_field=BigIntegerField()
    )
    rows: Any = ENTRY_MODELS[kind]._default_manager.filter(author=user_id).order_by()
    placed: QuerySet[Any, Any] = rows.annotate(**{_PLACE: place}).values_list(
        "created_at", _PLACE, named=True
    )
    return placed


def _key_at(place: int) -> Key:
    row_id, index = divmod(place, len(ENTRY_MODELS))
    return list(ENTRY_MODELS)[index], row_id


class OwnEntryFilterSet(filters.FilterSet):
    """Filters of one's own entries."""

    type = filters.ChoiceFilter(choices=EntryType.choices, label="Only entries of this type.")
    status = filters.ChoiceFilter(choices=Status.choices, label="Only entries in this state.")

    def filter_queryset(self, queryset: Any) -> Any:  # noqa: ARG002 - django-filter's signature
        """The chosen entries among several tables, which django-filter does not know."""
        chosen, status = (self.form.cleaned_data[name] for name in ("type", "status"))
        kinds = [EntryType(chosen)] if chosen else EntryType
        rows = _own(self.request.user.pk, kinds)
        return rows.filter(Q(status=status)) if status else rows


class OwnEntryViewSet(ItemListMixin):
    """`me/entries/`."""

    serializer_class = EntryItemSerializer
    filterset_class = OwnEntryFilterSet

    def get_queryset(self) -> Any:
        """The reader's own entries of all types."""
        if getattr(self, "swagger_fake_view", False):
            return Learning.objects.none()
        return _own(signed_in(self.request).pk, EntryType)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        """The page's entries, in the order in which their places were found."""
        places = super().paginate_queryset(queryset) or []
        keys = [_key_at(row.place) for row in places]
        entries = self._entries(keys)
        is_shown = [self.choice.shows(kind.lower()) for kind, _ in keys]
        return [
            self._item(key, entries)
            for key, shown in zip(keys, is_shown, strict=True)
            if key in entries or not shown
        ]

    @documented(name="listMyEntries")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your own entries.

        Learnings, challenges and solutions in one list, whatever their state, the newest first.
        """
        return super().list(request, *args, **kwargs)


# --- Marks --------------------------------------------------------------------------------------


def _of_type(marks: QuerySet[Any], _name: str, kind: str) -> QuerySet[Any]:
    return marks.filter(**{f"{kind.lower()}__isnull": False})


class MarkFilterSet(filters.FilterSet):
    """Filters of bookmarks."""

    type = filters.ChoiceFilter(
        choices=EntryType.choices, method=_of_type, label="Only entries of this type."
    )


class VoteFilterSet(MarkFilterSet):
    """Filters of votes."""

    ids = IdsFilter(
        most=MAX_PAGE_SIZE,
        through=tuple(kind.lower() for kind in EntryType),
        label="Ids of entries, such as those on a page: which of them did I vote for? "
        f"Up to {MAX_PAGE_SIZE}, separated by commas; send their `type` along.",
    )


def _marked(mark: Bookmark | Vote) -> Key:
    """What a mark is on."""
    name, row_id = mark.key
    return EntryType(name.upper()), row_id


class BookmarkSerializer(EntryItemSerializer):
    """A bookmarked entry: the field that `type` names holds it, the other two are null."""

    bookmarked_at = serializers.DateTimeField(read_only=True)

    class Meta:
        ref_name = "Bookmark"


class VoteSerializer(serializers.Serializer):
    """An entry that the reader voted for."""

    type = serializers.ChoiceField(choices=EntryType.choices, read_only=True)
    id = serializers.IntegerField(read_only=True, help_text="The entry's id.")
    voted_at = serializers.DateTimeField(read_only=True)

    class Meta:
        ref_name = "Vote"


class BookmarkViewSet(ItemListMixin):
    """`me/bookmarks/`."""

    serializer_class = BookmarkSerializer
    filterset_class = MarkFilterSet

    def get_queryset(self) -> Any:
        """The reader's bookmarks of what they may still read."""
        if getattr(self, "swagger_fake_view", False):
            return Bookmark.objects.none()
        return Bookmark.objects.visible_to(signed_in(self.request))

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        """The page's bookmarks with their entries."""
        marks = super().paginate_queryset(queryset) or []
        entries = self._entries(_marked(mark) for mark in marks)
        return [
            {**self._item(key, entries), "bookmarked_at": mark.created_at}
            for mark in marks
            if (key := _marked(mark)) in entries or not self.choice.shows(key[0].lower())
        ]

    @documented(name="listMyBookmarks")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your bookmarks.

        The newest first. Entries that you may no longer read are left out until you may again.
        """
        return super().list(request, *args, **kwargs)


class VoteViewSet(ContractMixin, mixins.ListModelMixin, GenericViewSet):
    """`me/votes/`."""

    serializer_class = VoteSerializer
    filterset_class = VoteFilterSet
    ordering_fields: ClassVar[tuple[str, ...]] = ("-created_at",)

    @property
    def page_size(self) -> int:
        """Whoever names ids gets them all on one page."""
        return MAX_PAGE_SIZE if "ids" in self.request.query_params else PAGE_SIZE

    def get_queryset(self) -> Any:
        """The reader's votes for what they may still read."""
        if getattr(self, "swagger_fake_view", False):
            return Vote.objects.none()
        return Vote.objects.visible_to(signed_in(self.request))

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        """The page's votes."""
        marks = super().paginate_queryset(queryset) or []
        return [
            {"type": kind, "id": row_id, "voted_at": mark.created_at}
            for mark in marks
            for kind, row_id in [_marked(mark)]
        ]

    @documented(name="listMyVotes")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what you voted for.

        Your votes, the newest first. With `type` and `ids` those for the entries of a page: one
        request tells which of them to mark.
        """
        return super().list(request, *args, **kwargs)
