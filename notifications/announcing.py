"""The product's only door into notifications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accounts.models import User
from foundation.outbox import promise, require_transaction
from notifications.models import Announcement, Event
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


def _shortened(text: str) -> str:
    line = " ".join(text.split())  # it becomes the subject of an e-mail, which has no line breaks
    return line if len(line) <= TEXT_LENGTH else f"{line[: TEXT_LENGTH - 1]}…"
