"""The worker's door to delivery."""

from __future__ import annotations

from typing import Any, Final

from celery import shared_task

from foundation.outbox import keeping
from notifications import delivery

DELIVER: Final = "notifications.deliver"


@shared_task(name=DELIVER)
def deliver(*, announcement_id: int, promise: str, **_later_arguments: Any) -> None:
    """Turn an announcement into notifications."""
    with keeping(promise) as owed:
        if owed:
            delivery.deliver(announcement_id)


@shared_task(name=delivery.SEND_EMAIL)
def send_email(*, delivery_id: int, promise: str, **_later_arguments: Any) -> None:
    """Send one notification by e-mail."""
    with keeping(promise) as owed:
        if owed:
            delivery.send_email(delivery_id)
