"""E-mails about an account: plain words, and a link whose secret no server's log ever sees."""

from __future__ import annotations

import uuid
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

# Where a link leads: on the hub's own pages, and on a front end's where one is named.
RESET: Final = ("/account/reset/", "/reset-password")
VERIFY: Final = ("/account/verify/", "/verify-email")
_IDS: Final = uuid.UUID("6a1d4c1e-0f0b-4f0e-9d5c-8a4f2b7f6d11")


def link(page: tuple[str, str], token: str) -> str:
    """The address of a page with a token behind `#`, which browsers keep to themselves."""
    own, elsewhere = page
    if settings.FRONTEND_URL:
        return f"{settings.FRONTEND_URL}{elsewhere}#token={token}"
    return f"{settings.BASE_URL}{own}#token={token}"


def send(*, to: str, subject: str, paragraphs: list[str], promise: str) -> None:
    """Send a letter. One that is sent again for the same promise carries the same Message-ID.

    Put nothing into it that a person chose, such as a name: anybody can sign up with the address of
    somebody else, who would then get a stranger's words from us.
    """
    EmailMessage(
        subject=f"[Nexus] {subject}",
        body="\n\n".join(paragraphs) + "\n\nNexus\n" + settings.BASE_URL + "\n",
        to=[to],
        headers={"Message-ID": f"<{uuid.uuid5(_IDS, promise)}@{_domain()}>"},
    ).send()


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rstrip(">").rpartition("@")[2] or "nexus.invalid"
