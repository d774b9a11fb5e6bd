"""Carry out a plan: everything or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from learnings.importing.planning import Action, Plan, Step
from learnings.importing.tagging import Tagger
from learnings.models import Challenge, Entry, Learning, Solution, Topic

BATCH: Final = 200  # rows written by one statement
_SOURCE: Final = (
    "source_document",
    "source_repository",
    "source_commit",
    "source_first_line",
    "source_last_line",
    "source_digest",
)


@transaction.atomic
def apply(plan: Plan, *, at: datetime) -> None:
    """Write what `plan` says, in one transaction. Conflicts and entries that are gone stay."""
    tagger = Tagger.of_all_topics()
    _write(Learning, plan.learnings, tagger, at)
    _write(Challenge, [pair.challenge for pair in plan.challenges], tagger, at)
    solutions = [pair.solution for pair in plan.challenges if pair.solution is not None]
    for step in solutions:
        # A challenge created just now has its id only since it was written.
        step.entry.challenge_id = step.entry.challenge.pk
    _write(Solution, solutions, tagger, at)


def _write(model: type[Entry], steps: Sequence[Step[Any]], tagger: Tagger, at: datetime) -> None:
    rows = model._default_manager
    new = [step.entry for step in steps if step.action is Action.CREATE]
    changed = [step.entry for step in steps if step.action is Action.UPDATE]
    # Lines move when a text above them grows; the entry itself did not change.
    moved = [step.entry for step in steps if step.moved]
    for entry in new:
        entry.created_at = entry.updated_at = at
    for entry in changed:
        entry.updated_at = at
        entry.render()
    rows.bulk_create(new, batch_size=BATCH)
    content = [*_content(model), "updated_at", *_SOURCE]
    rows.bulk_update(changed, content, batch_size=BATCH)
    rows.bulk_update(moved, _SOURCE, batch_size=BATCH)
    _tag(model, new, tagger)


def _content(model: type[Entry]) -> list[str]:
    """The fields of `model` that a README fills, and the HTML made of them."""
    own = [name for name in ("kind", "title") if hasattr(model, name)]
    return [*own, *model.rendered, *model.rendered.values()]


def _tag(model: type[Entry], entries: Iterable[Any], tagger: Tagger) -> None:
    """Give new entries the topics that their own text names."""
    through: Any = model.topics.through
    key = model._meta.model_name
    links = [
        through(**{f"{key}_id": entry.pk, "topic_id": topic.pk})
        for entry in entries
        for topic in _topics_of(entry, tagger)
    ]
    through._default_manager.bulk_create(links, batch_size=BATCH)


def _topics_of(entry: Any, tagger: Tagger) -> list[Topic]:
    texts = (getattr(entry, name) for name in ("title", *entry.rendered) if hasattr(entry, name))
    return tagger.topics_in("\n".join(texts))
