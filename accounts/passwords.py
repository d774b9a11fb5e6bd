"""Changing a password one knows, and replacing one that was forgotten.

Either revokes every token and session, also the one that asked: whoever changes a password may do
so because somebody else knows the old one. A request for a reset only writes a promise, whatever
the address: who is registered is looked up by a worker, so that no answer and no clock tells it.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import mailing, proofs
from accounts.models import User, normalised_email
from foundation.errors import Invalid
from foundation.outbox import promise

SEND_RESET: Final = "accounts.send_reset"
SEND_CHANGED: Final = "accounts.send_password_changed"


class WrongPassword(Invalid):
    """The old password is not this person's."""

    code = "wrong_password"


class WeakPassword(Invalid):
    """The new password is easy to guess. `reasons` has a code and a sentence for each reason."""

    code = "weak_password"

    def __init__(self, error: ValidationError) -> None:
        super().__init__(" ".join(error.messages), pointer="/new_password")
        self.reasons = [
            (reason.code or self.code, message)
            for reason in error.error_list
            for message in reason.messages
        ]


@transaction.atomic
def change(*, by: User, old: str, new: str) -> None:
    """Give a person a new password, end all their sessions and tokens, and tell them by e-mail.

    Raises:
        WrongPassword: `old` is not their password.
        WeakPassword: `new` is easy to guess.
    """
    user = User.objects.select_for_update().get(pk=by.pk)
    if not user.check_password(old):
        raise WrongPassword("This is not your password.", pointer="/old_password")
    _give(user, new)


@transaction.atomic
def request_reset(*, email: str) -> None:
    """See to it that whoever has this address, if anybody, gets a link by e-mail."""
    promise(SEND_RESET, key=f"reset:{uuid.uuid4()}", kwargs={"email": normalised_email(email)})


def send_reset(email: str, *, promise: str, at: datetime) -> None:
    """Send the link to the active person with this address; to nobody if there is none.

    The link is made here, so its hour begins when the letter leaves.
    """
    user = User.objects.filter(email=email, is_active=True, left_at=None).first()
    if user is None:
        return
    mailing.send(
        to=user.email,
        subject="A new password",
        paragraphs=[
            "Hello,",
            "somebody, most likely you, asked for a new password. Choose it here, within an hour:",
            mailing.link(mailing.RESET, proofs.RESET.make(user, at=at)),
            "You did not ask? Then nothing needs to be done: your password stays as it is.",
        ],
        promise=promise,
    )


@transaction.atomic
def reset(*, token: str, new: str, at: datetime) -> None:
    """Give a new password to whoever shows a reset's link, and end all their sessions and tokens.

    It also verifies their address: they read what was sent to it.

    Raises:
        LinkRefused: the link is expired, forged or was used, or the person was deactivated.
        WeakPassword: `new` is easy to guess. The link stays good.
    """
    # Locked, so that of those who show one link together the second finds the state changed.
    rows = User.objects.select_for_update().filter(left_at=None)
    found = rows.filter(pk=proofs.RESET.owner_id(token, at=at)).first()
    user = proofs.RESET.require(token, found, at=at)
    _give(user, new, verified_at=user.email_verified_at or at)


def send_changed(user_id: int, *, promise: str) -> None:
    """Tell somebody that their password was changed, in case it was not them."""
    user = User.objects.filter(pk=user_id, is_active=True, left_at=None).first()
    if user is None:
        return
    mailing.send(
        to=user.email,
        subject="Your password was changed",
        paragraphs=[
            "Hello,",
            "your password was changed, and you were logged out everywhere.",
            "Scripts of yours need new personal tokens.",
            "Was it not you? Ask for a new password at once, and tell those who run this hub.",
        ],
        promise=promise,
    )


def _give(user: User, new: str, *, verified_at: datetime | None = None) -> None:
    try:
        validate_password(new, user=user)
    except ValidationError as error:
        raise WeakPassword(error) from error
    user.set_password(new)
    fields = ["password"]
    if verified_at is not None:
        user.email_verified_at = verified_at
        fields.append("email_verified_at")
    user.save(update_fields=fields)  # which revokes every token
    key = f"password-changed:{user.pk}:{user.token_epoch}"
    promise(SEND_CHANGED, key=key, kwargs={"user_id": user.pk})
