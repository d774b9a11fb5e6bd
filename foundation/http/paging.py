"""Pages of lists: by keyset unless a page is asked for by its number.

Keyset pages are stable under inserts and tied keys, without repeats or gaps, and as fast deep as
shallow. Numbered ones can be jumped to, and count: both as far as `MAX_ROWS`, so that neither
costs more on a list of a million rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from foundation.http.filtering import given_once
from foundation.http.keysets import Cursor, KeyOrder, Rows, is_nullable
from foundation.http.problems import BadParameter

if TYPE_CHECKING:
    # REST framework's views import this module while they are being made.
    from rest_framework.views import APIView

PAGE_SIZE: Final = 20
MAX_PAGE_SIZE: Final = 100
MAX_ROWS: Final = 10_000  # how far pages have numbers, and rows are counted
_SMALL_NUMBER: Final = re.compile("[0-9]{1,4}")
_NUMBER: Final = re.compile("0*[1-9][0-9]*")


class PageTooDeep(BadParameter):
    """The page begins where rows are no longer counted. Cursors lead there."""

    problem_code = "page_too_deep"

    def __init__(self) -> None:
        detail = f"Pages have numbers for the first {MAX_ROWS:,} rows. Follow cursors beyond."
        super().__init__("page", detail, code=self.problem_code)


class KeysetPagination(BasePagination):
    """The pages of every list. The view names its sort keys in `ordering_fields`.

    The first is the default, and a `-` in front makes it descend; every key can be asked for both
    ways. A view whose pages usually hold more or fewer rows than others says so in `page_size`.
    """

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows of the requested page.

        Raises:
            BadParameter: `page_size`, `ordering`, `cursor` or `page` is not good here.
            PageTooDeep: the page begins beyond `MAX_ROWS`.
        """
        stretch = self.stretch(queryset, request, view)
        self.page: KeysetPage | _NumberedPage
        if stretch is not None:
            self.page = stretch.page(list(stretch.rows_of(queryset)))
        else:
            size = _page_size(request, default=getattr(view, "page_size", PAGE_SIZE))
            number = _page_number(given_once(request, "page") or "", size)
            self.page = _NumberedPage(queryset, _order(queryset, request, view), number, size=size)
        return self.page.rows

    def stretch(self, queryset: Any, request: Request, view: APIView | None) -> Stretch | None:
        """Where the page begins and ends; None if it was asked for by its number.

        Raises:
            BadParameter: `page_size`, `ordering` or `cursor` is not good here, or `page` with it.
        """
        self.request = request
        size = _page_size(request, default=getattr(view, "page_size", PAGE_SIZE))
        order = _order(queryset, request, view)
        number, text = given_once(request, "page"), given_once(request, "cursor")
        if number is None:
            return Stretch(order, Cursor.decode(text) if text is not None else None, size)
        if text is not None:
            raise BadParameter("page", "Either a page or a cursor.", code="page_or_cursor")
        return None

    def get_paginated_response(self, data: Any) -> Response:
        """`{next, previous, results}`, and the same addresses as a `Link` header.

        A numbered page has `count` and `count_exact` before them.
        """
        body, link = surroundings(self.page, here=self.request.build_absolute_uri())
        return Response({**body, "results": data}, headers={"Link": link} if link else {})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page, for documentation."""
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "count": {"type": "integer"},
                "count_exact": {"type": "boolean"},
                "next": address,
                "previous": address,
                "results": schema,
            },
        }


def surroundings(page: KeysetPage | _NumberedPage, *, here: str) -> tuple[dict[str, Any], str]:
    """What a page says besides its results, and its `Link` header; `here` is its address."""
    links = {name: _address(here, asked) for name, asked in page.links().items()}
    body = {**page.count(), "next": links.get("next"), "previous": links.get("prev")}
    return body, ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items())


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which rows of an ordered list a page shows: from where, which way, how many."""

    order: KeyOrder
    cursor: Cursor | None
    size: int

    def rows_of(self, queryset: Rows) -> Any:
        """The page's rows, nearest first, and one more if there is one."""
        return self.order.read(queryset, self.cursor)[: self.size + 1]

    def page(self, rows: list[Any]) -> KeysetPage:
        """The page, from what `rows_of` found."""
        return KeysetPage(self, rows)


class KeysetPage:
    """The rows beyond a cursor, or the first ones without."""

    def __init__(self, stretch: Stretch, rows: list[Any]) -> None:
        cursor, has_more = stretch.cursor, len(rows) > stretch.size
        rows = rows[: stretch.size]
        # Where we came from there is at least the row that the cursor was made of.
        self.has_next, self.has_previous = has_more, cursor is not None
        if cursor is not None and cursor.backwards:
            rows.reverse()
            self.has_next, self.has_previous = True, has_more
        self.order, self.rows = stretch.order, rows

    def count(self) -> dict[str, Any]:
        """Nothing: whoever reads on from where they are counts nothing."""
        return {}

    def links(self) -> dict[str, tuple[str, str]]:
        """What to ask for, a parameter and its value, by relation."""
        found = {}
        if self.rows and self.has_next:
            found["next"] = ("cursor", self.order.cursor(self.rows[-1], backwards=False).encode())
        if self.rows and self.has_previous:
            found["prev"] = ("cursor", self.order.cursor(self.rows[0], backwards=True).encode())
        return found


class _NumberedPage:
    """The rows of the page with this number. Beyond the last there are none."""

    def __init__(self, queryset: Rows, order: KeyOrder, number: int, *, size: int) -> None:
        start = (number - 1) * size
        ordered = order.read(queryset, None)
        self.rows = list(ordered[start : min(start + size, MAX_ROWS)])
        self.number, self.size = number, size
        self.counted = _counted(queryset)

    @property
    def is_exact(self) -> bool:
        """Whether all rows were counted."""
        return self.counted <= MAX_ROWS

    def count(self) -> dict[str, Any]:
        """How many rows there are on all pages, and whether that is exact."""
        return {"count": min(self.counted, MAX_ROWS), "count_exact": self.is_exact}

    def links(self) -> dict[str, tuple[str, str]]:
        """What to ask for, a parameter and its value, by relation.

        From beyond the end, `prev` leads to the last page that has rows.
        """
        last = max(1, -(-min(self.counted, MAX_ROWS) // self.size))
        found = {}
        if self.number < last:
            found["next"] = self.number + 1
        if self.number > 1:
            found["prev"] = min(self.number - 1, last)
        found["first"] = 1
        if self.is_exact:
            found["last"] = last
        return {name: ("page", str(number)) for name, number in found.items()}


def _counted(queryset: Rows) -> int:
    """How many rows there are; the database stops counting at one more than `MAX_ROWS`."""
    # Ids alone: what is shown of a row need not be fetched, let alone computed, to count it.
    rows = queryset.order_by()
    plain = rows if rows.query.combinator else rows.values("pk")
    return plain[: MAX_ROWS + 1].count()


def _address(here: str, asked: tuple[str, str]) -> str:
    name, value = asked
    return replace_query_param(remove_query_param(here, name), name, value)


def _page_size(request: Request, *, default: int) -> int:
    text = request.query_params.get("page_size", str(default))
    # Digits of other scripts, or a thousand of them, are no page size either.
    is_number = _SMALL_NUMBER.fullmatch(text) is not None
    if not is_number or not 1 <= int(text) <= MAX_PAGE_SIZE:
        raise BadParameter("page_size", f"A whole number from 1 to {MAX_PAGE_SIZE}.")
    return int(text)


def _page_number(text: str, size: int) -> int:
    if not _NUMBER.fullmatch(text):
        raise BadParameter("page", "A whole number, 1 for the first page.")
    digits = text.lstrip("0")
    # Of a number with thousands of digits Python would not even read them.
    if len(digits) > len(str(MAX_ROWS)) or (int(digits) - 1) * size >= MAX_ROWS:
        raise PageTooDeep
    return int(digits)


def _order(queryset: Any, request: Request, view: Any) -> KeyOrder:
    field, descending = _ordering(request, view)
    return KeyOrder(
        field,
        descending,
        nullable=is_nullable(queryset, field),
        tie=getattr(queryset, "tie", "id"),
    )


def _ordering(request: Request, view: Any) -> tuple[str, bool]:
    """The sort field, and whether it descends."""
    keys: tuple[str, ...] = view.ordering_fields
    asked = given_once(request, "ordering")
    chosen = keys[0] if asked is None else asked
    field = chosen.removeprefix("-")
    if field not in {key.removeprefix("-") for key in keys}:
        known = ", ".join(key.removeprefix("-") for key in keys)
        raise BadParameter("ordering", f"One of {known}, with - for descending.", code="unknown")
    return field, chosen.startswith("-")
