"""Keyset pages: stable under inserts and tied keys, no repeats, no gaps, as fast deep as shallow.

A cursor holds the sort value and id of the row where a page ends. The next page is everything
after that row, found through the index; nothing is counted or skipped over.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from foundation.http.problems import BadParameter

PAGE_SIZE: Final = 20
MAX_PAGE_SIZE: Final = 100
MAX_CURSOR: Final = 500  # characters


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows, and which way to read from it."""

    value: str | int | None  # of the sort key; None where the row has none
    id: int
    backwards: bool

    def encode(self) -> str:
        """As text that survives in an address."""
        packed = json.dumps([self.value, self.id, int(self.backwards)], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor that `encode` gave out.

        Raises:
            BadParameter: it is none of ours.
        """
        try:
            padded = text[:MAX_CURSOR] + "=" * (-len(text[:MAX_CURSOR]) % 4)
            value, row_id, backwards = json.loads(base64.urlsafe_b64decode(padded.encode()))
        except (ValueError, binascii.Error, RecursionError):
            raise BadParameter("cursor", "Not a cursor of this list.") from None
        if not isinstance(value, str | int | None) or not _is_id(row_id) or backwards not in {0, 1}:
            raise BadParameter("cursor", "Not a cursor of this list.")
        return cls(value=value, id=row_id, backwards=bool(backwards))


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


class KeysetPagination(BasePagination):
    """Pages by keyset. The view names its sort keys in `ordering_fields`, the first by default.

    A key that starts with `-` in `ordering_fields` is descending by default; every key can be
    asked for both ways.
    """

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows of the requested page.

        Raises:
            BadParameter: `page_size`, `ordering` or `cursor` is not good here.
        """
        self.request = request
        self.size = _page_size(request)
        self.field, self.descending = _ordering(request, view)
        text = request.query_params.get("cursor")
        self.cursor = Cursor.decode(text) if text else None
        backwards = self.cursor is not None and self.cursor.backwards
        rows = list(self._after_cursor(queryset)[: self.size + 1])
        has_more = len(rows) > self.size
        rows = rows[: self.size]
        if backwards:
            rows.reverse()
        # Where we came from there is at least the row that the cursor was made of.
        self.has_next = backwards or has_more
        self.has_previous = has_more if backwards else self.cursor is not None
        self.rows = rows
        return rows

    def _after_cursor(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        cursor = self.cursor
        downwards = self.descending ^ (cursor is not None and cursor.backwards)
        nullable = _is_nullable(queryset, self.field)
        if self.field == "id":
            keys = ["-id" if downwards else "id"]
            if cursor is not None:
                queryset = queryset.filter(**{"id__lt" if downwards else "id__gt": cursor.id})
            return queryset.order_by(*keys)
        if cursor is not None:
            queryset = queryset.filter(self._beyond(queryset, cursor, downwards, nullable))
        key: Any = F(self.field)
        # Rows without a value come last in the list, whichever way it is read.
        if nullable:
            last = not (cursor is not None and cursor.backwards)
            nulls = {"nulls_last": True} if last else {"nulls_first": True}
            order = key.desc(**nulls) if downwards else key.asc(**nulls)
        else:
            order = key.desc() if downwards else key.asc()
        return queryset.order_by(order, "-id" if downwards else "id")

    def _beyond(
        self, queryset: QuerySet[Any], cursor: Cursor, downwards: bool, nullable: bool
    ) -> Q:
        field, step = self.field, "lt" if downwards else "gt"
        by_id = Q(**{f"id__{step}": cursor.id})
        if cursor.value is None:
            same = Q(**{f"{field}__isnull": True})
            return (same & by_id) | ~same if cursor.backwards else same & by_id
        value = _cleaned(queryset, field, cursor.value)
        # The first half is implied by the second; it is what lets the index find the start.
        beyond = Q(**{f"{field}__{step}e": value}) & (
            Q(**{f"{field}__{step}": value}) | (Q(**{field: value}) & by_id)
        )
        if nullable and not cursor.backwards:
            beyond |= Q(**{f"{field}__isnull": True})
        return beyond

    def get_paginated_response(self, data: Any) -> Response:
        """`{next, previous, results}`, and the same addresses as a `Link` header."""
        following = self._address(self.rows[-1], backwards=False) if self._shows("next") else None
        before = self._address(self.rows[0], backwards=True) if self._shows("previous") else None
        links = [
            f'<{address}>; rel="{name}"'
            for name, address in (("next", following), ("prev", before))
            if address
        ]
        return Response(
            {"next": following, "previous": before, "results": data},
            headers={"Link": ", ".join(links)} if links else {},
        )

    def _shows(self, way: str) -> bool:
        return bool(self.rows) and (self.has_next if way == "next" else self.has_previous)

    def _address(self, row: Any, *, backwards: bool) -> str:
        value = getattr(row, self.field)
        plain = value.isoformat() if isinstance(value, datetime) else value
        cursor = Cursor(value=plain, id=row.pk, backwards=backwards)
        base = remove_query_param(self.request.build_absolute_uri(), "cursor")
        return replace_query_param(base, "cursor", cursor.encode())

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page, for documentation."""
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    # `isdecimal` alone would take digits of any script, and any number of them.
    if not (
        text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= MAX_PAGE_SIZE
    ):
        raise BadParameter("page_size", f"A whole number from 1 to {MAX_PAGE_SIZE}.")
    return int(text)


def _ordering(request: Request, view: Any) -> tuple[str, bool]:
    """The sort field, and whether it descends."""
    keys: tuple[str, ...] = view.ordering_fields
    chosen = request.query_params.get("ordering", keys[0])
    field = chosen.removeprefix("-")
    if field not in {key.removeprefix("-") for key in keys}:
        known = ", ".join(key.removeprefix("-") for key in keys)
        raise BadParameter("ordering", f"One of {known}, with - for descending.", code="unknown")
    return field, chosen.startswith("-")


def _is_nullable(queryset: QuerySet[Any], field: str) -> bool:
    """Whether rows of this list can lack the key. A shared list holds published rows only."""
    if getattr(queryset, "only_published", False):
        return False
    try:
        return bool(getattr(queryset.model._meta.get_field(field), "null", False))
    except FieldDoesNotExist:
        return False


def _cleaned(queryset: QuerySet[Any], field: str, value: str | int) -> Any:
    """The cursor's value as the model's field understands it."""
    try:
        model_field = queryset.model._meta.get_field(field)
        cleaned = model_field.to_python(value)  # type: ignore[union-attr]
        model_field.run_validators(cleaned)  # type: ignore[union-attr]
    except (ValidationError, FieldDoesNotExist, OverflowError):
        raise BadParameter("cursor", "Not a cursor of this list.") from None
    return cleaned
