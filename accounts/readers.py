"""Who is reading: the little that every request needs to know, without asking the database.

A reader's state is remembered under the subject `reader:ID`, which every write to the user, the
user's groups, token families and personal tokens bumps. So deactivation, a new role, log-out and
revocation act at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from accounts.models import PersonalToken, Role, TokenFamily, User
from foundation.caching import Origin, recall, remember

# What nearly every request needs; never the password.
FIELDS: Final = ("id", "email", "display_name", "track", "is_active", "is_superuser", "token_epoch")
CLOCKS_DIFFER: Final = timedelta(minutes=1)  # at most, between two servers


@dataclass(frozen=True, slots=True)
class Reader:
    """One person's state, as of the newest write to it."""

    fields: Mapping[str, Any]  # the user's columns in `FIELDS`
    role: Role
    revoked_families: frozenset[str]
    personal_tokens: frozenset[int]  # ids of those not revoked; their expiry is looked at apart
    origin: Origin | None = None  # where this was remembered, for what is derived from it

    def accepts(self, *, epoch: int, family: str) -> bool:
        """Whether a token of this epoch and family is still good."""
        return bool(
            self.fields["is_active"]
            and epoch == self.fields["token_epoch"]
            and family not in self.revoked_families
        )

    def accepts_personal(self, token_id: int) -> bool:
        """Whether this person has such a personal token and may use it."""
        return bool(self.fields["is_active"]) and token_id in self.personal_tokens

    def user(self, *, as_learner: bool = False) -> User:
        """The person as a model instance, made without SQL. Other columns load when asked for.

        `as_learner` leaves every power beyond a learner's behind.
        """
        # `from_db` deals values out in the model's order of columns, whatever their names.
        columns = [column.attname for column in User._meta.concrete_fields]
        names = [name for name in columns if name in self.fields]
        user = User.from_db("default", names, [self.fields[name] for name in names])
        user.remembered_role = self.role
        if as_learner:
            user.limit_to_learner()
        return user


def reader(user_id: int) -> Reader | None:
    """The state of the user with this id, or None if there is none. A hit runs no SQL."""
    found = recall(f"reader:{user_id}", made_from=["readers", f"reader:{user_id}"])
    state: Reader | None = found.value if found.hit else _from_database(user_id)
    if not found.hit:
        remember(state, recollection=found)
    return state and replace(state, origin=found.origin)


def _from_database(user_id: int) -> Reader | None:
    user = User.objects.with_role().filter(pk=user_id).first()
    if user is None:
        return None
    # An access token outlives its log-out by at most its own lifetime, and what clocks may differ.
    lifetime: timedelta = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] + CLOCKS_DIFFER
    now = timezone.now()
    revoked = TokenFamily.objects.filter(user=user, revoked_at__gte=now - lifetime)
    personal = PersonalToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now)
    return Reader(
        fields={name: getattr(user, name) for name in FIELDS},
        role=user.role,
        revoked_families=frozenset(str(pk) for pk in revoked.values_list("pk", flat=True)),
        personal_tokens=frozenset(personal.values_list("pk", flat=True)),
    )
