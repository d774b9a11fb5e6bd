"""Tokens that people make for their scripts: shown once, kept as a digest, scoped, expiring.

A token is `nxp_`, 256 random bits and a checksum, so that secret scanners recognise one and a
mistyped one costs no question to the database. What a token was made with never changes and is
remembered by its digest; whether it still stands is part of its owner's remembered state, which
every write to the owner or to their tokens bumps. So a revocation, a deactivation and a new
password act at the next request. Why: docs/decisions/0014.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet

from accounts.models import PersonalToken, User
from accounts.readers import Reader, reader
from accounts.tokens import TokenRefused
from foundation.caching import recall, remember
from foundation.errors import Conflict, Invalid, Missing

logger = logging.getLogger(__name__)

Scope = PersonalToken.Scope
PREFIX: Final = "nxp_"
MAX_LIVING: Final = 50  # tokens of one person
NOTED_EVERY: Final = timedelta(hours=1)  # how exact `last_used_at` is
KEPT_FOR: Final = timedelta(days=30)  # after its end, so that its owner can see what it was

_RANDOM_BYTES: Final = 32
_SHAPE: Final = re.compile(r"nxp_[A-Za-z0-9_-]{43}[0-9a-f]{8}")
_CHECKSUM: Final = 8  # characters at the end


class TooManyTokens(Conflict):
    """Somebody has as many living tokens as one person can have."""

    code = "too_many_tokens"


class ScopeRefused(Invalid):
    """Nobody can give a token more than they may do themselves."""

    code = "scope_refused"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a token was made with, and when its use was last noted."""

    id: int
    user_id: int
    scopes: frozenset[str]
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonalAccess:
    """A request's good personal token: whose it is and what it may be used for."""

    state: Reader
    scopes: frozenset[str]
    expires_at: datetime

    def user(self) -> User:
        """Its owner; without the scope `curate` with a learner's powers only."""
        return self.state.user(as_learner=Scope.CURATE not in self.scopes)


@transaction.atomic
def make(
    *, by: User, name: str, scopes: Iterable[str], expires_in: timedelta, at: datetime
) -> tuple[PersonalToken, str]:
    """Make a token; returns its row and its text, which nobody can find out again.

    Raises:
        ScopeRefused: `curate`, for somebody who is no curator.
        TooManyTokens: they have `MAX_LIVING` already.
        TokenRefused: what `by` is signed in with was revoked a moment ago.
    """
    # Locked: twins must not both take the last place, nor slip past a change of the password.
    owner = User.objects.select_for_update().with_role().get(pk=by.pk)
    if owner.token_epoch != by.token_epoch or not owner.is_active:
        raise TokenRefused("Your session has just ended. Log in again.")
    if Scope.CURATE in scopes and not owner.curates:
        raise ScopeRefused("Only curators can give this scope: curate.", pointer="/scopes")
    if living(owner, at=at).count() >= MAX_LIVING:
        raise TooManyTokens(f"One person can have {MAX_LIVING} tokens. Revoke one that is unused.")
    text = _new_text()
    row = PersonalToken.objects.create(
        user=owner,
        name=name,
        digest=_digest(text),
        scopes=sorted(set(scopes), key=Scope.values.index),
        created_at=at,
        expires_at=at + expires_in,
    )
    return row, text


@transaction.atomic
def revoke(token_id: int, *, by: User, at: datetime) -> None:
    """End one of their own tokens, at once.

    Raises:
        Missing: they have no such token, or ended it before.
    """
    rows = PersonalToken.objects.select_for_update()
    token = rows.filter(pk=token_id, user=by.pk, revoked_at=None).first()
    if token is None:
        raise Missing("You have no such token.")
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])


def living(user: User, *, at: datetime) -> QuerySet[PersonalToken]:
    """A person's tokens that are neither revoked nor expired."""
    return PersonalToken.objects.filter(user=user.pk, revoked_at=None, expires_at__gt=at)


def looks_personal(text: str) -> bool:
    """Whether this is meant to be a personal token, good or not."""
    return text.startswith(PREFIX)


def access(text: str, *, at: datetime) -> PersonalAccess | None:
    """What a token opens, or None if it is not, or no longer, good. A hit runs no SQL."""
    if not _is_whole(text):
        return None
    digest = _digest(text)
    found = recall(f"personal-token:{digest}", made_from=["readers"])
    facts: Facts | None = found.value if found.hit else _from_database(digest)
    if facts is None or facts.expires_at <= at:
        return None  # and not remembered: nobody may fill the cache with what they made up
    state = reader(facts.user_id)
    if state is None or not state.accepts_personal(facts.id):
        return None
    noted = _noted(facts, at=at)
    if noted is not facts or not found.hit:
        remember(noted, recollection=found)
    return PersonalAccess(state=state, scopes=facts.scopes, expires_at=facts.expires_at)


def forget(*, at: datetime) -> int:
    """Delete tokens that ended longer than `KEPT_FOR` ago; returns how many."""
    before = at - KEPT_FOR
    over = PersonalToken.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
    return over.delete()[0]


def _noted(facts: Facts, *, at: datetime) -> Facts:
    """Note the use of a token, once in a while. What cannot be noted stops no request."""
    if facts.last_used_at is not None and at - facts.last_used_at < NOTED_EVERY:
        return facts
    try:
        with transaction.atomic():
            # Past the manager, which would bump everybody's state.
            QuerySet(PersonalToken).filter(
                Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED_EVERY), pk=facts.id
            ).update(last_used_at=at)
    except DatabaseError as error:
        logger.warning("The use of personal token %s was not noted: %s", facts.id, error)
        return facts
    return replace(facts, last_used_at=at)


def _from_database(digest: str) -> Facts | None:
    row = PersonalToken.objects.filter(digest=digest, revoked_at=None).first()
    if row is None:
        return None
    return Facts(
        id=row.pk,
        user_id=row.user_id,
        scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def _new_text() -> str:
    body = f"{PREFIX}{secrets.token_urlsafe(_RANDOM_BYTES)}"
    return f"{body}{_checksum(body)}"


def _is_whole(text: str) -> bool:
    if _SHAPE.fullmatch(text) is None:
        return False
    return text[-_CHECKSUM:] == _checksum(text[:-_CHECKSUM])


def _checksum(body: str) -> str:
    """Finds a mistyped or cut-off token. It keeps no secret; the random bits do."""
    return f"{zlib.crc32(body.encode()):08x}"


def _digest(text: str) -> str:
    # Without a salt and at once: what is random enough needs no slow hash.
    return hashlib.sha256(text.encode()).hexdigest()
