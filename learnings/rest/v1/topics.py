"""Topics over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.viewsets import GenericViewSet

from accounts.rest.permissions import CuratorsWrite
from foundation.http.filtering import StrictQueryMixin
from foundation.http.shared_lists import SharedListMixin
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
    """Technologies and concepts. Everybody reads them, curators write."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    permission_classes = [CuratorsWrite]
    serializer_class = TopicSerializer
    filterset_class = TopicFilterSet
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,100}"
    ordering_fields = ("name", "created_at")
    made_from = ("topics", "learnings", "challenges")

    def get_queryset(self) -> QuerySet[Any]:
        """All topics, with what they count and their other names."""
        return Topic.objects.with_counts().prefetch_related("alias_rows")
