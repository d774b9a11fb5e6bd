"""The shapes of entries, as the contract lists them."""

from __future__ import annotations

from typing import Any

from drf_yasg.utils import swagger_serializer_method
from rest_framework import serializers

from accounts.models import User
from accounts.rest.v1.serializers import PublicUserSerializer
from foundation.http.serializers import (
    ModelSerializer,
    SlugReferenceField,
    SlugReferencesField,
    StrictModelSerializer,
    StrictSerializer,
)
from learnings.models import (
    MAX_FOREMOST,
    Challenge,
    Entry,
    Learning,
    Solution,
    Topic,
)
from learnings.rest.v1.topics import TopicSerializer

ENTRY_FIELDS = [
    "id", "author", "topics", "status", "review_reason", "source", "votes_count",
    "created_at", "updated_at", "published_at",
]  # fmt: skip
ENTRY_READ_ONLY = [name for name in ENTRY_FIELDS if name != "topics"]
SOLUTIONS_HELP = (
    "Only with `expand=solutions`. The published ones, the accepted one first, then by votes: "
    f"at most {MAX_FOREMOST}. All are at `challenges/{{id}}/solutions/`."
)


class AuthorSerializer(ModelSerializer):
    """Who wrote an entry."""

    class Meta:
        model = User
        fields = ["id", "display_name"]
        ref_name = "Author"

    def only_expanded(self) -> dict[str, serializers.Field]:
        """What else of a public profile is there, for the documentation."""
        return _further(PublicUserSerializer(), than=self, parameter="expand=author")


class ExpandedAuthorSerializer(PublicUserSerializer):
    """An author's public profile inside of an entry."""

    def to_representation(self, instance: User) -> dict[str, Any]:
        """The profile; of somebody whose own page is closed only what every entry shows."""
        shown: dict[str, Any] = super().to_representation(instance)
        return shown if instance.is_active else {**shown, "bio": "", "github_url": ""}


class TopicReferenceSerializer(ModelSerializer):
    """A topic as entries name it."""

    class Meta:
        model = Topic
        fields = ["slug", "name"]
        ref_name = "TopicReference"

    def only_expanded(self) -> dict[str, serializers.Field]:
        """What else of a topic is there, for the documentation."""
        return _further(TopicSerializer(), than=self, parameter="expand=topics")


def _further(
    whole: serializers.Serializer, *, than: serializers.Serializer, parameter: str
) -> dict[str, serializers.Field]:
    """Fields that the short form lacks, each with the parameter that brings it."""
    found = {name: field for name, field in whole.fields.items() if name not in than.fields}
    for field in found.values():
        field.help_text = f"Only with `{parameter}`. {field.help_text or ''}".strip()
    return found


class TopicReferenceField(SlugReferenceField):
    """Written as a slug, read as `{slug, name}`."""

    shown_as = TopicReferenceSerializer  # for the documentation

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="slug", queryset=Topic.objects.all(), **options)

    def get_queryset(self) -> Any:
        """Topics that everybody sees; narrowed down only where somebody chooses one."""
        rows: Any = super().get_queryset()
        return rows.confirmed()

    def to_representation(self, obj: Topic) -> dict[str, str]:  # type: ignore[override]
        """The topic's slug and name."""
        return {"slug": obj.slug, "name": obj.name}


class TopicReferencesField(SlugReferencesField):
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
    repository = serializers.CharField(allow_null=True)
    commit = serializers.CharField(allow_null=True)
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

    def __init__(self, *args: Any, expand: frozenset[str] = frozenset(), **options: Any) -> None:
        self.expand = expand  # what to embed whole: of an entry inside of another, nothing
        super().__init__(*args, **options)

    def get_fields(self) -> dict[str, Any]:
        """The fields, some of them as whole objects."""
        fields: dict[str, Any] = super().get_fields()
        if "author" in self.expand:
            fields["author"] = ExpandedAuthorSerializer(read_only=True)
        if "topics" in self.expand:
            fields["topics"] = TopicSerializer(many=True, read_only=True)
        return fields

    def create(self, validated_data: dict[str, Any]) -> Entry:
        """Write the entry with its topics."""
        rows: Any = self.Meta.model._default_manager  # type: ignore[attr-defined]
        entry: Entry = rows.create_with_topics(validated_data.pop("topics", []), **validated_data)
        return entry

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

    def get_fields(self) -> dict[str, Any]:
        """The fields; with the solutions if they were asked for."""
        fields: dict[str, Any] = super().get_fields()
        return {**fields, **self.only_expanded()} if "solutions" in self.expand else fields

    def only_expanded(self) -> dict[str, serializers.Field]:
        """What is there only with an expansion."""
        solutions = SolutionSerializer(
            many=True, read_only=True, source="foremost_solutions", help_text=SOLUTIONS_HELP
        )
        return {"solutions": solutions}

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
