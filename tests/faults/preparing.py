"""Work in a hub's own environment: `python -m tests.faults.preparing rows | promises`."""

from __future__ import annotations

import json
import sys
from typing import Any

CHALLENGES = 60


def rows() -> dict[str, Any]:
    """Migrate, and write what is read: an author, somebody else, published challenges."""
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0, interactive=False)

    from accounts import tokens
    from accounts.models import User
    from learnings.models import Challenge, Status

    now = timezone.now()
    author = User.objects.create_user("author@example.org", display_name="Before")
    reader = User.objects.create_user("reader@example.org", display_name="Reader")
    made = Challenge.objects.bulk_create(
        Challenge(
            author=author, title=f"Challenge {n}", problem="It says *no*.",
            status=Status.PUBLISHED, published_at=now,
        )
        for n in range(CHALLENGES)
    )  # fmt: skip
    return {
        "author": author.pk,
        "email": author.email,
        "challenge": made[0].pk,
        "author_token": tokens.start_family(author, at=now).access,
        "reader_token": tokens.start_family(reader, at=now).access,
    }


def promises() -> dict[str, int]:
    """Keep every promise that is owed, as a worker does that the sweep has rung for."""
    from celery import current_app

    from foundation.models import Promise

    current_app.loader.import_default_modules()  # tasks are found when a worker starts
    owed = list(Promise.objects.filter(kept_at=None).order_by("pk"))
    for row in owed:
        current_app.tasks[row.task](**row.message())
    return {"kept": len(owed)}


if __name__ == "__main__":
    import django

    django.setup()
    json.dump({"rows": rows, "promises": promises}[sys.argv[1]](), sys.stdout)
