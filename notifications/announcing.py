"""The product's only door into notifications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from foundation.models import Promise
from foundation.outbox import promise, require_transaction
from notifications.delivery import BATCH
from notifications.models import Announcement, Event, Subscription
from notifications.tasks import DELIVER

TEXT_LENGTH: Final = 500  # characters that an announcement's column takes


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who hears: people named, followers of subjects, curators. Each person hears once."""

    people: Iterable[User] = ()
    followers_of: Iterable[str] = ()
    curators: bool = False
    by_email: bool = False


def announce(
    event: Event,
    *,
    key: str,
    text: str,
    target: str,
    audience: Audience,
    by: User | None,
    at: datetime,
) -> None:
    """Write down that something happened and promise to tell those concerned.

    Belongs inside the transaction in which it happens. `key` names the happening: announcing it
    again is harmless. The actor `by` is never told of their own deed.

    Raises:
        OutsideTransaction: called outside a transaction.
    """
    require_transaction(key)  # before the row is written, or it would stay behind undelivered
    announcement, made = Announcement.objects.get_or_create(
        key=key,
        defaults={
            "event": event,
            "text": _shortened(text),
            "target": target,
            "actor": by,
            "recipients": sorted({user.pk for user in audience.people}),
            "subjects": sorted(set(audience.followers_of)),
            "to_curators": audience.curators,
            "by_email": audience.by_email,
            "created_at": at,
        },
    )
    if made:
        promise(
            DELIVER,
            key=f"deliver:{announcement.pk}",
            kwargs={"announcement_id": announcement.pk},
        )


@transaction.atomic
def redirect(subject: str, *, to: str) -> None:
    """Let followers of `subject` follow `to` from now on.

    They hear, too, of what was announced and is not delivered yet.
    """
    already = Subscription.objects.filter(subject=to).values("user")
    Subscription.objects.filter(subject=subject, user__in=already).delete()
    Subscription.objects.filter(subject=subject).update(subject=to)
    owed = Promise.objects.filter(task=DELIVER, kept_at=None).values_list("kwargs", flat=True)
    ids = [kwargs["announcement_id"] for kwargs in owed]
    for start in range(0, len(ids), BATCH):
        for row in Announcement.objects.filter(pk__in=ids[start : start + BATCH]):
            if subject in row.subjects:
                row.subjects = sorted({to, *row.subjects} - {subject})
                row.save(update_fields=["subjects"])


def _shortened(text: str) -> str:
    line = " ".join(text.split())  # it becomes the subject of an e-mail, which has no line breaks
    return line if len(line) <= TEXT_LENGTH else f"{line[: TEXT_LENGTH - 1]}…"
