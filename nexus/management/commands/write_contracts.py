"""`manage.py write_contracts`: put what the API promises under `contracts/`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.openapi.compatibility import breaking_changes, is_announced
from nexus.documentation import openapi_document, swagger_document, written
from nexus.settings.environment import ROOT

CONTRACTS = ROOT / "contracts"
SWAGGER = CONTRACTS / "swagger.json"
OPENAPI = CONTRACTS / "openapi.json"
RELEASED = CONTRACTS / "released" / "openapi.json"  # what clients out there were made from


class Command(BaseCommand):
    """Run it when the API changed, and read the difference: it is what clients will notice."""

    help = "Write the API's contracts under contracts/."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what goes beyond the ordinary."""
        parser.add_argument(
            "--break",
            action="store_true",
            dest="may_break",
            help="Write even what breaks clients of the released contract.",
        )
        parser.add_argument(
            "--release",
            action="store_true",
            help="Write contracts/released/openapi.json too: from now on this is promised.",
        )

    def handle(self, *_args: Any, may_break: bool, release: bool, **_options: Any) -> None:
        """Write `contracts/swagger.json` and `contracts/openapi.json`.

        Raises:
            CommandError: clients of the released contract would break, and no version says so.
        """
        document = openapi_document()
        if changes := [] if may_break else unannounced_changes(document):
            listed = "\n".join(f"* {change}" for change in changes)
            raise CommandError(
                f"Clients of the released contract would break:\n{listed}\n"
                "Mend it, raise VERSION in nexus/settings/base.py, or say --break."
            )
        self._write(SWAGGER, swagger_document())
        self._write(OPENAPI, document)
        if release:
            self._write(RELEASED, document)

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(document), encoding="utf-8")
        self.stdout.write(f"Wrote {path.relative_to(ROOT)}.")


def unannounced_changes(document: dict[str, Any]) -> list[str]:
    """What breaks clients of the released contract without a version that says so."""
    if not RELEASED.exists():
        return []
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    return [] if is_announced(released, document) else breaking_changes(released, document)
