"""README imports over HTTP."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from accounts.rest.authentication import signed_in
from foundation.http.parsers import BodyTooLarge, StrictJSONParser
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings.importing import addresses, runs
from learnings.models import ImportRun, ImportStatus
from learnings.rest.v1 import previews
from learnings.rest.v1.import_serializers import (
    ImportRequestSerializer,
    ImportSerializer,
    SubmittedSerializer,
)

MAX_UPLOAD = 4 * 1024 * 1024  # bytes of a whole request


class ImportJSONParser(StrictJSONParser):
    """JSON with room for a README as text."""

    max_size = MAX_UPLOAD


class ImportFormParser(MultiPartParser):
    """A form with a file, refused by its announced length before it is read."""

    def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        """Parse the form.

        Raises:
            BodyTooLarge: the request is longer than `MAX_UPLOAD`.
        """
        length = self._announced_length(
            kwargs.get("parser_context") or (args[1] if args[1:] else {})
        )
        if length > MAX_UPLOAD:
            raise BodyTooLarge
        return super().parse(stream, *args, **kwargs)

    @staticmethod
    def _announced_length(context: Any) -> int:
        text = context["request"].META.get("CONTENT_LENGTH") or "0"
        return int(text) if text.isdecimal() else 0


class ImportFilterSet(filters.FilterSet):
    """Filters of imports."""

    status = filters.ChoiceFilter(choices=ImportStatus.choices)

    class Meta:
        model = ImportRun
        fields: ClassVar[list[str]] = []


class ImportViewSet(
    ContractMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet
):
    """READMEs read into drafts by a worker."""

    serializer_class = ImportSerializer
    filterset_class = ImportFilterSet
    rate_scopes = {"create": ("import",)}
    parser_classes = [ImportJSONParser, ImportFormParser]
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = ("-created_at",)
    query_parameters: ClassVar = {"create": frozenset({previews.PREVIEW.name})}

    def get_queryset(self) -> QuerySet[Any]:
        """The reader's own imports; curators see all. Without the texts, which may be large."""
        if getattr(self, "swagger_fake_view", False):
            return ImportRun.objects.none()
        return ImportRun.objects.visible_to(signed_in(self.request)).defer("content")

    @documented(
        takes=ImportRequestSerializer,
        asks=[previews.PREVIEW],
        answers={200: previews.PreviewSerializer, 202: ImportSerializer},
        problems=[413, 415],
    )
    def create(self, request: Request) -> Response:
        """Import a README.

        A worker reads it into drafts of yours; the answer's `Location` tells how far it is.
        With `preview=true` a file or a text is read at once: 200 tells what an import would do
        and what its review says, and nothing is saved.
        """
        is_preview = previews.is_wanted(request)
        body = ImportRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            if is_preview:
                return Response(previews.preview_of(body, author=signed_in(request)))
            run = self._start(body, by=signed_in(request))
        except runs.DocumentEmpty as error:
            error.pointer = "/text" if "text" in body.validated_data else "/file"
            raise
        return Response(
            self.get_serializer(run).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/imports/{run.pk}/"},
        )

    @staticmethod
    def _start(body: ImportRequestSerializer, *, by: User) -> ImportRun:
        now = timezone.now()
        if "source_url" not in body.validated_data:
            document, content = body.document_and_content()
            return runs.start(author=by, document=document, content=content, at=now)
        try:
            address = addresses.parse(body.validated_data["source_url"], hosts=runs.source_hosts())
        except addresses.AddressRefused as error:
            error.pointer = "/source_url"
            raise
        return runs.start_from(address, author=by, at=now)

    @documented(answers={200: SubmittedSerializer}, problems=[403])
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, **_kwargs: Any) -> Response:
        """Submit all drafts of this import for review."""
        submitted = runs.submit_drafts(self.get_object(), by=signed_in(request), at=timezone.now())
        return Response(SubmittedSerializer({"submitted": submitted}).data)
