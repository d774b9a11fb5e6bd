"""How somebody stops being a user: the person goes, the author of what is public stays nameless.

What they wrote is the product's to clear, a floor above: it calls `hold` first, so that nothing is
decided about somebody who is just being decided about, and `depart` last.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Q

from accounts.models import Role, Track, User
from foundation.errors import Conflict

NAMELESS: Final = "Former member"  # what everybody is called who left
NOWHERE: Final = "left.invalid"  # no mail server will ever answer for this domain
_ADMINS: Final = Q(groups__name=Role.ADMIN) | Q(is_superuser=True)


class LastAdmin(Conflict):
    """Without an admin nobody could make another one."""

    code = "last_admin"


def hold(user: User) -> User:
    """The person as they are now, held until the end of the transaction.

    Raises:
        LastAdmin: they are the only active admin.
    """
    admins = User.objects.filter(_ADMINS, is_active=True).values("pk")
    # NO KEY: rows that refer to them can still be written by those whom we wait for.
    rows = User.objects.select_for_update(no_key=True).order_by("pk")
    is_admin = User.objects.filter(pk=user.pk).filter(pk__in=admins).exists()
    # In one order, and all of them: two last admins who leave together wait for each other.
    if is_admin and {row.pk for row in rows.filter(pk__in=admins, is_active=True)} <= {user.pk}:
        raise LastAdmin("You are the last admin. Make somebody else an admin first.")
    person: User = rows.get(pk=user.pk)
    return person


def depart(person: User, *, keeps_row: bool, at: datetime) -> None:
    """End everything that is theirs here; with `keeps_row` a nameless author stays behind.

    Every token and session is refused from now on, and the address is free for somebody new.
    `person` is held by the caller.
    """
    _end_sessions(person)
    _take_name_from_log(person)
    if not keeps_row:
        person.delete()
        return
    for rows in (
        person.token_families,
        person.personal_tokens,
        person.memberships,
        person.kept_answers,
    ):
        rows.all().delete()
    person.groups.clear()
    person.user_permissions.clear()
    person.remembered_role = None
    person.display_name, person.bio, person.github_url = NAMELESS, "", ""
    person.email = f"{uuid.uuid4().hex}@{NOWHERE}"
    person.track = Track(User._meta.get_field("track").get_default())
    person.is_active = person.is_superuser = False
    person.last_login = person.email_verified_at = None
    person.joined_at = person.left_at = at
    person.token_epoch += 1
    person.set_unusable_password()
    person.save()


def _end_sessions(person: User) -> None:
    """Delete their sessions of the admin site, which would not open any more anyway."""
    model: Any = SessionStore.get_model_class()
    theirs = [
        row.pk
        for row in model.objects.iterator(chunk_size=500)
        if row.get_decoded().get("_auth_user_id") == str(person.pk)
    ]
    model.objects.filter(pk__in=theirs).delete()


def _take_name_from_log(person: User) -> None:
    """What the admin site noted about them stays true without their name."""
    about = ContentType.objects.get_for_model(User)
    noted = LogEntry.objects.filter(content_type=about, object_id=str(person.pk))
    noted.update(object_repr=NAMELESS)
