"""Carry out a plan: everything or nothing.

Nothing that is on the hub is lost: what was edited there becomes a conflict with both texts, what
is published gets a proposal, what the README no longer holds is marked and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from learnings import revising
from learnings.importing.planning import Action, Plan, Step
from learnings.importing.tagging import Tagger
from learnings.models import (
    Challenge,
    Entry,
    ImportConflict,
    ImportRun,
    Learning,
    Solution,
)

BATCH: Final = 200  # rows written by one statement
_SOURCE: Final = (
    "source_document",
    "source_repository",
    "source_commit",
    "source_first_line",
    "source_last_line",
    "source_digest",
    "gone_at",
)


@transaction.atomic
def apply(plan: Plan, *, run: ImportRun, at: datetime) -> None:
    """Write what `plan` says, in one transaction. Curators hear of proposals from `run`, once."""
    tagger = Tagger.of_all_topics()
    _write(Learning, plan.learnings, tagger, at)
    _write(Challenge, [pair.challenge for pair in plan.challenges], tagger, at)
    solutions = [pair.solution for pair in plan.challenges if pair.solution is not None]
    for step in solutions:
        # A challenge created just now has its id only since it was written.
        step.entry.challenge_id = step.entry.challenge.pk
    _write(Solution, solutions, tagger, at)
    _mark_gone(plan, at)
    _propose(plan, run, at)
    _keep_conflicts(plan, run)


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
        entry.revision = F("revision") + 1  # `bulk_update` calls no `save`
    rows.bulk_create(new, batch_size=BATCH)
    content = [*_content(model), "revision", "updated_at", *_SOURCE]
    rows.bulk_update(changed, content, batch_size=BATCH)
    rows.bulk_update(moved, _SOURCE, batch_size=BATCH)
    _tag(model, new, tagger)


def _mark_gone(plan: Plan, at: datetime) -> None:
    models: tuple[type[Entry], ...] = (Learning, Challenge, Solution)
    for model in models:
        gone = [entry for entry in plan.gone if type(entry) is model]
        for entry in gone:
            entry.gone_at = at
        model._default_manager.bulk_update(gone, ["gone_at"], batch_size=BATCH)


def _propose(plan: Plan, run: ImportRun, at: datetime) -> None:
    revising.withdraw([step.entry for step in plan.steps() if step.outdated is not None])
    changed = [step for step in plan.steps() if step.action is Action.PROPOSE]
    proposals: list[tuple[Entry, dict[str, Any]]] = [(s.entry, dict(s.changes)) for s in changed]
    revising.propose_many(proposals, by=plan.author, at=at, import_run=run)


def _keep_conflicts(plan: Plan, run: ImportRun) -> None:
    """Write conflicts. Those of earlier imports that nobody decided give way to what is so now."""
    steps = list(plan.steps())
    for name in ("learning", "challenge", "solution"):
        met = [step.entry.pk for step in steps if step.entry.type_name == name]
        for start in range(0, len(met), BATCH):
            some = {f"{name}__in": met[start : start + BATCH]}
            ImportConflict.objects.filter(resolved_at=None, **some).delete()
    found = [step for step in steps if step.action is Action.CONFLICT]
    ImportConflict.objects.bulk_create(
        [
            ImportConflict(
                **{step.entry.type_name: step.entry},
                import_run=run,
                number=number,
                hub=dict(step.hub),
                readme=dict(step.record.content),
                readme_digest=step.record.digest,
                first_line=step.record.span.first_line,
                last_line=step.record.span.last_line,
            )
            for number, step in enumerate(found, start=1)
        ],
        batch_size=BATCH,
    )


def _content(model: type[Entry]) -> list[str]:
    """The fields of `model` that a README fills, and the HTML made of them."""
    return [*model.content_fields, *model.rendered.values()]


def _tag(model: type[Entry], entries: Iterable[Any], tagger: Tagger) -> None:
    """Give new entries the topics that they are about."""
    through: Any = model.topics.through
    key = model._meta.model_name
    links = [
        through(**{f"{key}_id": entry.pk, "topic_id": topic.pk})
        for entry, topic in tagger.tag(entries)
    ]
    through._default_manager.bulk_create(links, batch_size=BATCH)
