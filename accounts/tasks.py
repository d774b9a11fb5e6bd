"""The worker's door to the chores of accounts. Beat rings them."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts import tokens
from foundation import scheduling

FORGET_EVERY = timedelta(days=1)


@shared_task(name="accounts.forget")
def forget(**_later_arguments: Any) -> None:
    """Delete token families and sessions of the admin site that nobody can use any more."""
    now = timezone.now()
    if scheduling.take_slot("forget sessions", every=FORGET_EVERY, at=now):
        tokens.forget_families(at=now)
        SessionStore.clear_expired()
