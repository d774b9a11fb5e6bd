"""What happens on a broken hub, and how long it is owed."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from foundation import doorbell, outbox
from foundation.models import Promise
from notifications.announcing import Audience, announce
from notifications.models import Event, Subscription
from tests.factories.accounts import UserFactory

FOLLOWERS = 4
EMAIL_EVERY = 4


def people() -> list[User]:
    """An author, and those who follow what the author writes."""
    author, *followers = (UserFactory() for _ in range(1 + FOLLOWERS))
    for follower in followers:
        Subscription.objects.create(user=follower, subject="topic:1")
    return [author, *followers]


def happen(number: int, author: User) -> None:
    """Something that all `people` hear of, and every fourth time the author by e-mail too."""
    with transaction.atomic():
        announce(
            Event.ENTRY_PUBLISHED,
            key=f"published:{number}",
            text=f"Published: {number}",
            target="/api/v1/learnings/1/",
            audience=Audience(
                people=[author],
                followers_of=["topic:1"],
                by_email=number % EMAIL_EVERY == 0,
            ),
            by=None,
            at=timezone.now(),
        )


def sweep() -> None:
    """Sweep as beat would, at a time when every promise is due."""
    doorbell.breaker.close()
    outbox.sweep(at=timezone.now() + timedelta(minutes=11))


def nothing_is_owed() -> bool:
    return not Promise.objects.filter(kept_at=None).exists()
