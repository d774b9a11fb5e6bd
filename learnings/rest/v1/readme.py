"""A person's README over HTTP, written from their entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_yasg import openapi
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.rest.authentication import signed_in
from foundation.http.problems import BadParameter
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings.exporting.collecting import readme_of
from learnings.exporting.writing import write
from learnings.importing.parsing.form import Shape

_SHAPE = openapi.Parameter(
    "shape",
    openapi.IN_QUERY,
    description="What it looks like: records under headings, in tables, or as labelled pairs.",
    type=openapi.TYPE_STRING,
    enum=[shape.value for shape in Shape],
    default=Shape.HEADINGS.value,
)
_README = openapi.Response("The README.", openapi.Schema(type=openapi.TYPE_STRING))


class MarkdownRenderer(BaseRenderer):
    """Markdown as it is; problems, which have a media type of their own, as JSON."""

    media_type = "text/markdown"
    format = "markdown"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Encode the text."""
        if isinstance(data, str):
            return data.encode()
        encoded: bytes = JSONRenderer().render(data, accepted_media_type, renderer_context)
        return encoded


class ReadmeView(ContractMixin, APIView):
    """`users/{id}/readme/`."""

    renderer_classes = [MarkdownRenderer]
    http_method_names = ["get", "head", "options"]
    query_parameters = {"": frozenset({"shape"})}  # a view without actions has the nameless one

    @documented(name="getUserReadme", asks=[_SHAPE], answers={200: _README})
    def get(self, request: Request, id: int) -> Response:  # noqa: A002 - as in users/{id}/
        """Write a person's README.

        Their published entries in the order of their documents; your own with drafts and all
        but what you retracted. Importing it again gives the same entries.
        """
        shape = _shape(request.query_params.get("shape", Shape.HEADINGS.value))
        reader = signed_in(request)
        author = get_object_or_404(User.objects.visible_to(reader), pk=id)
        return Response(write(readme_of(author, reader=reader), shape))


def _shape(name: str) -> Shape:
    try:
        return Shape(name)
    except ValueError:
        choices = ", ".join(Shape)
        raise BadParameter("shape", f"Choose one of {choices}.", code="invalid_choice") from None
