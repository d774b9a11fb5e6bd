"""How somebody becomes a user."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import User, normalised_email
from foundation.errors import Invalid


class EmailTaken(Invalid):
    """Somebody signed up with this address before, in whatever case."""

    code = "taken"


def register(*, email: str, password: str, display_name: str, track: str) -> User:
    """Make a learner who can log in at once.

    Raises:
        EmailTaken: the address is known.
    """
    # Nothing is looked up first: of two twins that arrive together only the database can tell
    # which one is late.
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, display_name=display_name, track=track)
    except IntegrityError:
        if not User.objects.filter(email=normalised_email(email)).exists():
            raise
        raise EmailTaken("Somebody signed up with this address.", pointer="/email") from None
