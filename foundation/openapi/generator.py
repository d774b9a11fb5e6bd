"""The whole document, the same for whoever asks and wherever the hub is served."""

from __future__ import annotations

from typing import Any, Final

import uritemplate
from django.http import HttpRequest
from drf_yasg import openapi
from drf_yasg.generators import OpenAPISchemaGenerator
from rest_framework.request import Request

from foundation.http.problems import MEDIA_TYPE
from foundation.openapi import shared
from foundation.openapi.operations import BASE
from foundation.openapi.shared import ID, LONGEST_ID, SLUG

LONGEST_NUMBER: Final = 10**9 - 1


class DocumentGenerator(OpenAPISchemaGenerator):
    """Makes the document once per process: the code that it describes does not change."""

    produces: list[str]
    tags: tuple[dict[str, str], ...] = ()  # in the order in which people should meet them

    def examples(self) -> dict[str, Any]:
        """Examples by the names of their definitions; none here."""
        return {}

    def get_schema(
        self,
        request: Any = None,  # noqa: ARG002 - drf-yasg's signature
        public: bool = False,  # noqa: ARG002, FBT001, FBT002
    ) -> openapi.Swagger:
        """The document. Without a host: whoever reads it got it from there."""
        if self._is_for_a_page:
            return super().get_schema(_nobodys_request(), public=True)
        if type(self) not in _made:
            _made[type(self)] = self._make()
        return _made[type(self)]

    def _make(self) -> openapi.Swagger:
        """Read all views, which takes a good part of a second."""
        made = super().get_schema(_nobodys_request(), public=True)
        made["tags"] = [dict(tag) for tag in self.tags]
        made["parameters"] = dict(shared.PARAMETERS)
        made["responses"] = shared.responses()
        for name, example in self.examples().items():
            if name in made["definitions"]:
                made["definitions"][name]["example"] = example
        return made

    @property
    def _is_for_a_page(self) -> bool:
        # The pages of Swagger UI and ReDoc fetch the document; themselves they show only its title.
        patterns: list[Any] | None = self._gen.patterns
        return patterns == []

    def get_paths(self, *args: Any, **kwargs: Any) -> Any:
        """All operations. What each of them can answer with includes a problem."""
        self.produces = [*self.produces, MEDIA_TYPE]
        return super().get_paths(*args, **kwargs)

    def determine_path_prefix(self, paths: list[str]) -> str:  # noqa: ARG002 - drf-yasg's signature
        """The API's base, which drf-yasg would guess from the addresses."""
        return BASE

    def get_path_parameters(
        self,
        path: str,
        view_cls: Any,  # noqa: ARG002 - drf-yasg's signature
    ) -> list[openapi.Parameter]:
        """Ids and numbers are whole, everything else in an address is a slug."""
        return [
            openapi.Parameter(name=name, in_=openapi.IN_PATH, required=True, **_key(name))
            for name in sorted(uritemplate.variables(path))
        ]


def _key(name: str) -> dict[str, Any]:
    if name.endswith("id"):
        return {"type": openapi.TYPE_INTEGER, **ID, "maximum": LONGEST_ID}
    if name == "number":
        return {"type": openapi.TYPE_INTEGER, "minimum": 1, "maximum": LONGEST_NUMBER}
    return {"type": openapi.TYPE_STRING, "pattern": SLUG, "min_length": 1, "max_length": 100}


_made: dict[type[DocumentGenerator], openapi.Swagger] = {}


def _nobodys_request() -> Request:
    """A request without anything, because some views look at theirs to say what they do."""
    request = HttpRequest()
    request.method = "GET"
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    return Request(request)
