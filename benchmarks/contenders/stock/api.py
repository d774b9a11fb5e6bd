"""Serializers and viewsets as REST framework's tutorial would have them."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_headers
from rest_framework import mixins, permissions, serializers, viewsets
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from benchmarks.contenders.stock.models import Challenge, Topic, User


class AuthorSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """Who wrote a challenge."""

    class Meta:
        model = User
        fields = ["id", "display_name"]
        ref_name = None


class TopicField(serializers.SlugRelatedField):  # type: ignore[type-arg]
    """Written as a slug, read as `{slug, name}`."""

    def to_representation(self, obj: Any) -> Any:
        """The topic's slug and name."""
        return {"slug": obj.slug, "name": obj.name}


class ChallengeSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """The fields that the product shows."""

    author = AuthorSerializer(read_only=True)
    topics = TopicField(slug_field="slug", many=True, queryset=Topic._default_manager.all())
    source: Any = serializers.CharField(source="source_document", read_only=True)
    solved = serializers.BooleanField(read_only=True, default=False)
    solutions_count = serializers.IntegerField(read_only=True, default=0)
    accepted_solution = serializers.IntegerField(read_only=True, default=None)

    class Meta:
        model = Challenge
        fields = [
            "id", "author", "topics", "status", "review_reason", "source", "votes_count",
            "created_at", "updated_at", "published_at", "title", "problem", "problem_html",
            "solved", "solutions_count", "accepted_solution",
        ]  # fmt: skip
        read_only_fields = [
            "status", "review_reason", "votes_count", "published_at", "problem_html",
        ]  # fmt: skip
        ref_name = None


class CursorPages(CursorPagination):
    """Pages by keyset, as REST framework has them."""

    page_size = 20
    ordering = ("-published_at", "-id")


class NumberedPages(PageNumberPagination):
    """Pages by number, with the count of all rows."""

    page_size = 20


class ChallengeViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,  # type: ignore[type-arg]
):
    """Challenges for whoever is signed in, computed at each request."""

    queryset = Challenge.objects.for_reading()
    serializer_class = ChallengeSerializer
    pagination_class: Any = CursorPages

    def perform_create(self, serializer: Any) -> None:
        """Save with the author."""
        serializer.save(author=self.request.user)


class NumberedViewSet(ChallengeViewSet):
    """The same with a count."""

    pagination_class = NumberedPages


class CachedViewSet(ChallengeViewSet):
    """The same through `cache_page`, kept by token, as REST framework's guide to caching has it."""

    @method_decorator(cache_page(60))
    @method_decorator(vary_on_headers("Authorization"))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of at most a minute's age."""
        return super().list(request, *args, **kwargs)

    @method_decorator(cache_page(60))
    @method_decorator(vary_on_headers("Authorization"))
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A challenge of at most a minute's age."""
        return super().retrieve(request, *args, **kwargs)


class OpenViewSet(CachedViewSet):
    """The same for anybody: no token is looked at."""

    authentication_classes = []
    permission_classes = [permissions.AllowAny]
