"""Log-in sessions as families of refresh tokens.

Each refresh gives the family a new token and retires the one before. The family's row is locked
meanwhile, so two browser tabs that refresh together get the same successor, and a stolen token
is good for nothing once its owner has refreshed. Rules: docs/decisions/0006.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import TokenFamily, User
from foundation.errors import NexusError

GRACE: Final = timedelta(seconds=10)  # in which a retired token still gets its successor


class TokenRefused(NexusError):
    """The token is expired, forged, revoked, or was used before."""

    code = "token_refused"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client keeps: a short-lived access token and the refresh token that renews it."""

    access: str
    refresh: str


@transaction.atomic
def start_family(user: User, *, at: datetime) -> TokenPair:
    """Begin a session for a user who has just proved who they are."""
    family = TokenFamily.objects.create(
        user=user,
        token_epoch=user.token_epoch,
        current_from=at,
        expires_at=at + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
    )
    return _pair(family, at=at)


def refresh(token: str, *, at: datetime) -> TokenPair:
    """Exchange a refresh token for the next pair.

    Raises:
        TokenRefused: not a good token of a living family. Showing a token that was retired
            longer than `GRACE` ago revokes its family.
    """
    claims = _read(token)
    with transaction.atomic():
        pair = _rotate(claims, at=at)
    # Outside the transaction: the revocation must stay when the refusal is raised.
    if pair is None:
        raise TokenRefused("This refresh token is no longer good. Log in again.")
    return pair


def _rotate(claims: dict[str, Any], *, at: datetime) -> TokenPair | None:
    family = (
        TokenFamily.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=claims["family"])
        .first()
    )
    if family is None or not _is_living(family, at=at):
        return None
    shown = uuid.UUID(claims["jti"])
    if shown == family.current:
        family.retired = {**_graced(family, at=at), str(shown): at.isoformat()}
        family.current, family.current_from = uuid.uuid4(), at
        family.expires_at = at + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
        family.save()
        return _pair(family, at=at)
    if _is_graced(family, shown, at=at):
        return _pair(family, at=at)
    family.revoke(at=at)
    return None


def end_family(token: str, *, at: datetime) -> None:
    """Log out: revoke the family of this refresh token.

    Raises:
        TokenRefused: it is not a refresh token, or it expired. A revoked one is fine.
    """
    claims = _read(token)
    with transaction.atomic():
        family = TokenFamily.objects.select_for_update().filter(pk=claims["family"]).first()
        if family is not None and family.revoked_at is None:
            family.revoke(at=at)


def verify_refresh(token: str, *, at: datetime) -> None:
    """Check that `refresh` would take this token. Changes nothing, revokes nothing.

    Raises:
        TokenRefused: it would not.
    """
    claims = _read(token)
    family = TokenFamily.objects.select_related("user").filter(pk=claims["family"]).first()
    shown = uuid.UUID(claims["jti"])
    if (
        family is None
        or not _is_living(family, at=at)
        or not (shown == family.current or _is_graced(family, shown, at=at))
    ):
        raise TokenRefused("This refresh token is no longer good. Log in again.")


def forget_families(*, at: datetime) -> int:
    """Delete families whose tokens have all expired; returns how many."""
    return TokenFamily.objects.filter(expires_at__lt=at - timedelta(days=1)).delete()[0]


def _is_graced(family: TokenFamily, shown: uuid.UUID, *, at: datetime) -> bool:
    """Whether `shown` was retired so lately that a slow tab may still show it."""
    return str(shown) in _graced(family, at=at)


def _graced(family: TokenFamily, *, at: datetime) -> dict[str, str]:
    """Tokens retired within the grace. Several, because a tab can be two refreshes behind."""
    return {
        jti: retired_at
        for jti, retired_at in family.retired.items()
        if at - datetime.fromisoformat(retired_at) <= GRACE
    }


def _is_living(family: TokenFamily, *, at: datetime) -> bool:
    user = family.user
    return (
        family.revoked_at is None
        and family.expires_at > at
        and user.is_active
        and user.token_epoch == family.token_epoch
    )


def _pair(family: TokenFamily, *, at: datetime) -> TokenPair:
    """The family's current tokens. The same state always signs the same refresh token."""
    refresh_token = RefreshToken()
    refresh_token["jti"] = str(family.current)
    refresh_token.set_iat(at_time=family.current_from)
    refresh_token.set_exp(from_time=family.current_from)
    access_token = AccessToken()
    access_token.set_iat(at_time=at)
    access_token.set_exp(from_time=at)
    for token in (refresh_token, access_token):
        token["user_id"] = str(family.user_id)
        token["family"] = str(family.pk)
        token["epoch"] = family.token_epoch
    return TokenPair(access=str(access_token), refresh=str(refresh_token))


def _read(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = dict(RefreshToken(token).payload)  # type: ignore[arg-type]
        uuid.UUID(claims["jti"])
        uuid.UUID(claims["family"])
    except (TokenError, KeyError, ValueError, TypeError) as error:
        raise TokenRefused(
            "This is not a refresh token that is good here. Log in again."
        ) from error
    return claims
