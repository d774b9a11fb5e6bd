"""Topics over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.permissions import CuratorsWrite
from foundation.http.filtering import StrictQueryMixin
from foundation.http.shared_lists import SharedListMixin
from foundation.openapi.describing import documented
from learnings import curating
from learnings.models import Topic
from learnings.rest.v1.filters import TopicFilterSet
from learnings.rest.v1.serializers import TopicSerializer


class TopicViewSet(
    StrictQueryMixin,
    SharedListMixin,
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

    def get_queryset(self) -> Any:
        """Topics that the reader may see, with what they count and their other names."""
        rows: Any = Topic.objects.with_counts().prefetch_related("alias_rows")
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        if self.action == "list" and self.is_shared(self.request):
            return rows.confirmed()
        return rows.visible_to(self.request.user)

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
