"""Admins may look at what was announced and delivered, to find out why somebody heard nothing."""

from typing import Any

from django.db import migrations

from accounts.roles import grant


def give_permissions(apps: Any, schema_editor: Any) -> None:
    grant(apps, "ADMIN", "notifications", [
        f"view_{model}" for model in ("subscription", "announcement", "notification", "delivery")
    ])


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("accounts", "0002_roles")]
    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
