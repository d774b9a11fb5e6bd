"""Ranked search over all that is published.

Titles before texts, then how well the words fit, then votes, then the newest. The order is total,
and a place in it is the sort key of a row: pages neither repeat nor skip while entries arrive.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from learnings.models import ENTRY_MODELS, EntryType
from learnings.searching import postgresql
from learnings.searching.hits import MAX_RANKED, Hit
from learnings.searching.membership import index_of
from learnings.searching.words import Query, read

FEW: Final = 3  # hits: with fewer, the words may have been misspelt


_TYPES: Final = tuple(ENTRY_MODELS)

# Tier, score, votes, seconds since 1970, all negated; then the type's place, and the id.
Key = tuple[int, float, int, float, int, int]
KEY_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the ranking: rows in order, and the keys between which it lies."""

    entries: list[Any]
    first: Key | None
    last: Key | None
    has_more: bool
    has_previous: bool


def find(
    text: str,
    *,
    among: dict[EntryType, QuerySet[Any]],
    size: int,
    after: Key | None = None,
    before: Key | None = None,
) -> Page:
    """The entries for `text`, best first: a page of `size` beyond one of the two keys.

    `among` holds the rows to search, by type: published ones, however filtered. At most
    `MAX_RANKED` hits can be paged through. The number of queries does not depend on the hits.
    """
    query = read(text)
    keys = _ranking(query, text, among) if query else []
    if before is not None:
        end = bisect_left(keys, before)
        begin = max(0, end - size)
    else:
        begin = bisect_right(keys, after) if after is not None else 0
        end = min(len(keys), begin + size)
    chosen = keys[begin:end]
    return Page(
        entries=_fetched(chosen, among),
        first=chosen[0] if chosen else None,
        last=chosen[-1] if chosen else None,
        has_more=end < len(keys),
        has_previous=begin > 0,
    )


def _ranking(query: Query, text: str, among: dict[EntryType, QuerySet[Any]]) -> list[Key]:
    keys = [
        _key(kind, hit)
        for kind, rows in among.items()
        for hit in index_of(rows).ranked(rows, query, text)
    ]
    if len(keys) < FEW:
        keys += _misspelt(query, among, known={key[-2:] for key in keys})
    return sorted(keys)[:MAX_RANKED]


def _misspelt(
    query: Query, among: dict[EntryType, QuerySet[Any]], *, known: Collection[tuple[int, ...]]
) -> Iterable[Key]:
    """Keys of entries whose titles have the words with typos; PostgreSQL only."""
    for kind, rows in among.items():
        if index_of(rows) is not postgresql:
            continue
        for hit in postgresql.resembling(rows, query):
            key = _key(kind, hit)
            if key[-2:] not in known:
                yield key


def _key(kind: EntryType, hit: Hit) -> Key:
    seconds = hit.published_at.timestamp()
    return (-hit.tier, -hit.score, -hit.votes_count, -seconds, _TYPES.index(kind), -hit.id)


def _fetched(keys: list[Key], among: dict[EntryType, QuerySet[Any]]) -> list[Any]:
    """The entries of the keys, in their order. One deleted meanwhile is left out."""
    entries: dict[tuple[EntryType, int], Any] = {}
    for kind, rows in among.items():
        ids = [-key[-1] for key in keys if _TYPES[key[-2]] is kind]
        # Asked for without ids, too: as many queries for few as for many.
        fetched: Any = rows.filter(pk__in=ids or [0])
        for entry in fetched.with_relations():
            entries[kind, entry.pk] = entry
    found = ((_TYPES[key[-2]], -key[-1]) for key in keys)
    return [entries[place] for place in found if place in entries]


def is_key(value: Any) -> bool:
    """Whether `value`, read from outside, can be the key of a row."""
    return (
        isinstance(value, list)
        and len(value) == KEY_LENGTH
        and all(isinstance(part, int | float) and not isinstance(part, bool) for part in value)
        and all(-(2.0**63) < part < 2.0**63 for part in value)
    )
