"""Entries of a span of time, by whichever way is short: along the list, or from their times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from learnings.models import Status
from learnings.searching.topical import FEW, MOST

# What was published was changed then or later, by one clock. Those of two machines differ, though
# never by so much.
CLOCKS_APART: Final = timedelta(days=1)

_Rows = TypeVar("_Rows", bound=QuerySet[Any])


def spanned(
    entries: _Rows, field: str, *, since: datetime | None, before: datetime | None
) -> _Rows:
    """Those of `entries` whose time lies from `since` until just before `before`."""
    ends = {f"{field}__gte": since, f"{field}__lt": before}
    return entries.filter(**{name: end for name, end in ends.items() if end is not None})


def within(
    entries: _Rows,
    field: str,
    *,
    since: datetime | None,
    before: datetime | None,
    newest_first: bool = True,
) -> _Rows:
    """The same of all that is published, where `field` is not what the list is ordered by.

    `field` is `created_at` or `updated_at`; `newest_first` says that the list begins with what is
    newest by another time. Where few lie in the span they are gathered by its index; or else a page
    would be looked for along the whole list.
    """
    rows = spanned(entries, field, since=since, before=before)
    if connections[entries.db].vendor != "postgresql":
        return rows
    is_bounded = before is not None and field == "updated_at"
    # Entries without an end are among the newest, and those changed before some day follow those
    # published before: either walk ends soon, unless there are too few for a page.
    is_short = before is None or (is_bounded and since is None)
    at_most = FEW if newest_first and is_short else MOST
    found = _Gathering(entries, field, since, before)
    if found.are_at_most(at_most):
        return rows.filter(pk__in=found.ids())
    if before is not None and is_bounded:
        return rows.filter(published_at__lt=_later(before))
    return rows


def _later(moment: datetime) -> datetime:
    try:
        return moment + CLOCKS_APART
    except OverflowError:
        return moment  # the last day that there is: nothing lies beyond


class _Gathering:
    """The published entries of a span, found by the index of its time."""

    def __init__(
        self,
        entries: QuerySet[Any],
        field: str,
        since: datetime | None,
        before: datetime | None,
    ) -> None:
        ends = [(">=", since), ("<", before)]
        told = [(f" AND {field} {sign} %s", end) for sign, end in ends if end is not None]
        self._database = entries.db
        self._where = (
            f"FROM {entries.model._meta.db_table}"
            f" WHERE status = '{Status.PUBLISHED}'{''.join(sql for sql, _ in told)}"
        )
        self._params = [end for _, end in told]

    def are_at_most(self, most: int) -> bool:
        """Whether they are so few; counted only as far as that."""
        sql = f"SELECT count(*) FROM (SELECT {self._where} LIMIT {most + 1}) counted"  # noqa: S608
        with connections[self._database].cursor() as cursor:
            cursor.execute(sql, self._params)
            count: int = cursor.fetchone()[0]
        return count <= most

    def ids(self) -> RawSQL:
        """Their ids, as an array: of that the planner supposes that it is short."""
        sql = f"SELECT unnest(ARRAY(SELECT id {self._where}))"
        return RawSQL(sql, self._params)  # noqa: S611 - names of ours; moments are parameters
