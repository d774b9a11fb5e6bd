"""Announcements, notifications and subscriptions for tests."""

from datetime import UTC, datetime

import factory

from notifications.models import Announcement, Event, Notification, Subscription
from tests.factories.accounts import UserFactory

ANNOUNCED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class AnnouncementFactory(factory.django.DjangoModelFactory):
    """Something was published."""

    class Meta:
        model = Announcement

    key = factory.Sequence(lambda n: f"published:challenge:{n}")
    event = Event.ENTRY_PUBLISHED
    text = factory.Sequence(lambda n: f"Published: Challenge {n}")
    target = factory.Sequence(lambda n: f"/api/v1/challenges/{n}/")
    created_at = ANNOUNCED_AT


class NotificationFactory(factory.django.DjangoModelFactory):
    """An unread one. `event=` and `text=` are the announcement's."""

    class Meta:
        model = Notification

    class Params:
        event = Event.ENTRY_PUBLISHED
        text = "Published: a challenge"

    user = factory.SubFactory(UserFactory)
    announcement = factory.SubFactory(
        AnnouncementFactory,
        event=factory.SelfAttribute("..event"),
        text=factory.SelfAttribute("..text"),
    )
    created_at = ANNOUNCED_AT


class SubscriptionFactory(factory.django.DjangoModelFactory):
    """Somebody follows a subject."""

    class Meta:
        model = Subscription

    user = factory.SubFactory(UserFactory)
    subject = factory.Sequence(lambda n: f"challenge:{n}")
