"""Topics over HTTP."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.permissions import CuratorsWrite
from foundation.http.serializers import (
    ShortListField,
    SlugReferenceField,
    StrictModelSerializer,
    StrictSerializer,
)
from foundation.http.shared_answers import SharedAnswersMixin
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings import curating
from learnings.models import Topic, TopicAlias
from learnings.naming import fold
from learnings.rest.v1.filters import TopicFilterSet


class AliasesField(ShortListField):
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


class MergeSerializer(StrictSerializer):
    """Which topic takes the place of another one."""

    into = SlugReferenceField(
        slug_field="slug", queryset=Topic.objects.all(), help_text="Slug of the topic that stays."
    )

    class Meta:
        ref_name = "Merge"


class TopicViewSet(
    ContractMixin,
    SharedAnswersMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet,
):
    """Technologies and concepts. Everybody reads them, curators write.

    READMEs propose topics by naming what the hub does not know. Until a curator confirms them,
    only curators see them, with `?proposed=true`.
    """

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    permission_classes = [CuratorsWrite]
    serializer_class = TopicSerializer
    filterset_class = TopicFilterSet
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,100}"
    ordering_fields = ("name", "created_at")
    made_from = ("topics", "learnings", "challenges")

    def is_shared(self, request: Request) -> bool:
        """Whether this list is the same for everybody: proposed topics are for curators."""
        return "proposed" not in request.query_params

    def is_everybodys(self, row: Topic) -> bool:
        """Whether every reader sees this topic: proposed ones are for curators."""
        return not row.is_proposed

    def get_queryset(self) -> Any:
        """Topics that the reader may see, with what they count and their other names."""
        rows: Any = Topic.objects.with_counts().prefetch_related("alias_rows")
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        if self.action == "list" and self.is_shared(self.request):
            return rows.confirmed()
        return rows.visible_to(self.request.user)

    def get_success_headers(self, data: Any) -> dict[str, str]:
        """Where a new topic is."""
        return {"Location": f"/api/v1/topics/{data['slug']}/"}

    @documented(problems=[403])
    @action(detail=True, methods=["post"])
    def confirm(self, _request: Request, **_kwargs: Any) -> Response:
        """Show a proposed topic to everybody.

        From now on entries show it, and it can be chosen and followed. Confirming again changes
        nothing.
        """
        topic = self.get_object()
        curating.confirm([topic])
        return Response(self.get_serializer(self.get_object()).data)

    @documented(takes=MergeSerializer, problems=[403, 409])
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, **_kwargs: Any) -> Response:
        """Merge a topic into another one.

        The other one takes its entries, its followers and its names, which become aliases; the
        answer is the other one. The slug of what was merged is gone: 404 from now on. Entries do
        not count as edited. `into` names a confirmed topic.
        """
        topic = self.get_object()
        body = MergeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        into = curating.merge(topic, into=body.validated_data["into"])
        return Response(self.get_serializer(self.get_queryset().get(pk=into.pk)).data)
