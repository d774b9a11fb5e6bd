"""Lists of entries: which are everybody's, and how those are made from what entries look like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, cast

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from foundation import notes
from foundation.fragments import RowGone
from foundation.http.paging import KeysetPagination
from foundation.http.recipes import DetailShape, ListShape, Recipe
from foundation.http.shared_answers import SharedAnswersMixin
from foundation.http.sparse import ChoosingMixin
from learnings.models import Entry, Status
from learnings.rest.v1 import filters
from learnings.rest.v1.fetching import EXPANSIONS, subjects_of
from learnings.rest.v1.looks import EntryLook

SHARED_ORDER = ("-published_at", "created_at", "updated_at", "votes_count")
PERSONAL_ORDER = ("-created_at", "published_at", "updated_at", "votes_count")
# Filters that ask the database what they mean, so that they may mean another thing next time.
_LOOKING_AHEAD: Final = frozenset(
    {"cohort", "created_after", "created_before", "search", "topic"}
    | {"updated_after", "updated_before"}
)


class EntryListMixin(ChoosingMixin, SharedAnswersMixin):
    """Lists of entries: the published ones for everybody, or a reader's own by any status."""

    filterset_class: ClassVar[type[filters.EntryFilterSet]]
    expansions: ClassVar[tuple[str, ...]] = EXPANSIONS
    shown_from: ClassVar[tuple[str, ...]]  # whose writes change what is shown without expansions

    @property
    def made_from(self) -> tuple[str, ...]:  # type: ignore[override]
        """The subjects whose writes change this answer."""
        return tuple(sorted({*self.shown_from, *subjects_of(self.choice)}))

    def is_shared(self, request: Request) -> bool:
        """Whether this list is the same for everybody who may send the request."""
        asked = request.query_params
        return "status" not in asked and asked.get("author") != "me"

    def is_everybodys(self, row: Any) -> bool:
        """Whether every reader gets the same: it is published, and carries no private remark."""
        return row.status == Status.PUBLISHED and not row.review_reason

    @property
    def ordering_fields(self) -> tuple[str, ...]:
        """Sort keys, the default first. Drafts have no date of publication."""
        return SHARED_ORDER if self.is_shared(self.request) else PERSONAL_ORDER  # type: ignore[attr-defined]


class FragmentedEntriesMixin(EntryListMixin):
    """Everybody's lists and details of one kind of entries, from their fragments where possible."""

    model: ClassVar[type[Entry]]
    # What a view of REST framework has.
    kwargs: dict[str, Any]
    get_serializer_class: Callable[[], type[BaseSerializer]]

    def computed_list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The list, from what its entries look like where nothing is embedded in them."""
        if not self._is_plain(request):
            return super().computed_list(request, *args, **kwargs)
        rows = self.filter_queryset(self.get_queryset())  # type: ignore[attr-defined]
        pages = cast("KeysetPagination", self.paginator)  # type: ignore[attr-defined]
        stretch = pages.stretch(rows, request, cast("APIView", self))
        if stretch is None:
            return super().computed_list(request, *args, **kwargs)
        self.get_serializer()  # refuses fields that there are not
        shape = ListShape(self._look, stretch, request.build_absolute_uri())
        shown = stretch.rows_of(rows.prefetch_related(None))
        try:
            made = shape.made(list(shown.values_list(*shape.columns, named=True)))
        except RowGone:  # somebody hid or deleted one of them a moment ago
            return super().computed_list(request, *args, **kwargs)
        if notes.wants_recipe(request._request.META) and not self._looks_ahead(request):  # noqa: SLF001 - what servers see
            self.recipe = Recipe.of(shown, shape, made_from=self.made_from)
        return HttpResponse(
            made.body,
            content_type=JSONRenderer.media_type,
            headers={"Link": made.link} if made.link else {},
        )

    def detail_recipe(self, request: Request) -> Recipe | None:
        """How the detail can be made again, where nothing is embedded in it."""
        if not self._is_plain(request):
            return None
        rows: Any = self.model._default_manager.all()
        row = rows.published().filter(pk=self.kwargs["pk"], review_reason="")
        return Recipe.of(row, DetailShape(self._look), made_from=self.made_from)

    @property
    def _look(self) -> EntryLook:
        return EntryLook(self.model, self.get_serializer_class(), self.choice)

    def _is_plain(self, request: Request) -> bool:
        """Whether each entry looks as it always does: nothing embedded, not indented."""
        is_indented = request.accepted_media_type != JSONRenderer.media_type
        return not self.choice.expand and not is_indented

    def _looks_ahead(self, request: Request) -> bool:
        """Whether a filter asked the database what it means, so that it may mean another."""
        return not _LOOKING_AHEAD.isdisjoint(request.query_params)
