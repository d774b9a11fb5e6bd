"""From an announcement to one notification per person and channel. Safe to run twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from foundation.outbox import promise
from notifications.models import (
    Announcement,
    Channel,
    Delivery,
    Event,
    Notification,
    Subscription,
)
from notifications.preferring import unsubscribe_address, without_muted

SEND_EMAIL: Final = "notifications.send_email"
BATCH: Final = 500  # notifications written by one statement
_API: Final = "/api/v1"  # with which addresses of things begin


@transaction.atomic
def deliver(announcement_id: int) -> None:
    """Write a notification for everybody concerned, and promise the e-mails that go with it.

    People who got theirs before are left as they are. An announcement that is gone is nobody's.
    """
    announcement = Announcement.objects.filter(pk=announcement_id).first()
    if announcement is None:
        return
    for user_ids in _batches(_recipients(announcement)):
        Notification.objects.bulk_create(
            (
                Notification(
                    announcement=announcement, user_id=user_id, created_at=announcement.created_at
                )
                for user_id in user_ids
            ),
            ignore_conflicts=True,
        )
    if announcement.by_email:
        _promise_emails(announcement)


def _recipients(announcement: Announcement) -> Iterator[int]:
    """Ids of active people concerned, each once, without the one who did it."""
    concerned = set(announcement.recipients)
    concerned.update(
        Subscription.objects.filter(subject__in=announcement.subjects).values_list(
            "user_id", flat=True
        )
    )
    if announcement.to_curators:
        concerned.update(User.objects.curators().values_list("pk", flat=True))
    concerned.discard(announcement.actor_id)
    for some in _batches(concerned):
        yield from User.objects.filter(pk__in=some, is_active=True).values_list("pk", flat=True)


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _promise_emails(announcement: Announcement) -> None:
    event = Event(announcement.event)
    direct = Notification.objects.filter(
        announcement=announcement, user_id__in=without_muted(announcement.recipients, event)
    )
    for notification in direct:
        delivery, _ = Delivery.objects.get_or_create(
            notification=notification, channel=Channel.EMAIL
        )
        promise(SEND_EMAIL, key=f"email:{delivery.pk}", kwargs={"delivery_id": delivery.pk})


def send_email(delivery_id: int) -> None:
    """Send one e-mail unless it was sent before, or its reader is gone or wants none any more.

    It can repeat only if the worker dies between the mail server's answer and the commit, and
    then it carries the same Message-ID, by which mail programs recognise it.
    """
    delivery = (
        Delivery.objects.select_related("notification__user", "notification__announcement")
        .filter(pk=delivery_id, sent_at=None)
        .first()
    )
    if delivery is None or not _is_wanted(delivery.notification):
        return
    _email(delivery).send()
    delivery.sent_at = timezone.now()
    delivery.save(update_fields=["sent_at"])


def _is_wanted(notification: Notification) -> bool:
    event = Event(notification.announcement.event)
    is_active = notification.user.is_active
    return is_active and bool(without_muted([notification.user_id], event))


def _email(delivery: Delivery) -> EmailMessage:
    announcement, user = delivery.notification.announcement, delivery.notification.user
    event = Event(announcement.event)
    stop = unsubscribe_address(user, event)
    headers = {
        "Message-ID": f"<{delivery.message_id}@{_mail_domain()}>",
        "List-Unsubscribe": f"<{stop}>",
    }
    if stop.startswith("https://"):  # RFC 8058 allows one click over nothing less
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(
        subject=f"[Nexus] {announcement.text}"[:150],
        body=(
            f"{announcement.text}\n\n{_link(announcement.target)}\n\n"
            f"-- \nNo more e-mails about “{event.label}”: {stop}\n"
        ),
        to=[user.email],
        headers=headers,
    )


def _link(target: str) -> str:
    """Where a person can look at it: in the frontend if there is one, else what the API says."""
    if settings.FRONTEND_URL:
        return f"{settings.FRONTEND_URL}{target.removeprefix(_API)}"
    return f"{settings.BASE_URL}{target}"


def _mail_domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rstrip(">").rpartition("@")[2] or "nexus.invalid"
