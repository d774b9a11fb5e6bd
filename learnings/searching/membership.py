"""Which rows have what was asked for, in whatever order the caller wants them."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from types import ModuleType
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Q, QuerySet

from learnings.searching import postgresql, sqlite
from learnings.searching.words import MAX_WORDS, read

_Rows = TypeVar("_Rows", bound=QuerySet[Any])


def index_of(rows: QuerySet[Any]) -> ModuleType:
    """The module that searches the database in which `rows` are."""
    return postgresql if connections[rows.db].vendor == "postgresql" else sqlite


def matching(entries: _Rows, text: str) -> _Rows:
    """Entries in which every word of `text` occurs, or something that begins with it.

    None if there is nothing in `text` to look for. Order and conditions of `entries` are kept.
    """
    query = read(text)
    found: _Rows = index_of(entries).matching(entries, query) if query else entries.none()
    return found


def containing(rows: _Rows, words: str, *, fields: tuple[str, ...]) -> _Rows:
    """Rows of a small table in which every word occurs in one of `fields`, in any case."""
    conditions = [
        reduce(or_, (Q(**{f"{name}__icontains": word}) for name in fields))
        for word in words.split()[:MAX_WORDS]
    ]
    return rows.filter(reduce(and_, conditions)) if conditions else rows
