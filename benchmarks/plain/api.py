"""One `ModelViewSet` with a router, and an application with Django's usual middleware."""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from rest_framework import parsers, permissions, renderers, serializers, viewsets
from rest_framework.routers import DefaultRouter
from rest_framework_simplejwt.authentication import JWTAuthentication

from accounts.models import User
from benchmarks.plain.models import Challenge
from learnings.models import Topic

USUAL_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


class AuthorSerializer(serializers.ModelSerializer[User]):
    """Who wrote a challenge."""

    class Meta:
        model = User
        fields = ["id", "display_name"]


class ChallengeSerializer(serializers.ModelSerializer[Challenge]):
    """Topics are written and read as slugs."""

    author = AuthorSerializer(read_only=True)
    topics = serializers.SlugRelatedField(
        slug_field="slug", many=True, queryset=Topic.objects.all()
    )

    class Meta:
        model = Challenge
        fields = [
            "id", "author", "topics", "status", "review_reason", "votes_count", "created_at",
            "updated_at", "published_at", "title", "problem", "problem_html",
        ]  # fmt: skip
        read_only_fields = [
            "status", "review_reason", "votes_count", "published_at", "problem_html",
        ]  # fmt: skip


class ChallengeViewSet(viewsets.ModelViewSet[Challenge]):
    """Whoever is signed in is the author."""

    queryset = Challenge._default_manager.select_related("author").prefetch_related("topics")
    serializer_class = ChallengeSerializer
    authentication_classes = [JWTAuthentication]
    permission_classes = [permissions.IsAuthenticated]
    renderer_classes = [renderers.JSONRenderer]
    parser_classes = [parsers.JSONParser]
    filter_backends = []
    pagination_class = None

    def perform_create(self, serializer: Any) -> None:
        """Save with the author."""
        serializer.save(author=self.request.user)


router = DefaultRouter()
router.register("challenges", ChallengeViewSet, basename="plain")
urlpatterns = router.urls


class _Application(WSGIHandler):
    def get_response(self, request: Any) -> Any:
        request.urlconf = __name__
        return super().get_response(request)


def application() -> WSGIHandler:
    """Make the WSGI application."""
    with override_settings(MIDDLEWARE=USUAL_MIDDLEWARE):
        return _Application()
