"""Entries under topics, by whichever way is short: along the list, or from the topics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from django.db import connections
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

# Entries that are gathered and sorted at most, and at least: fewer are always gathered.
MOST: Final = 5_000
FEW: Final = 100
# Gathering `n` of `N` entries reads about 6 n pages, walking along the list until a page of them is
# full about 4 · 21 N / n: the same where n² is so many times N.
BALANCE: Final = 14

_Rows = TypeVar("_Rows", bound=QuerySet[Any])


def under_any(entries: _Rows, topics: Iterable[int]) -> _Rows:
    """Those of `entries` that are under at least one of the topics, by their ids."""
    ids = sorted(set(topics))
    link: Any = entries.model.topics.through
    name = f"{entries.model._meta.model_name}_id"
    if connections[entries.db].vendor == "postgresql" and _are_few(link, entries, ids):
        return entries.filter(pk__in=_gathered(link, name, ids))
    # A subquery, not a join: an entry under two of the topics must not appear twice.
    return entries.filter(Exists(link.objects.filter(**{name: OuterRef("pk")}, topic__in=ids)))


def _are_few(link: Any, entries: QuerySet[Any], topics: list[int]) -> bool:
    """Whether it is less work to gather all entries under the topics than to look for a page."""
    sql = (
        f"SELECT (SELECT count(*) FROM (SELECT FROM {link._meta.db_table}"  # noqa: S608
        f" WHERE topic_id = ANY(%s) LIMIT {MOST + 1}) links),"
        # As of the last ANALYZE: counting would take longer than the list itself.
        " (SELECT reltuples FROM pg_class WHERE oid = %s::regclass)"
    )
    with connections[entries.db].cursor() as cursor:
        cursor.execute(sql, [topics, entries.model._meta.db_table])
        under, every = cursor.fetchone()
    return bool(under <= FEW or (under <= MOST and under**2 <= BALANCE * every))


def _gathered(link: Any, name: str, topics: list[int]) -> RawSQL:
    """Ids of the entries under the topics, from the topics' index.

    As an array, of which the planner supposes that it is short. What it supposes of a join is that
    entries under a topic are spread evenly: then it walks along the list, and where the topic's are
    few or old, past all the others.
    """
    table = link._meta.db_table
    sql = f"SELECT unnest(ARRAY(SELECT {name} FROM {table} WHERE topic_id = ANY(%s)))"  # noqa: S608
    return RawSQL(sql, [topics])  # noqa: S611 - names of ours; what was asked for is a parameter
