"""How a user proves who they are."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User, normalised_email
from accounts.tokens import TokenPair, start_family
from foundation.errors import NexusError


class InvalidCredentials(NexusError):
    """Unknown address, wrong password or a deactivated person: which one is not told."""

    code = "invalid_credentials"


def log_in(*, email: str, password: str, at: datetime) -> TokenPair:
    """Begin a session for the person with this address and password.

    A refusal takes as long for an unknown address as for a wrong password, so that neither the
    answer nor its time tells who is registered.

    Raises:
        InvalidCredentials: they do not belong together, or the person was deactivated.
    """
    user = User.objects.filter(email=normalised_email(email)).first()
    if user is None:
        User().set_password(password)  # the work that a known address would have cost
    if user is None or not user.check_password(password) or not user.is_active:
        raise InvalidCredentials("No active account has this address and password.")
    user.last_login = at
    user.save(update_fields=["last_login"])
    return start_family(user, at=at)
