"""A cohort's brief: whom it concerns, and the reminders before its deadline.

Reminders go out 7, 3 and 1 days before the deadline, once each, to learners of the cohort whose
README has open findings or was never imported. Each is due in a window that ends where the next
one's begins, so that a beat that was down on the very day makes up for it, and never sends two.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.db.models import OuterRef, Subquery

from accounts.models import User
from learnings.models import Brief, ImportRun, ImportStatus
from notifications.announcing import Audience, announce
from notifications.models import Announcement, Event

logger = logging.getLogger(__name__)

REMINDED: Final = (7, 3, 1)  # days before the deadline
EDITED_ON_THE_HUB: Final = "edited_on_the_hub"
# Findings that are between an author and the hub: no brief asks for them.
_NOT_ASKED_FOR: Final = frozenset({EDITED_ON_THE_HUB})


def brief_for(person: User, *, at: datetime) -> Brief | None:
    """The brief that concerns a person at a time: the next one due, else the last one over."""
    briefs = Brief.objects.filter(cohort__members=person)
    coming = briefs.filter(deadline__gte=at).order_by("deadline", "pk").first()
    return coming or briefs.order_by("-deadline", "-pk").first()


def days_due(brief: Brief, *, at: datetime) -> int | None:
    """Which reminder is due, in days before the deadline; None before the first and after it."""
    left = brief.deadline - at
    if left <= timedelta():
        return None
    return next((days for days in sorted(REMINDED) if left <= timedelta(days=days)), None)


def remind(*, at: datetime) -> int:
    """Remind everybody whose reminder is due and was not sent yet; returns how many heard."""
    soon = at + timedelta(days=max(REMINDED))
    briefs = Brief.objects.filter(deadline__gt=at, deadline__lte=soon).select_related("cohort")
    return sum(_remind_of(brief, at=at) for brief in briefs.order_by("deadline", "pk"))


@dataclass(frozen=True, slots=True)
class _Reminder:
    """One person's reminder: its key says of what, whom and when, so that it is sent once."""

    brief: Brief
    person: Any  # a user with `newest_run` and `newest_report`
    days: int

    @property
    def key(self) -> str:
        return f"brief:{self.brief.pk}:{self.person.pk}:{self.days}"

    @property
    def target(self) -> str:
        run = self.person.newest_run
        return (
            f"/api/v1/imports/{run}/" if run else f"/api/v1/cohorts/{self.brief.cohort_id}/brief/"
        )

    def text(self, at: datetime) -> str:
        """The reminder in a sentence, which is the subject of its e-mail too."""
        due_at = self.brief.deadline.astimezone(UTC)
        deadline = f"{due_at.day} {due_at:%B, %H:%M} UTC"
        due = f"{self.brief.title} is due {_in_words(self.brief.deadline - at)} ({deadline})"
        if self.person.newest_run is None:
            return f"{due}, and you have not imported your README yet"
        number = len(open_findings(self.person.newest_report))
        points = "one point is" if number == 1 else f"{number} points are"
        return f"{due}, and {points} still open in your README's review"


def _remind_of(brief: Brief, *, at: datetime) -> int:
    days = days_due(brief, at=at)
    if days is None:
        return 0
    reminders = [_Reminder(brief, person, days) for person in _concerned(brief)]
    keys = [reminder.key for reminder in reminders]
    sent = set(Announcement.objects.filter(key__in=keys).values_list("key", flat=True))
    return sum(_send(reminder, at=at) for reminder in reminders if reminder.key not in sent)


def _send(reminder: _Reminder, *, at: datetime) -> bool:
    """Send one reminder. Whatever goes wrong with it, the others are sent."""
    try:
        with transaction.atomic():
            announce(
                Event.BRIEF_REMINDER,
                key=reminder.key,
                text=reminder.text(at),
                target=reminder.target,
                audience=Audience(people=[reminder.person], by_email=True),
                by=None,
                at=at,
            )
    except DatabaseError:
        logger.exception("Reminder %s was not sent; the next beat tries again", reminder.key)
        return False
    return True


def _concerned(brief: Brief) -> Iterator[Any]:
    """Active learners of the cohort with open findings, or with nothing imported."""
    newest = ImportRun.objects.filter(author=OuterRef("pk"), status=ImportStatus.DONE).order_by(
        "-created_at", "-pk"
    )
    people = (
        User.objects.filter(memberships__cohort=brief.cohort_id, is_active=True)
        .exclude(pk__in=User.objects.curators().values("pk"))
        .annotate(
            newest_run=Subquery(newest.values("pk")[:1]),
            newest_report=Subquery(newest.values("report")[:1]),
        )
        .order_by("pk")
    )
    for person in people:
        if person.newest_run is None or open_findings(person.newest_report):
            yield person


def open_findings(report: Any) -> list[dict[str, Any]]:
    """The findings of a report that a brief asks to mend."""
    found = (report or {}).get("findings") or []
    return [finding for finding in found if finding.get("code") not in _NOT_ASKED_FOR]


def _in_words(left: timedelta) -> str:
    hours = math.ceil(left / timedelta(hours=1))
    if hours > 24:  # noqa: PLR2004 - hours of a day
        return f"in {math.ceil(left / timedelta(days=1))} days"
    return "within the hour" if hours <= 1 else f"in {hours} hours"
