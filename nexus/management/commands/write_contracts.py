"""`manage.py write_contracts`: put what the API promises under `contracts/`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from nexus import demonstration
from nexus.documentation import openapi_document, swagger_document, written
from nexus.postman import collection, environment
from nexus.settings.environment import ROOT

CONTRACTS = ROOT / "contracts"
SWAGGER = CONTRACTS / "swagger.json"
OPENAPI = CONTRACTS / "openapi.json"
POSTMAN = CONTRACTS / "postman" / "nexus.postman_collection.json"
POSTMAN_ENVIRONMENT = CONTRACTS / "postman" / "nexus.postman_environment.json"


class Command(BaseCommand):
    """Run it when the API changed, and read the difference: it is what clients will notice."""

    help = "Write the API's contracts under contracts/."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the document in both forms, and the Postman collection made from it."""
        self._write(SWAGGER, swagger_document())
        self._write(OPENAPI, openapi_document())
        self._write(POSTMAN, collection(openapi_document()))
        self._write(POSTMAN_ENVIRONMENT, environment(password=demonstration.PASSWORD))

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(written(document), encoding="utf-8")
        self.stdout.write(f"Wrote {path.relative_to(ROOT)}.")
