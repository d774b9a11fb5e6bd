"""Finding entries by words."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any, Final, TypeVar

from django.db.models import Q, QuerySet

_Rows = TypeVar("_Rows", bound=QuerySet[Any])

MAX_WORDS: Final = 10  # further words are not looked at: each costs a scan


def containing(entries: _Rows, words: str, *, fields: tuple[str, ...]) -> _Rows:
    """Entries in which every word occurs in one of `fields`, in any case."""
    conditions = [
        reduce(or_, (Q(**{f"{name}__icontains": word}) for name in fields))
        for word in words.split()[:MAX_WORDS]
    ]
    return entries.filter(reduce(and_, conditions)) if conditions else entries
