"""Giving roles their model permissions, from migrations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.management import create_permissions


def grant(apps: Any, role: str, app_label: str, codenames: Iterable[str]) -> None:
    """Give the group of `role` permissions of one app.

    Django makes permissions only after all migrations; here they are made first, from the
    models as the migration knows them.

    Raises:
        LookupError: a codename does not exist, named.
    """
    config = apps.get_app_config(app_label)
    config.models_module = True  # tells `create_permissions` that this app has models
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    wanted = set(codenames)
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label=app_label, codename__in=wanted
    )
    if unknown := wanted - set(permissions.values_list("codename", flat=True)):
        raise LookupError(f"No such permission in {app_label}: {', '.join(sorted(unknown))}")
    apps.get_model("auth", "Group").objects.get(name=role).permissions.add(*permissions)
