"""Proofs that somebody reads an address: signed texts that are sent by e-mail and never stored.

Each is bound to a state of the person. Once that state has changed, by the very use of the proof
or otherwise, no proof made before is good: it works once without a row that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from foundation.errors import Invalid


class LinkRefused(Invalid):
    """What an e-mail's link held is expired, forged, cut off or was used before."""

    code = "link_refused"

    def __init__(self) -> None:
        super().__init__(
            "This link is no longer good. Ask for a new one, and use the newest e-mail.",
            pointer="/token",
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """One kind of proof. `bound_to` names the columns whose change makes it useless."""

    purpose: str
    lifetime: timedelta
    bound_to: tuple[str, ...]

    def make(self, user: User, *, at: datetime) -> str:
        """The text of a proof for this person."""
        facts = {"user": user.pk, "made": int(at.timestamp()), "state": self._state(user)}
        return self._signer().sign_object(facts)

    def owner_id(self, text: str, *, at: datetime) -> int:
        """Whom a proof is about. Their state is still to be compared: see `require`.

        Raises:
            LinkRefused: it is not ours or no longer good.
        """
        return self._read(text, at=at)[0]

    def require(self, text: str, user: User | None, *, at: datetime) -> User:
        """The person, if they are there, active, and as they were when the proof was made.

        Raises:
            LinkRefused: they are not.
        """
        user_id, state = self._read(text, at=at)
        if user is None or user.pk != user_id or not user.is_active:
            raise LinkRefused
        if not constant_time_compare(state, self._state(user)):
            raise LinkRefused
        return user

    def _read(self, text: str, *, at: datetime) -> tuple[int, str]:
        try:
            facts = self._signer().unsign_object(text)
            made_at = datetime.fromtimestamp(facts["made"], UTC)
            found = int(facts["user"]), str(facts["state"])
        except (BadSignature, KeyError, ValueError, TypeError) as error:
            raise LinkRefused from error
        if at - made_at > self.lifetime:
            raise LinkRefused
        return found

    def _state(self, user: User) -> str:
        values = "\n".join(str(getattr(user, name)) for name in self.bound_to)
        return salted_hmac(self._salt, values, algorithm="sha256").hexdigest()

    @property
    def _salt(self) -> str:
        return f"accounts.proofs.{self.purpose}"

    def _signer(self) -> Signer:
        return Signer(salt=self._salt, sep=".", algorithm="sha256")


RESET: Final = Proof(
    purpose="reset",
    lifetime=timedelta(hours=1),
    bound_to=("password", "token_epoch", "email"),
)
VERIFICATION: Final = Proof(purpose="verification", lifetime=timedelta(days=3), bound_to=("email",))
