"""What curators and admins may do with changes, sources and briefs in the admin site."""

from typing import Any

from django.db import migrations

from accounts.roles import grant


def give_permissions(apps: Any, schema_editor: Any) -> None:
    seen = [f"view_{model}" for model in ("revision", "importconflict", "source", "brief")]
    grant(apps, "CURATOR", "learnings", [*seen, "change_revision"])
    grant(apps, "ADMIN", "learnings", [
        *seen, "change_revision", "delete_source",
        *(f"{act}_brief" for act in ("add", "change", "delete")),
    ])


class Migration(migrations.Migration):
    dependencies = [("learnings", "0004_living_documents"), ("accounts", "0002_roles")]
    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
