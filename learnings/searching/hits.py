"""What a row that was found is ranked by, the same from either database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value

from learnings.searching.kinds import has_title

MAX_RANKED: Final = 1_000  # of each kind, the newest: what a search costs must not grow
_DIGITS: Final = 3  # of a score: smaller differences say nothing, votes say more


class Tier:
    """What counts before any score."""

    TYPO: Final = 0
    TEXT: Final = 1
    TITLE: Final = 2  # every word stands in the title
    EXACT: Final = 3  # the query is the title


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found."""

    id: int
    tier: int
    score: float  # the more, the better; comparable within one database
    votes_count: int
    published_at: datetime


def hits_among(rows: QuerySet[Any], text: str, *, tier: int | None = None) -> list[Hit]:
    """The newest of `rows`, which are annotated with `score` and `titled`, as hits for `text`.

    All of one `tier` if it is given.
    """
    exact: Any = Value(value=False)
    if has_title(rows.model):
        exact = ExpressionWrapper(Q(title__iexact=text.strip()), BooleanField())
    newest = rows.annotate(exact=exact).order_by("-published_at", "-pk")
    columns = ("pk", "score", "votes_count", "published_at", "titled", "exact")
    return [
        Hit(
            id=pk,
            tier=_tier(titled=titled, exact=exact) if tier is None else tier,
            score=round(score, _DIGITS),
            votes_count=votes_count,
            published_at=published_at,
        )
        for pk, score, votes_count, published_at, titled, exact in newest.values_list(*columns)[
            :MAX_RANKED
        ]
    ]


def _tier(*, titled: bool, exact: bool) -> int:
    if exact:
        return Tier.EXACT
    return Tier.TITLE if titled else Tier.TEXT
