"""What a person follows, over HTTP.

Notifications know subjects, short strings; topics and challenges are known only up here. So this
room turns one into the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.fields import DateTimeField
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.authentication import signed_in
from foundation.http.serializers import SlugReferenceField, StrictModelSerializer
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings.models import Challenge, Topic
from notifications.models import Subscription


class SubscriptionSerializer(StrictModelSerializer):
    """Something that the reader follows: a topic or a challenge, the other is null."""

    exactly_one_of = ("topic", "challenge")  # for the documentation
    topic = SlugReferenceField(
        slug_field="slug",
        queryset=Topic.objects.confirmed(),
        required=False,
        help_text="Its slug.",
        style={"shown_as_null": "yes"},  # for the documentation
    )
    challenge = serializers.PrimaryKeyRelatedField(
        queryset=Challenge.objects.none(),
        required=False,
        help_text="Its id.",
        style={"shown_as_null": "yes"},
    )

    class Meta:
        model = Subscription
        fields = ["id", "topic", "challenge", "created_at"]
        read_only_fields = ["id", "created_at"]
        ref_name = "Subscription"

    def get_fields(self) -> dict[str, Any]:
        """The fields; a challenge is chosen among those that the reader may see."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            fields["challenge"].queryset = Challenge.objects.visible_to(request.user)
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len(attrs) != 1:
            raise ValidationError("Send either a topic or a challenge.", "topic_or_challenge")
        return attrs

    def to_representation(self, instance: Subscription) -> dict[str, Any]:
        """The subscription with its subject taken apart again."""
        kind, _, key = instance.subject.partition(":")
        created_at = DateTimeField().to_representation(instance.created_at)
        shown = {
            "id": instance.pk,
            "topic": self.context["slugs"].get(int(key)) if kind == "topic" else None,
            "challenge": int(key) if kind == "challenge" else None,
            "created_at": created_at,
        }
        return {name: value for name, value in shown.items() if name in self.fields}


class SubscriptionViewSet(
    ContractMixin, mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet
):
    """`subscriptions/`: everybody sees and ends their own."""

    serializer_class = SubscriptionSerializer
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = ("-created_at",)

    def get_queryset(self) -> QuerySet[Subscription]:
        """The reader's own."""
        if getattr(self, "swagger_fake_view", False):
            return Subscription.objects.none()
        return Subscription.objects.filter(user=signed_in(self.request))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The serializer, knowing the slugs of all topics that it will show."""
        shown = args[0] if args else []
        rows = shown if isinstance(shown, list) else [shown]
        kwargs["context"] = {**self.get_serializer_context(), "slugs": slugs_of(rows)}
        return super().get_serializer(*args, **kwargs)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what you follow.

        Topics and challenges, the newest subscription first.
        """
        return super().list(request, *args, **kwargs)

    @documented(answers={201: SubscriptionSerializer, 200: SubscriptionSerializer})
    def create(self, request: Request) -> Response:
        """Follow a topic or a challenge.

        Send either `topic`, a slug, or `challenge`, an id. You are then told of new entries under
        the topic, or of what happens to the challenge. Following twice answers 200 with the
        subscription that is there.
        """
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        (followed,) = body.validated_data.values()
        subscription, made = Subscription.objects.get_or_create(
            user=signed_in(request), subject=followed.subject
        )
        return Response(
            self.get_serializer(subscription).data,
            status=status.HTTP_201_CREATED if made else status.HTTP_200_OK,
            headers={"Location": f"/api/v1/subscriptions/{subscription.pk}/"} if made else None,
        )

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Stop following."""
        return super().destroy(request, *args, **kwargs)


def slugs_of(subscriptions: Iterable[Any]) -> dict[int, str]:
    """Slugs by id of the topics that these subscriptions follow, in one query."""
    subjects = [row.subject for row in subscriptions if isinstance(row, Subscription)]
    ids = [int(text.removeprefix("topic:")) for text in subjects if text.startswith("topic:")]
    return dict(Topic.objects.filter(pk__in=ids).values_list("pk", "slug")) if ids else {}
