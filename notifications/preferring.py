"""Which events come to whom by e-mail, and the link in each e-mail by which they stop coming."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from notifications.models import EmailPreference, Event

# Events that are announced with `by_email`, in the order of a settings page. A test compares.
BY_EMAIL: Final = (
    Event.ENTRY_PUBLISHED,
    Event.ENTRY_REJECTED,
    Event.SOLUTION_ADDED,
    Event.SOLUTION_ACCEPTED,
    Event.REVISION_DECIDED,
    Event.BRIEF_REMINDER,
)
_SALT: Final = "notifications.unsubscribe"


@dataclass(frozen=True, slots=True)
class Link:
    """Whom an unsubscribe link belongs to, and what it stops."""

    user: User
    event: Event


def wishes(user: User) -> dict[Event, bool]:
    """Whether each event that can come by e-mail does."""
    preference = EmailPreference.objects.filter(user=user).first()
    muted = set(preference.muted) if preference else set()
    return {event: event.value not in muted for event in BY_EMAIL}


@transaction.atomic
def wish(user: User, choices: Mapping[Event, bool]) -> None:
    """Let these events come by e-mail, or not; the others stay as they are."""
    EmailPreference.objects.get_or_create(user=user)
    # Two switches thrown at the same moment must both stay thrown.
    preference = EmailPreference.objects.select_for_update().get(user=user)
    muted = set(preference.muted) | {event.value for event, comes in choices.items() if not comes}
    muted -= {event.value for event, comes in choices.items() if comes}
    preference.muted = sorted(muted)
    preference.save(update_fields=["muted"])


def without_muted(user_ids: Iterable[int], event: Event) -> list[int]:
    """Those of these people who want this event by e-mail."""
    ids = list(user_ids)
    rows = EmailPreference.objects.filter(user__in=ids).values_list("user_id", "muted")
    muting = {user_id for user_id, muted in rows if event.value in muted}
    return [user_id for user_id in ids if user_id not in muting]


def unsubscribe_address(user: User, event: Event) -> str:
    """Where this person stops e-mails about this event, without logging in. It never expires."""
    token = signing.dumps({"user": user.pk, "event": event.value}, salt=_SALT, compress=True)
    return f"{settings.BASE_URL}{reverse('unsubscribe', args=[token])}"


def read_link(token: str) -> Link | None:
    """What a link's token stands for; None for a forged one and for people who left."""
    try:
        held = signing.loads(token, salt=_SALT)
        event = Event(held["event"])
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    return Link(user, event) if user is not None else None
