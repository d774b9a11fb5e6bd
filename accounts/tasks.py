"""The worker's door to accounts: letters that were promised, and chores that beat rings."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts import passwords, personal_tokens, tokens, verifying
from foundation import scheduling
from foundation.outbox import keeping

FORGET_EVERY = timedelta(days=1)


@shared_task(name=passwords.SEND_RESET)
def send_reset(*, email: str, promise: str, **_later_arguments: Any) -> None:
    """Send a link for a new password, if anybody has this address."""
    with keeping(promise) as owed:
        if owed:
            passwords.send_reset(email, promise=promise, at=timezone.now())


@shared_task(name=passwords.SEND_CHANGED)
def send_password_changed(*, user_id: int, promise: str, **_later_arguments: Any) -> None:
    """Tell somebody that their password was changed."""
    with keeping(promise) as owed:
        if owed:
            passwords.send_changed(user_id, promise=promise)


@shared_task(name=verifying.SEND_VERIFICATION)
def send_verification(*, email: str, promise: str, **_later_arguments: Any) -> None:
    """Send a link that verifies an address, if anybody has it and it is not verified."""
    with keeping(promise) as owed:
        if owed:
            verifying.send_verification(email, promise=promise, at=timezone.now())


@shared_task(name="accounts.forget")
def forget(**_later_arguments: Any) -> None:
    """Delete tokens and sessions of the admin site that nobody can use any more."""
    now = timezone.now()
    if scheduling.take_slot("forget sessions", every=FORGET_EVERY, at=now):
        tokens.forget_families(at=now)
        personal_tokens.forget(at=now)
        SessionStore.clear_expired()
