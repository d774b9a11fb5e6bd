"""Keyset pages: stable under inserts and tied keys, no repeats, no gaps, as fast deep as shallow.

A cursor holds the sort value and id of the row where a page ends. The next page is everything
after that row, found through the index; nothing is counted or skipped over.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from foundation.http.problems import BadParameter, is_storable

if TYPE_CHECKING:
    # REST framework's views import this module while they are being made.
    from rest_framework.views import APIView

PAGE_SIZE: Final = 20
MAX_PAGE_SIZE: Final = 100
MAX_CURSOR: Final = 500  # characters
_SMALL_NUMBER: Final = re.compile("[0-9]{1,4}")


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
        except (ValueError, TypeError, RecursionError):  # what is no list cannot be taken apart
            raise BadParameter("cursor", "Not a cursor of this list.") from None
        if not _is_key(value) or not _is_id(row_id) or backwards not in (0, 1):
            raise BadParameter("cursor", "Not a cursor of this list.")
        return cls(value=value, id=row_id, backwards=bool(backwards))


def _is_key(value: Any) -> bool:
    return is_storable(value) if isinstance(value, str) else isinstance(value, int | None)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """A total order of rows: by one field, then by id. Rows without a value come last."""

    field: str
    descending: bool
    nullable: bool

    def read(self, queryset: QuerySet[Any], cursor: Cursor | None) -> QuerySet[Any]:
        """The rows beyond `cursor`, nearest first; all rows from the start without one."""
        backwards = cursor is not None and cursor.backwards
        downwards = self.descending ^ backwards
        if cursor is not None:
            queryset = queryset.filter(self._beyond(queryset, cursor, downwards=downwards))
        # Named only where needed: NULLS LAST would keep PostgreSQL from using a plain index.
        nulls = {}
        if self.nullable:
            nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        key = F(self.field).desc(**nulls) if downwards else F(self.field).asc(**nulls)
        return queryset.order_by(key, "-id" if downwards else "id")

    def _beyond(self, queryset: QuerySet[Any], cursor: Cursor, *, downwards: bool) -> Q:
        step = "lt" if downwards else "gt"
        later_id = Q(**{f"id__{step}": cursor.id})
        if cursor.value is None:
            valueless = Q(**{f"{self.field}__isnull": True})
            tied = valueless & later_id
            return tied | ~valueless if cursor.backwards else tied
        value = _cleaned(queryset, self.field, cursor.value)
        # The first half follows from the second; it is what lets the index find the start.
        beyond = Q(**{f"{self.field}__{step}e": value}) & (
            Q(**{f"{self.field}__{step}": value}) | (Q(**{self.field: value}) & later_id)
        )
        if self.nullable and not cursor.backwards:
            beyond |= Q(**{f"{self.field}__isnull": True})
        return beyond


class KeysetPagination(BasePagination):
    """Pages by keyset. The view names its sort keys in `ordering_fields`, the default one first.

    A `-` in front of the default makes it descend; every key can be asked for both ways.
    """

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows of the requested page.

        Raises:
            BadParameter: `page_size`, `ordering` or `cursor` is not good here.
        """
        self.request = request
        size = _page_size(request)
        field, descending = _ordering(request, view)
        order = KeyOrder(field, descending, nullable=_is_nullable(queryset, field))
        text = request.query_params.get("cursor")
        cursor = Cursor.decode(text) if text is not None else None
        rows = list(order.read(queryset, cursor)[: size + 1])
        has_more = len(rows) > size
        rows = rows[:size]
        # Where we came from there is at least the row that the cursor was made of.
        self.has_next, self.has_previous = has_more, cursor is not None
        if cursor is not None and cursor.backwards:
            rows.reverse()
            self.has_next, self.has_previous = True, has_more
        self.field, self.rows = field, rows
        return rows

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
    # Digits of other scripts, or a thousand of them, are no page size either.
    is_number = _SMALL_NUMBER.fullmatch(text) is not None
    if not is_number or not 1 <= int(text) <= MAX_PAGE_SIZE:
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
    """Whether rows of this list can lack the key."""
    if field in getattr(queryset, "never_null", ()):
        return False
    try:
        return bool(getattr(queryset.model._meta.get_field(field), "null", False))
    except FieldDoesNotExist:
        return False


def _cleaned(queryset: QuerySet[Any], field: str, value: str | int) -> Any:
    """The cursor's value as the model's field understands it."""
    try:
        model_field = queryset.model._meta.get_field(field)
        cleaned = model_field.to_python(value)
        model_field.run_validators(cleaned)
        # To UTC here: at the edges of the calendar it would fail on the way to the database.
        return cleaned.astimezone(UTC) if isinstance(cleaned, datetime) else cleaned
    except (ValidationError, TypeError, OverflowError):
        raise BadParameter("cursor", "Not a cursor of this list.") from None
