"""What lists and details of entries fetch along: all that they show, and nothing else."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Prefetch

from foundation.http.sparse import Choice
from learnings.models import Challenge, Solution, Topic

EXPANSIONS: Final = ("author", "topics")
CHALLENGE_EXPANSIONS: Final = (*EXPANSIONS, "solutions")
_SOLUTION_FACTS: Final = ("solved", "solutions_count", "accepted_solution")


def fetched(rows: Any, choice: Choice) -> Any:
    """`rows` with what a reader chose to see, in a constant number of queries.

    Texts that are not shown stay in the database: they are most of a row.
    """
    rows = rows.select_related("author").prefetch_related(*_prefetches(choice))
    if issubclass(rows.model, Challenge):
        if choice.shows(*_SOLUTION_FACTS):
            rows = rows.with_solution_facts()
        if choice.shows("solutions") and "solutions" in choice.expand:
            rows = rows.with_foremost_solutions()
    if issubclass(rows.model, Solution):
        rows = rows.select_related("challenge")
    texts = [name for pair in rows.model.rendered.items() for name in pair]
    return rows.defer(*(name for name in texts if not choice.shows(name)))


def _prefetches(choice: Choice) -> list[str | Prefetch]:
    found: list[str | Prefetch] = []
    if choice.shows("author") and "author" in choice.expand:
        found.append("author__groups")  # where the role comes from
    if choice.shows("topics"):
        found.append(_whole_topics() if "topics" in choice.expand else "topics")
    return found


def _whole_topics() -> Prefetch:
    # Proposed ones show once a curator confirms them, to curators too.
    topics: Any = Topic.objects.all()
    return Prefetch("topics", topics.confirmed().with_counts().prefetch_related("alias_rows"))


def subjects_of(choice: Choice) -> tuple[str, ...]:
    """Whose writes change what the expansions add to an entry."""
    found: tuple[str, ...] = ()
    if "topics" in choice.expand:
        found += ("topics", "learnings", "challenges")  # with what is counted under them
    if "solutions" in choice.expand:
        found += ("solutions", "challenges", "topics")
    return (*found, "users") if choice.expand else found
