"""Places between rows, and reading on from one: what keyset pages are made of.

A cursor holds the sort value and id of the row where a page ends. The next page is everything
after that row, found through the index; nothing is counted or skipped over.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

from foundation.http.problems import BadParameter, is_storable

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
        except (ValueError, TypeError, RecursionError):  # what is no list cannot be taken apart
            raise BadParameter("cursor", "Not a cursor of this list.") from None
        if not _is_key(value) or not _is_id(row_id) or backwards not in (0, 1):
            raise BadParameter("cursor", "Not a cursor of this list.")
        return cls(value=value, id=row_id, backwards=bool(backwards))


def _is_key(value: Any) -> bool:
    return is_storable(value) if isinstance(value, str) else isinstance(value, int | None)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


class MergedRows:
    """Rows of several tables as one list, ordered and cut by the database.

    Each branch is a queryset of named rows with the same columns, and one of them, `tie`, differs
    in all rows of all branches. It quacks as far as pages need: it filters each branch, and
    becomes a queryset once it is ordered.
    """

    def __init__(self, *branches: QuerySet[Any, Any], tie: str) -> None:
        self.branches = branches
        self.tie = tie
        self.model: type[Model] = branches[0].model

    def all(self) -> MergedRows:
        """The same rows."""
        return self

    def filter(self, *conditions: Q) -> MergedRows:
        """Those rows of every branch that meet the conditions."""
        return MergedRows(*(rows.filter(*conditions) for rows in self.branches), tie=self.tie)

    def order_by(self, *keys: Any) -> QuerySet[Any, Any]:
        """All rows, in this order."""
        first, *others = self.branches
        merged = first.union(*others, all=True) if others else first
        return merged.order_by(*keys)


Rows = QuerySet[Any] | MergedRows


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """A total order of rows: by one field, then by id. Rows without a value come last."""

    field: str
    descending: bool
    nullable: bool
    tie: str = "id"  # what tells rows with the same value apart, a whole number

    def cursor(self, row: Any, *, backwards: bool) -> Cursor:
        """The place of `row`."""
        value = getattr(row, self.field)
        # A moment is a `date`, too.
        plain = value.isoformat() if isinstance(value, date) else value
        return Cursor(value=plain, id=getattr(row, self.tie), backwards=backwards)

    def read(self, queryset: Rows, cursor: Cursor | None) -> QuerySet[Any]:
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
        return queryset.order_by(key, f"-{self.tie}" if downwards else self.tie)

    def _beyond(self, queryset: Rows, cursor: Cursor, *, downwards: bool) -> Q:
        if cursor.value is None:
            step = "lt" if downwards else "gt"
            later_id = Q(**{f"{self.tie}__{step}": cursor.id})
            valueless = Q(**{f"{self.field}__isnull": True})
            tied = valueless & later_id
            return tied | ~valueless if cursor.backwards else tied
        value = _cleaned(queryset, self.field, cursor.value)
        # Compared as a pair: with a condition for each half, the database would read through all
        # rows that tie with this one, and half of a list may have no vote.
        compared = TupleLessThan if downwards else TupleGreaterThan
        beyond = Q(compared((F(self.field), F(self.tie)), (value, cursor.id)))
        if self.nullable and not cursor.backwards:
            beyond |= Q(**{f"{self.field}__isnull": True})
        return beyond


def is_nullable(queryset: Rows, field: str) -> bool:
    """Whether rows of this list can lack the key."""
    if field in getattr(queryset, "never_null", ()):
        return False
    try:
        return bool(getattr(queryset.model._meta.get_field(field), "null", False))
    except FieldDoesNotExist:
        return False


def _cleaned(queryset: Rows, field: str, value: str | int) -> Any:
    """The cursor's value as the model's field understands it."""
    try:
        model_field: Any = queryset.model._meta.get_field(field)
        cleaned = model_field.to_python(value)
        model_field.run_validators(cleaned)
        # To UTC here: at the edges of the calendar it would fail on the way to the database.
        return cleaned.astimezone(UTC) if isinstance(cleaned, datetime) else cleaned
    except (ValidationError, TypeError, OverflowError):
        raise BadParameter("cursor", "Not a cursor of this list.") from None
