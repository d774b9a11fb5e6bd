"""The shapes of topics, entries and imports, as the contract lists them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_yasg.utils import swagger_serializer_method
from rest_framework import serializers

from accounts.models import User
from foundation.http.serializers import (
    SlugReferenceField,
    StrictModelSerializer,
    StrictSerializer,
)
from learnings.models import (
    Challenge,
    Entry,
    ImportRun,
    ImportStatus,
    Learning,
    Solution,
    Topic,
    TopicAlias,
)
from learnings.naming import fold

ENTRY_FIELDS = [
    "id", "author", "topics", "status", "review_reason", "source", "votes_count",
    "created_at", "updated_at", "published_at",
]  # fmt: skip
ENTRY_READ_ONLY = [name for name in ENTRY_FIELDS if name != "topics"]


class AuthorSerializer(serializers.ModelSerializer):
    """Who wrote an entry."""

    class Meta:
        model = User
        fields = ["id", "display_name"]
        ref_name = "Author"


class TopicReferenceSerializer(serializers.ModelSerializer):
    """A topic as entries name it."""

    class Meta:
        model = Topic
        fields = ["slug", "name"]
        ref_name = "TopicReference"


class TopicReferenceField(SlugReferenceField):
    """Written as a slug, read as `{slug, name}`."""

    shown_as = TopicReferenceSerializer  # for the documentation

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="slug", queryset=Topic.objects.confirmed(), **options)

    def to_representation(self, obj: Topic) -> dict[str, str]:  # type: ignore[override]
        """The topic's slug and name."""
        return {"slug": obj.slug, "name": obj.name}


class TopicReferencesField(serializers.ListField):
    """An entry's topics. Unlike REST framework's own list of relations, it names the wrong one."""

    child = TopicReferenceField()

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, **options)

    def get_attribute(self, instance: Entry) -> list[Topic]:
        """The topics, fetched along with the entry; proposed ones show once they are confirmed."""
        return [topic for topic in instance.topics.all() if not topic.is_proposed]


class SourceSerializer(serializers.Serializer):
    """Where an imported entry was read."""

    document = serializers.CharField()
    repository = serializers.CharField()
    commit = serializers.CharField()
    first_line = serializers.IntegerField()
    last_line = serializers.IntegerField()

    class Meta:
        ref_name = "Source"


class EntrySerializer(StrictModelSerializer):
    """What learnings, challenges and solutions share."""

    author = AuthorSerializer(read_only=True)
    topics = TopicReferencesField(required=False)
    review_reason = serializers.SerializerMethodField(
        help_text="Why it was sent back; null for everybody but its author and curators."
    )
    source: Any = serializers.SerializerMethodField(
        help_text="Where it was read; null if it was typed in."
    )

    def validate_topics(self, topics: list[Topic]) -> list[Topic]:
        """Choose among what is shown: the proposed topics of an entry stay with it."""
        if not isinstance(self.instance, Entry):
            return topics
        return [*topics, *(topic for topic in self.instance.topics.all() if topic.is_proposed)]

    def get_review_reason(self, entry: Entry) -> str | None:
        """The reason, for those whom it concerns. A published entry has none."""
        user = self.context["request"].user
        concerned = user.is_authenticated and (entry.author_id == user.pk or user.curates)
        return entry.review_reason or None if concerned else None

    @swagger_serializer_method(SourceSerializer)
    def get_source(self, entry: Entry) -> dict[str, Any] | None:
        """Document, repository, commit and lines."""
        if not entry.source_digest:
            return None
        return {
            "document": entry.source_document,
            "repository": entry.source_repository or None,
            "commit": entry.source_commit or None,
            "first_line": entry.source_first_line,
            "last_line": entry.source_last_line,
        }


class LearningSerializer(EntrySerializer):
    """Something learned."""

    class Meta:
        model = Learning
        fields = [*ENTRY_FIELDS, "kind", "title", "body", "body_html"]
        read_only_fields = [*ENTRY_READ_ONLY, "body_html"]
        ref_name = "Learning"


class ChallengeSerializer(EntrySerializer):
    """A problem that somebody met."""

    solved = serializers.SerializerMethodField(
        help_text="Whether a published solution was accepted."
    )
    solutions_count = serializers.SerializerMethodField(help_text="Published solutions.")
    accepted_solution = serializers.SerializerMethodField(
        help_text="Id of the published accepted solution, or null."
    )

    class Meta:
        model = Challenge
        fields = [
            *ENTRY_FIELDS, "title", "problem", "problem_html", "solved", "solutions_count",
            "accepted_solution",
        ]  # fmt: skip
        read_only_fields = [*ENTRY_READ_ONLY, "problem_html"]
        ref_name = "Challenge"

    # A challenge that was made a moment ago was not annotated, and has no solutions.

    def get_solved(self, challenge: Challenge) -> bool:
        """Whether there is an accepted solution."""
        return self.get_accepted_solution(challenge) is not None

    def get_solutions_count(self, challenge: Challenge) -> int:
        """How many published solutions there are."""
        return getattr(challenge, "solutions_count", 0)

    def get_accepted_solution(self, challenge: Challenge) -> int | None:
        """The accepted one's id."""
        return getattr(challenge, "accepted_solution_id", None)


class SolutionSerializer(EntrySerializer):
    """How somebody solved a challenge."""

    challenge = serializers.PrimaryKeyRelatedField(queryset=Challenge.objects.none())

    class Meta:
        model = Solution
        fields = [*ENTRY_FIELDS, "challenge", "body", "body_html", "accepted"]
        read_only_fields = [*ENTRY_READ_ONLY, "body_html", "accepted"]
        ref_name = "Solution"

    def get_fields(self) -> dict[str, Any]:
        """The fields; a challenge is chosen among those that the author may see, and kept."""
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        if self.instance is not None or "challenge" in self.context:
            fields["challenge"] = serializers.PrimaryKeyRelatedField(read_only=True)
        elif request is not None:
            fields["challenge"].queryset = Challenge.objects.visible_to(request.user)
        return fields


class RejectionSerializer(StrictSerializer):
    """Why an entry goes back to its author."""

    reason = serializers.CharField(max_length=2000)

    class Meta:
        ref_name = "Rejection"


class AliasesField(serializers.ListField):
    """A topic's other names."""

    child = serializers.CharField(max_length=100)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=50, **options)

    def get_attribute(self, instance: Topic) -> list[str]:
        """The names, fetched along with the topic."""
        return [alias.name for alias in instance.alias_rows.all()]


class TopicSerializer(StrictModelSerializer):
    """A technology or a concept."""

    slug = serializers.SlugField(max_length=100, required=False)
    aliases = AliasesField(required=False)
    learnings_count = serializers.SerializerMethodField(help_text="Published ones.")
    challenges_count = serializers.SerializerMethodField(help_text="Published ones.")

    class Meta:
        model = Topic
        fields = ["slug", "name", "kind", "aliases", "learnings_count", "challenges_count"]
        ref_name = "Topic"

    def get_learnings_count(self, topic: Topic) -> int:
        """Published learnings under this topic; none yet for one just made."""
        return getattr(topic, "learnings_count", 0)

    def get_challenges_count(self, topic: Topic) -> int:
        """Published challenges under this topic; none yet for one just made."""
        return getattr(topic, "challenges_count", 0)

    def validate_slug(self, slug: str) -> str:
        """Each slug leads to one topic."""
        if self._others().filter(slug=slug).exists():
            raise serializers.ValidationError("Another topic has this slug.", "taken")
        return slug

    def validate_name(self, name: str) -> str:
        """Each name means one topic."""
        self._require_free([name])
        return name

    def validate_aliases(self, aliases: list[str]) -> list[str]:
        """Each alias means one topic, and is given once."""
        self._require_free(aliases)
        return list({fold(alias): alias for alias in aliases}.values())

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a name whose slug is another topic's: "C#" and "C++" are both `c`."""
        if self.instance is None and "slug" not in attrs:
            try:
                self.validate_slug(Topic.slug_of(attrs["name"]))
            except serializers.ValidationError as error:
                raise serializers.ValidationError({"slug": error.detail}) from error
        return attrs

    def _others(self) -> Any:
        if isinstance(self.instance, Topic):
            return Topic.objects.exclude(pk=self.instance.pk)
        return Topic.objects.all()

    def _require_free(self, names: list[str]) -> None:
        if taken := self._others().named(names):
            listed = ", ".join(sorted(taken))
            raise serializers.ValidationError(f"Means another topic already: {listed}.", "taken")

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Topic:
        """Make the topic and its aliases."""
        aliases = validated_data.pop("aliases", [])
        topic = Topic.objects.create(**validated_data)
        _name_also(topic, aliases)
        return topic

    @transaction.atomic
    def update(self, instance: Topic, validated_data: dict[str, Any]) -> Topic:
        """Change the topic; aliases given replace the old ones."""
        aliases = validated_data.pop("aliases", None)
        topic: Topic = super().update(instance, validated_data)
        if aliases is not None:
            topic.alias_rows.all().delete()
            _name_also(topic, aliases)
        return topic


def _name_also(topic: Topic, aliases: list[str]) -> None:
    for name in aliases:
        TopicAlias.objects.create(topic=topic, name=name)


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


class ImportedEntrySerializer(serializers.Serializer):
    """One entry that an import made or met."""

    type = serializers.ChoiceField(choices=["learning", "challenge", "solution"])
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
