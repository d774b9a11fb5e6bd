"""What waits for review, over the three kinds of entries: found, filtered, counted, fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import Count, Q, QuerySet, Value
from django.utils.timesince import timesince

from accounts.models import User
from learnings.models import Challenge, Entry, Learning, Solution, Status, Topic

# In the order in which they are published: a solution goes after its challenge.
MODELS: Final[dict[str, type[Entry]]] = {
    "learning": Learning,
    "challenge": Challenge,
    "solution": Solution,
}
_SEARCHED: Final = {
    "learning": ("title", "body"),
    "challenge": ("title", "problem"),
    "solution": ("body", "challenge__title"),
}
_LOADED: Final[dict[str, Any]] = {
    "learning": lambda rows: rows.with_relations(),
    "challenge": lambda rows: rows.with_relations().annotate(
        waiting_solutions=Count(
            "solutions", filter=Q(solutions__status=Status.IN_REVIEW), distinct=True
        )
    ),
    "solution": lambda rows: rows.with_relations(),
}


MAX_DIGITS: Final = 18  # of an id: what a database takes as a whole number


class Key(NamedTuple):
    """Names one entry among all kinds. Written `challenge:7`."""

    type_name: str
    pk: int

    def __str__(self) -> str:
        return f"{self.type_name}:{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """Read `challenge:7`; None if it names nothing."""
        type_name, _, pk = text.partition(":")
        if type_name not in MODELS or not (pk.isascii() and pk.isdigit()) or len(pk) > MAX_DIGITS:
            return None
        return cls(type_name, int(pk))


def since(moment: datetime | None) -> str:
    """How long ago `moment` was, in one unit: "3 days"; empty for no moment."""
    return timesince(moment, depth=1) if moment else ""


def count_waiting() -> int:
    """How many entries are in review."""
    return sum(_in_review(model).count() for model in MODELS.values())


def waiting(filters: Mapping[str, Any]) -> QuerySet[Any]:
    """Rows `(submitted_at, type name, id)` of what is in review, longest waiting first.

    `filters` may hold `type`, `kind` (of learnings), `topic`, `author`, `cohort`, `imported`
    ("yes", "no") and `search`; what is empty filters nothing.
    """
    first, *others = (
        _in_review(model)
        .filter(_condition(type_name, filters))
        .order_by()
        .annotate(type_name=Value(type_name))
        .values_list("submitted_at", "type_name", "pk")
        for type_name, model in MODELS.items()
        if _is_asked_for(type_name, filters)
    )
    rows: QuerySet[Any] = first.union(*others, all=True)
    return rows.order_by("submitted_at", "type_name", "pk")


def fetch(keys: Iterable[Key]) -> list[Entry]:
    """The entries with these keys, in their order, with all that the queue shows of them.

    What does not exist any more is left out. The number of queries depends on the kinds of
    entries among the keys, not on how many they are.
    """
    wanted: list[Key] = list(keys)
    found: dict[Key, Entry] = {}
    for type_name, model in MODELS.items():
        ids = [key.pk for key in wanted if key.type_name == type_name]
        if ids:
            rows = _LOADED[type_name](model._default_manager.filter(pk__in=ids))
            found |= {Key(type_name, row.pk): row for row in rows}
    return [found[key] for key in wanted if key in found]


def solutions_waiting_for(challenges: Sequence[Challenge]) -> list[Solution]:
    """Solutions in review of these challenges, longest waiting first."""
    return list(
        _in_review(Solution).filter(challenge__in=challenges).select_related("author", "challenge")
    )


def authors_waiting() -> QuerySet[User]:
    """Those who wrote something that is in review, by name."""
    people: QuerySet[User] = User.objects.filter(_behind_queue("author"))
    return people.order_by("display_name", "pk")


def topics_waiting() -> QuerySet[Topic]:
    """Topics of what is in review, by name."""
    return Topic.objects.filter(_behind_queue("topics"))


def _behind_queue(relation: str) -> Q:
    found = Q()
    for model in MODELS.values():
        found |= Q(pk__in=_in_review(model).order_by().values(relation))
    return found


def _in_review(model: type[Entry]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.in_review()  # type: ignore[attr-defined]
    return rows


def _is_asked_for(type_name: str, filters: Mapping[str, Any]) -> bool:
    if filters.get("kind"):  # only learnings have one
        return type_name == "learning"
    return not filters.get("type") or filters["type"] == type_name


def _condition(type_name: str, filters: Mapping[str, Any]) -> Q:
    condition = Q()
    if type_name == "learning" and filters.get("kind"):
        condition &= Q(kind=filters["kind"])
    if topic := filters.get("topic"):
        condition &= Q(topics=topic)
    if author := filters.get("author"):
        condition &= Q(author=author)
    if cohort := filters.get("cohort"):
        condition &= Q(author__cohorts=cohort)
    if imported := filters.get("imported"):
        is_typed_in = Q(source_document="")
        condition &= ~is_typed_in if imported == "yes" else is_typed_in
    if search := filters.get("search"):
        hits = Q(author__display_name__icontains=search)
        for field in _SEARCHED[type_name]:
            hits |= Q(**{f"{field}__icontains": search})
        condition &= hits
    return condition
