"""What becomes of announcements when somebody leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from accounts.models import User
from notifications.models import Announcement, EmailPreference, Event, Notification, Subscription

BATCH: Final = 500  # rows named by one statement


def forget(
    person: User, *, known_as: str, deeds: Mapping[Event, str], gone: frozenset[str]
) -> None:
    """Delete what a person follows and was told, and take their name out of what others were told.

    `known_as` is what others read from now on. `deeds` are the words that follow a name in the
    announcements that have one, by event. Those about the addresses in `gone` are deleted.
    """
    Announcement.objects.filter(
        pk__in=Notification.objects.filter(user=person).values("announcement"),
        recipients=[person.pk],
        subjects=[],
        to_curators=False,
    ).delete()
    Notification.objects.filter(user=person).delete()
    Subscription.objects.filter(user=person).delete()
    EmailPreference.objects.filter(user=person).delete()
    doomed, renamed = [], []
    for row in Announcement.objects.filter(actor=person).iterator(chunk_size=BATCH):
        if row.target in gone:
            doomed.append(row.pk)
        elif deed := deeds.get(Event(row.event)):
            row.text = _renamed(row.text, person.display_name, deed, known_as)
            renamed.append(row)
    for start in range(0, len(doomed), BATCH):
        Announcement.objects.filter(pk__in=doomed[start : start + BATCH]).delete()
    Announcement.objects.bulk_update(renamed, ["text"], batch_size=BATCH)


def _renamed(text: str, name: str, deed: str, known_as: str) -> str:
    if text.startswith(f"{name}{deed}"):
        return f"{known_as}{text[len(name) :]}"
    # They had another name then. If the title holds the same words, rather too much goes.
    _before, found, rest = text.rpartition(deed)
    return f"{known_as}{found}{rest}" if found else known_as
