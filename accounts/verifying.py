"""Whether an address is really its owner's. Nothing waits for it: people log in before.

As for a reset, asking only writes a promise, so no answer tells who is registered or verified.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import mailing, proofs
from accounts.models import User, normalised_email
from foundation.outbox import promise

SEND_VERIFICATION: Final = "accounts.send_verification"


@transaction.atomic
def request_verification(*, email: str) -> None:
    """See to it that whoever has this address, if it needs verifying, gets a link by e-mail."""
    promise(
        SEND_VERIFICATION,
        key=f"verification:{uuid.uuid4()}",
        kwargs={"email": normalised_email(email)},
    )


def send_verification(email: str, *, promise: str, at: datetime) -> None:
    """Send the link to the active person with this address, unless it is verified already."""
    unverified = User.objects.filter(email_verified_at=None, is_active=True, left_at=None)
    user = unverified.filter(email=email).first()
    if user is None:
        return
    mailing.send(
        to=user.email,
        subject="Is this your address?",
        paragraphs=[
            "Hello,",
            "please confirm that this address is yours, within three days:",
            mailing.link(mailing.VERIFY, proofs.VERIFICATION.make(user, at=at)),
            "You can use the hub meanwhile. You did not sign up? Then ignore this letter.",
        ],
        promise=promise,
    )


@transaction.atomic
def verify(*, token: str, at: datetime) -> None:
    """Note that the person reads their address. A link that is opened twice is fine.

    Raises:
        LinkRefused: the link is expired or forged, or their address has changed since.
    """
    rows = User.objects.select_for_update().filter(left_at=None)
    found = rows.filter(pk=proofs.VERIFICATION.owner_id(token, at=at)).first()
    user = proofs.VERIFICATION.require(token, found, at=at)
    if user.email_verified_at is None:
        user.email_verified_at = at
        user.save(update_fields=["email_verified_at"])
