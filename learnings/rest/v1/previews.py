"""`POST imports/?preview=true`: what an import would do, told at once and saved nowhere."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone
from drf_yasg import openapi
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import User
from foundation.http.problems import BadParameter
from learnings.importing.previewing import preview
from learnings.rest.v1.import_serializers import ImportRequestSerializer, ReportSerializer

PREVIEW: Final = openapi.Parameter(
    "preview",
    openapi.IN_QUERY,
    type=openapi.TYPE_BOOLEAN,
    description="Answer at once with what an import would do and with the review; save nothing.",
)


class PreviewedChallengeSerializer(serializers.Serializer):
    """A challenge as it was read; `problem` and `solution` are null where the text has none."""

    title = serializers.CharField()
    problem = serializers.CharField(allow_null=True)
    solution = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "PreviewedChallenge"


class RecordsSerializer(serializers.Serializer):
    """What was read, in the order of the document."""

    technologies = serializers.ListField(child=serializers.CharField())
    concepts = serializers.ListField(child=serializers.CharField())
    challenges = PreviewedChallengeSerializer(many=True)
    best_practices = serializers.ListField(child=serializers.CharField())
    takeaways = serializers.ListField(child=serializers.CharField())
    goals = serializers.ListField(child=serializers.CharField())

    class Meta:
        ref_name = "Records"


class PreviewSerializer(serializers.Serializer):
    """What an import of this README would do."""

    title = serializers.CharField()
    report = ReportSerializer()
    records = RecordsSerializer()

    class Meta:
        ref_name = "Preview"


def is_wanted(request: Request) -> bool:
    """Whether the client asked for a preview.

    Raises:
        BadParameter: it says neither true nor false.
    """
    wanted = request.query_params.get(PREVIEW.name, "false")
    if wanted not in {"true", "false"}:
        raise BadParameter(PREVIEW.name, "Either true or false.", code="invalid_choice")
    return wanted == "true"


def preview_of(body: ImportRequestSerializer, *, author: User) -> dict[str, Any]:
    """The preview of a checked request.

    Raises:
        ValidationError: it names an address, which only a worker fetches.
    """
    if "source_url" in body.validated_data:
        told = "Only a file or a text can be previewed: an address is fetched by a worker."
        raise serializers.ValidationError({"source_url": [told]}, "invalid")
    document, content = body.document_and_content()
    previewed = preview(author=author, document=document, content=content, at=timezone.now())
    shown = {
        "title": previewed.reading.title,
        "report": previewed.report,
        "records": previewed.reading.preview(),
    }
    return dict(PreviewSerializer(shown).data)
