"""The three roles as groups, with what each may do in the admin site."""

from typing import Any

from django.db import migrations

from accounts.roles import grant


def make_groups(apps: Any, schema_editor: Any) -> None:
    groups = apps.get_model("auth", "Group").objects
    for role in ("LEARNER", "CURATOR", "ADMIN"):
        groups.get_or_create(name=role)
    grant(apps, "CURATOR", "accounts", ["view_user", "view_cohort", "view_membership"])
    grant(
        apps,
        "ADMIN",
        "accounts",
        [
            *(f"{act}_user" for act in ("add", "change", "view")),
            *(
                f"{act}_{model}"
                for act in ("add", "change", "delete", "view")
                for model in ("cohort", "membership")
            ),
        ],
    )
    grant(apps, "ADMIN", "foundation", ["view_promise"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("foundation", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
