"""Followed sources over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.authentication import signed_in
from foundation.http.serializers import StrictModelSerializer, StrictSerializer
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings import following
from learnings.importing.addresses import AddressRefused
from learnings.models import ImportStatus, Source


class FollowedSourceSerializer(StrictModelSerializer):
    """A README elsewhere that is imported again whenever it changes."""

    problem = serializers.SerializerMethodField(
        help_text="Why the last look, or the import after it, failed; null if neither did."
    )

    class Meta:
        model = Source
        fields = ["id", "url", "checked_at", "problem", "last_run", "created_at"]
        read_only_fields = fields
        extra_kwargs = {
            "url": {"help_text": "The address, written in the one way that the hub writes it."},
            "checked_at": {"help_text": "When it was last looked at; null before the first time."},
            "last_run": {"help_text": "Id of the import that its last change led to, or null."},
        }
        ref_name = "FollowedSource"

    def get_problem(self, source: Source) -> str | None:
        """The reason of the last failure."""
        failed = source.last_run is not None and source.last_run.status == ImportStatus.FAILED
        return source.problem or (source.last_run.error if source.last_run and failed else None)


class SourceRequestSerializer(StrictSerializer):
    """What to follow."""

    url = serializers.CharField(
        max_length=500,
        help_text="A repository on GitHub, such as https://github.com/owner/name, or one file.",
    )

    class Meta:
        ref_name = "SourceRequest"


class SourceViewSet(ContractMixin, mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet):
    """`sources/`: everybody sees and leaves their own."""

    serializer_class = FollowedSourceSerializer
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = ("-created_at",)

    def get_queryset(self) -> QuerySet[Source]:
        """The reader's own."""
        if getattr(self, "swagger_fake_view", False):
            return Source.objects.none()
        own = Source.objects.filter(user=signed_in(self.request))
        return own.select_related("last_run").defer("last_run__content")  # which may be large

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the sources that you follow.

        The newest first, each with the problem of its last look, if there was one.
        """
        return super().list(request, *args, **kwargs)

    @documented(
        takes=SourceRequestSerializer,
        answers={201: FollowedSourceSerializer, 200: FollowedSourceSerializer},
        problems=[409],
    )
    def create(self, request: Request) -> Response:
        """Follow a source.

        Its README is imported at once, and again within about an hour of each change. Following
        twice answers 200 with the source that is there.
        """
        body = SourceRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            source, made = following.follow(
                body.validated_data["url"], by=signed_in(request), at=timezone.now()
            )
        except AddressRefused as error:
            error.pointer = "/url"
            raise
        return Response(
            self.get_serializer(source).data,
            status=status.HTTP_201_CREATED if made else status.HTTP_200_OK,
            headers={"Location": f"/api/v1/sources/{source.pk}/"} if made else None,
        )

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Stop following a source.

        What was imported from it stays.
        """
        return super().destroy(request, *args, **kwargs)
