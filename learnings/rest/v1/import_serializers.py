"""The shapes of imports, as the contract lists them."""

from __future__ import annotations

from typing import Any

from drf_yasg.utils import swagger_serializer_method
from rest_framework import serializers

from foundation.http.serializers import StrictSerializer
from learnings.models import EntryType, ImportRun, ImportStatus


class FindingSerializer(serializers.Serializer):
    """One thing that the author could mend."""

    code = serializers.CharField()
    line = serializers.IntegerField(help_text="0 for the whole document.")
    why = serializers.CharField()
    mend = serializers.CharField()

    class Meta:
        ref_name = "Finding"


class ReportSerializer(serializers.Serializer):
    """What an import did."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField(
        help_text="Drafts rewritten, and changes of published entries proposed as revisions."
    )
    unchanged = serializers.IntegerField()
    gone = serializers.IntegerField(help_text="Entries that the document has held until now; kept.")
    conflicts = serializers.IntegerField(help_text="Edited on the hub, so not overwritten.")
    findings = FindingSerializer(many=True)

    class Meta:
        ref_name = "Report"


class ToldTypeField(serializers.ChoiceField):
    """The type of an entry, which an import's row names in lower case."""

    def to_representation(self, value: str) -> str:
        """`LEARNING`, `CHALLENGE` or `SOLUTION`, as everywhere in the API."""
        return value.upper()


class ImportedEntrySerializer(serializers.Serializer):
    """One entry that an import made or met."""

    type = ToldTypeField(choices=EntryType.choices)
    id = serializers.IntegerField()
    action = serializers.ChoiceField(
        choices=["CREATE", "UPDATE", "PROPOSE", "UNCHANGED", "CONFLICT", "GONE"]
    )
    first_line = serializers.IntegerField()
    last_line = serializers.IntegerField()

    class Meta:
        ref_name = "ImportedEntry"


class ImportSerializer(serializers.ModelSerializer):
    """An import and how far it is. `report` is null until it is done."""

    report = serializers.SerializerMethodField()
    entries = ImportedEntrySerializer(many=True, read_only=True)
    error = serializers.SerializerMethodField(help_text="Why it failed, or null.")
    source_url = serializers.SerializerMethodField(
        help_text="Where it was fetched; null for one that was sent."
    )

    class Meta:
        model = ImportRun
        fields = [
            "id", "document", "source_url", "status", "progress", "report", "entries", "error",
            "created_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields
        ref_name = "Import"

    @swagger_serializer_method(ReportSerializer)
    def get_report(self, run: ImportRun) -> dict[str, Any] | None:
        """The counts and findings."""
        return run.report if run.status == ImportStatus.DONE else None

    def get_error(self, run: ImportRun) -> str | None:
        """The reason of a failure."""
        return run.error or None

    def get_source_url(self, run: ImportRun) -> str | None:
        """The address, as the hub writes it."""
        return run.source_url or None


class ImportRequestSerializer(StrictSerializer):
    """A README: as a file (`multipart/form-data`), as text, or by its address."""

    exactly_one_of = ("file", "text", "source_url")  # for the documentation
    file = serializers.FileField(required=False, allow_empty_file=True, max_length=255)
    text = serializers.CharField(required=False, trim_whitespace=False, allow_blank=True)
    document = serializers.CharField(
        required=False, max_length=255, help_text="The document's name; README.md by default."
    )
    source_url = serializers.CharField(
        required=False,
        max_length=500,
        help_text="A repository on GitHub, such as https://github.com/owner/name, or one file.",
    )

    class Meta:
        ref_name = "ImportRequest"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of file, text and address; an address brings the document's name."""
        if len({"file", "text", "source_url"} & set(attrs)) != 1:
            raise serializers.ValidationError(
                "Send exactly one of file, text and source_url.", "file_or_text"
            )
        if {"source_url", "document"} <= set(attrs):
            raise serializers.ValidationError(
                {"document": ["What is fetched has a name already."]}, "read_only"
            )
        return attrs

    def document_and_content(self) -> tuple[str, bytes]:
        """The document's name and its bytes."""
        given = self.validated_data
        if "file" in given:
            return given.get("document") or given["file"].name, given["file"].read()
        return given.get("document", "README.md"), given["text"].encode()


class SubmittedSerializer(serializers.Serializer):
    """How many drafts of an import went into review."""

    submitted = serializers.IntegerField()

    class Meta:
        ref_name = "Submitted"
