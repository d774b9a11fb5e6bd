"""How somebody becomes a user."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts import verifying
from accounts.models import User, normalised_email
from foundation.errors import Invalid


class EmailTaken(Invalid):
    """Somebody signed up with this address before, in whatever case."""

    code = "taken"


def register(*, email: str, password: str, display_name: str, track: str) -> User:
    """Make a learner who can log in at once, and promise the letter that verifies the address.

    Raises:
        EmailTaken: the address is known.
    """
    # Nothing is looked up first: of two twins that arrive together only the database can tell
    # which one is late.
    try:
        with transaction.atomic():
            user: User = User.objects.create_user(
                email, password, display_name=display_name, track=track
            )
            verifying.request_verification(email=user.email)
            return user
    except IntegrityError:
        if not User.objects.filter(email=normalised_email(email)).exists():
            raise
        raise EmailTaken("Somebody signed up with this address.", pointer="/email") from None
