"""`manage.py write_contracts`: put what the API promises under `contracts/`."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from foundation.openapi.compatibility import breaking_changes, is_announced
from nexus import demonstration
from nexus.documentation import openapi_document, swagger_document, written
from nexus.examples import ANSWERS, SOURCES, by_shape
from nexus.postman import collection, environment
from nexus.settings.environment import ROOT

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # in the examples
CONTRACTS = ROOT / "contracts"
SWAGGER = CONTRACTS / "swagger.json"
OPENAPI = CONTRACTS / "openapi.json"
POSTMAN = CONTRACTS / "postman" / "nexus.postman_collection.json"
POSTMAN_ENVIRONMENT = CONTRACTS / "postman" / "nexus.postman_environment.json"
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
            "--examples",
            action="store_true",
            help="First take the examples anew from a demo. Wants NEXUS_DEMO=1 and an empty hub.",
        )
        parser.add_argument(
            "--release",
            action="store_true",
            help="Write contracts/released/openapi.json too: from now on this is promised.",
        )

    def handle(
        self, *_args: Any, may_break: bool, release: bool, examples: bool, **_options: Any
    ) -> None:
        """Write the document in both forms, and the Postman collection made from it.

        Raises:
            CommandError: clients of the released contract would break, and no version says so;
                or examples were asked for where the demo was made before.
        """
        if examples:
            self._take_examples()
        document = openapi_document()
        if changes := [] if may_break else unannounced_changes(document):
            listed = "\n".join(f"* {change}" for change in changes)
            raise CommandError(
                f"Clients of the released contract would break:\n{listed}\n"
                "Mend it, raise VERSION in nexus/settings/base.py, or say --break."
            )
        self._write(SWAGGER, swagger_document())
        self._write(OPENAPI, document)
        self._write(POSTMAN, collection(document))
        self._write(POSTMAN_ENVIRONMENT, environment(password=demonstration.PASSWORD))
        if release:
            self._write(RELEASED, document)

    def _take_examples(self) -> None:
        """Make the demo, ask it, and take it back."""
        with transaction.atomic():
            if not demonstration.set_up(at=NOON):
                raise CommandError(
                    "The demo was made here before: take examples from an empty hub."
                )
            made = {name: _asked(*source) for name, source in SOURCES.items()}
            transaction.set_rollback(True)
        by_shape.cache_clear()
        ANSWERS.write_text(written(made), encoding="utf-8")
        self.stdout.write(f"Wrote {ANSWERS.relative_to(ROOT)}.")

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(document), encoding="utf-8")
        self.stdout.write(f"Wrote {path.relative_to(ROOT)}.")


def _asked(address: str, email: str) -> Any:
    """What the demo answers, of a list its first row; the clock of the machine left out."""
    client = APIClient(SERVER_NAME="localhost", HTTP_X_REQUEST_ID="example")
    client.force_authenticate(User.objects.get(email=email))
    answer = client.get(f"/api/v1/{address}").json()
    row = answer["results"][0] if "results" in answer else answer
    today = timezone.now().date().isoformat()
    text = re.sub(rf'"{today}T[^"]*"', json.dumps(NOON.isoformat()), json.dumps(row))
    return json.loads(text.replace("+00:00", "Z"))


def unannounced_changes(document: dict[str, Any]) -> list[str]:
    """What breaks clients of the released contract without a version that says so."""
    if not RELEASED.exists():
        return []
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    return [] if is_announced(released, document) else breaking_changes(released, document)
