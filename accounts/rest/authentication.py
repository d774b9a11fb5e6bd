"""Who is asking: `Authorization: Bearer`, then an access token or a personal token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts import personal_tokens
from accounts.models import User
from accounts.personal_tokens import PersonalAccess, Scope
from accounts.readers import Reader, reader
from foundation import notes
from foundation.notes import Asker

SCHEME: Final = "Bearer"
CHALLENGE: Final = f'{SCHEME} realm="nexus"'
_PARTS: Final = 2  # the scheme and the token


class TokenAuthentication(BaseAuthentication):
    """Checks the token's signature, then the reader's remembered state: usually without SQL.

    So a deactivated person, an old token epoch and a log-out are noticed at the next request. What
    a personal token's scopes allow is asked by `accounts.rest.permissions`; a curator's powers are
    left behind already here, where its scopes do not name them.
    """

    def authenticate(self, request: Request) -> tuple[User, Reader | PersonalAccess] | None:
        """The user and what their token opens, or None if no token was sent.

        Raises:
            AuthenticationFailed: the token is not, or no longer, good.
        """
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME.lower().encode():
            return None
        if len(parts) != _PARTS:
            raise AuthenticationFailed("Send the header as: Authorization: Bearer <token>")
        good = good_token(parts[1].decode("latin-1"))
        if good is None:
            raise AuthenticationFailed(
                "This token is not, or no longer, good.", code="token_refused"
            )
        _note(request, good)
        return good.opens.user(), good.opens

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """The challenge that makes a refusal a 401."""
        return CHALLENGE


def signed_in(request: Request) -> User:
    """The person who sent this request.

    Raises:
        NotAuthenticated: nobody is signed in.
    """
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


@dataclass(frozen=True, slots=True)
class GoodToken:
    """A token that was found good: what it opens, and until when (seconds since the epoch)."""

    opens: Reader | PersonalAccess
    until: float

    @property
    def state(self) -> Reader:
        """Its owner's."""
        return self.opens if isinstance(self.opens, Reader) else self.opens.state


def good_token(token: str) -> GoodToken | None:
    """What an access token or a personal token opens, or None if it is not good."""
    if personal_tokens.looks_personal(token):
        access = personal_tokens.access(token, at=timezone.now())
        return GoodToken(access, access.expires_at.timestamp()) if access else None
    return _access_token(token)


def _access_token(raw: str) -> GoodToken | None:
    try:
        token = AccessToken(raw)  # type: ignore[arg-type]
        user_id, epoch, family = int(token["user_id"]), int(token["epoch"]), str(token["family"])
        until = float(token["exp"]) + settings.SIMPLE_JWT["LEEWAY"]
    except (TokenError, KeyError, ValueError, TypeError):
        return None
    state = reader(user_id)
    if state is None or not state.accepts(epoch=epoch, family=family):
        return None
    return GoodToken(state, until)


def _note(request: Request, good: GoodToken) -> None:
    """Note whose request this is, for what answers the next one without asking again.

    But not of a token that may not read: that it is told each time.
    """
    may_read = isinstance(good.opens, Reader) or Scope.READ in good.opens.scopes
    if may_read and good.state.origin is not None:
        asker = Asker(good.state.fields["id"], good.until, good.state.origin)
        notes.note_asker(request._request.META, asker)  # noqa: SLF001 - what servers see
