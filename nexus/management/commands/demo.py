"""`manage.py demo`: the demo's people and content, without serving."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import NexusError
from nexus import demonstration


class Command(BaseCommand):
    """Make the demo once."""

    help = "Make the demo accounts and their content, unless they are there. Wants NEXUS_DEMO=1."

    def handle(self, **_options: Any) -> None:
        """Make it and say what was done.

        Raises:
            CommandError: demo data is not switched on, or could not be made.
        """
        try:
            made = demonstration.set_up(at=timezone.now())
        except NexusError as error:
            raise CommandError(str(error)) from error
        if made:
            self.stdout.write("The demo is ready. Its accounts share one password:")
            for account in demonstration.ACCOUNTS:
                self.stdout.write(f"  {account.email}  {demonstration.PASSWORD}  {account.role}")
        else:
            self.stdout.write("The demo was made before; nothing was changed.")
