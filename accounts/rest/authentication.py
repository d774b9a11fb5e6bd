"""Who is asking: `Authorization: Bearer`, then an access token or a personal token."""

from __future__ import annotations

from typing import Final

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts import personal_tokens
from accounts.models import User
from accounts.personal_tokens import PersonalAccess
from accounts.readers import Reader, reader

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
        opened = opened_by(parts[1].decode("latin-1"))
        if opened is None:
            raise AuthenticationFailed(
                "This token is not, or no longer, good.", code="token_refused"
            )
        return opened.user(), opened

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


def opened_by(token: str) -> Reader | PersonalAccess | None:
    """What an access token or a personal token opens, or None if it is not good."""
    if personal_tokens.looks_personal(token):
        return personal_tokens.access(token, at=timezone.now())
    return _state_of(token)


def _state_of(raw: str) -> Reader | None:
    try:
        token = AccessToken(raw)  # type: ignore[arg-type]
        user_id, epoch, family = int(token["user_id"]), int(token["epoch"]), str(token["family"])
    except (TokenError, KeyError, ValueError, TypeError):
        return None
    state = reader(user_id)
    return state if state and state.accepts(epoch=epoch, family=family) else None
