"""A person's own notifications over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.authentication import signed_in
from foundation.http.filtering import TruthFilter
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from notifications.models import Event, Notification
from notifications.rest.v1.serializers import NotificationSerializer, ReadMarkSerializer


class NotificationFilters(filters.FilterSet):
    """Which notifications."""

    unread = TruthFilter(
        field_name="read_at", lookup_expr="isnull", label="Only those not read yet, or only others."
    )
    event = filters.ChoiceFilter(
        field_name="announcement__event", choices=Event.choices, label="What happened."
    )

    class Meta:
        model = Notification
        fields: list[str] = []


class NotificationViewSet(ContractMixin, mixins.ListModelMixin, GenericViewSet):
    """`notifications/`: nobody sees those of others, whatever their role."""

    serializer_class = NotificationSerializer
    filterset_class = NotificationFilters
    ordering_fields = ("-created_at",)

    def get_queryset(self) -> QuerySet[Notification]:
        """The reader's own."""
        if getattr(self, "swagger_fake_view", False):
            return Notification.objects.none()
        own: QuerySet[Notification] = Notification.objects.visible_to(signed_in(self.request))
        return own.select_related("announcement")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your notifications.

        What concerns you, newest first. `?unread=true` is what a bell would show.
        """
        return super().list(request, *args, **kwargs)

    @documented(takes=ReadMarkSerializer, answers={204: "Marked."})
    @action(detail=False, methods=["post"])
    def read(self, request: Request) -> Response:
        """Mark notifications as read.

        Send either `ids` or `all: true`. Ids that are unknown, read already or somebody else's
        change nothing.
        """
        body = ReadMarkSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        unread = Notification.objects.visible_to(signed_in(request)).unread()
        if "ids" in body.validated_data:
            unread = unread.filter(pk__in=body.validated_data["ids"])
        unread.update(read_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
