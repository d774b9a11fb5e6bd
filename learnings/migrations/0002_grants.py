"""What each role may do with the product's models in the admin site."""

from typing import Any

from django.db import migrations

from accounts.roles import grant

CURATED = ("topic", "topicalias", "learning", "challenge", "solution")


def give_permissions(apps: Any, schema_editor: Any) -> None:
    everything = [f"{act}_{model}" for act in ("add", "change", "delete", "view") for model in CURATED]
    grant(apps, "LEARNER", "learnings", [
        f"{act}_{model}" for act in ("add", "view") for model in ("learning", "challenge", "solution")
    ])
    grant(apps, "CURATOR", "learnings", [*everything, "view_importrun"])
    grant(apps, "ADMIN", "learnings", [
        *everything, "view_importrun", "delete_importrun", "view_vote", "view_bookmark",
    ])


class Migration(migrations.Migration):
    dependencies = [("learnings", "0001_initial"), ("accounts", "0002_roles")]
    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
