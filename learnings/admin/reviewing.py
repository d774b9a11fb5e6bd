"""Review steps for many entries at once, each on its own, and the report a curator gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.contrib import admin, messages
from django.db import OperationalError
from django.http import HttpRequest

from accounts.models import User
from foundation.errors import NexusError
from foundation.postgresql import bounds
from learnings import publishing
from learnings.admin.waiting import MODELS, solutions_waiting_for
from learnings.models import Challenge, Entry

_ORDER: Final = {type_name: place for place, type_name in enumerate(MODELS)}


@dataclass(frozen=True)
class Outcome:
    """What a step did: entries that took it, and for the others the sentence of the refusal."""

    done: list[Entry] = field(default_factory=list)
    refused: list[tuple[Entry, str]] = field(default_factory=list)


def carry_out(entries: Iterable[Entry], step: Callable[[Any], Any]) -> Outcome:
    """Take `step` with each entry by itself, so that one refusal stops no other."""
    outcome = Outcome()
    for entry in entries:
        try:
            outcome.done.append(step(entry) or entry)
        except NexusError as refusal:
            outcome.refused.append((entry, str(refusal)))
        except OperationalError as error:
            if not bounds.is_reached(error):
                raise
            # Somebody holds it: an import, say, holds all entries of its author.
            outcome.refused.append((entry, "Something else is changing it. Try again in a moment."))
    return outcome


def publish_all(
    entries: Iterable[Entry], *, by: User, at: datetime, with_solutions: bool = False
) -> Outcome:
    """Publish entries, challenges before solutions; with those waiting under them if asked for."""
    chosen = sorted(entries, key=lambda entry: _ORDER[entry.type_name])
    if with_solutions:
        challenges = [entry for entry in chosen if isinstance(entry, Challenge)]
        known = {entry.pk for entry in chosen if entry.type_name == "solution"}
        chosen += [row for row in solutions_waiting_for(challenges) if row.pk not in known]
    return carry_out(chosen, lambda entry: publishing.publish(entry, by=by, at=at))


def reject_all(entries: Iterable[Entry], *, by: User, reason: str, at: datetime) -> Outcome:
    """Send entries back to their authors, all for the same reason."""
    return carry_out(entries, lambda entry: publishing.reject(entry, by=by, reason=reason, at=at))


def retract_all(entries: Iterable[Entry], *, by: User, at: datetime) -> Outcome:
    """Take entries back for good."""
    return carry_out(entries, lambda entry: publishing.retract(entry, by=by, at=at))


def tell(request: HttpRequest, outcome: Outcome, done: str) -> None:
    """Report an outcome to the person and to the entries' history. `done` is a participle."""
    if outcome.done:
        number = len(outcome.done)
        messages.success(request, f"{number} {'entry' if number == 1 else 'entries'} {done}.")
    for entry in outcome.done:
        admin.site.get_model_admin(type(entry)).log_change(request, entry, f"{done.capitalize()}.")
    for entry, sentence in outcome.refused:
        messages.warning(request, f"Not {done}: {entry}. {sentence}")
