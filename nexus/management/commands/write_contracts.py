"""`manage.py write_contracts`: put what the API promises under `contracts/`."""

from typing import Any

from django.core.management.base import BaseCommand

from nexus.documentation import contract
from nexus.settings.environment import ROOT

SWAGGER = ROOT / "contracts" / "swagger.json"


class Command(BaseCommand):
    """Run it when the API changed, and read the difference: it is what clients will notice."""

    help = "Write the API's contracts under contracts/."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write `contracts/swagger.json`."""
        SWAGGER.parent.mkdir(exist_ok=True)
        SWAGGER.write_text(contract(), encoding="utf-8")
        self.stdout.write(f"Wrote {SWAGGER.relative_to(ROOT)}.")
