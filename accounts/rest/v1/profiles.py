"""Who people are: one's own profile and everybody's public one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.models import Cohort, Track, User
from accounts.rest.authentication import signed_in
from accounts.rest.v1.serializers import MeSerializer, PublicUserSerializer
from foundation.http.shared_answers import SharedAnswersMixin
from foundation.http.views import ContractMixin


class MeView(ContractMixin, RetrieveUpdateAPIView):
    """`me/`."""

    serializer_class = MeSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User:
        """Whoever asks, as the database knows them now."""
        user: User = User.objects.with_role().get(pk=self.request.user.pk)
        return user

    def edited_row(self) -> User:
        """Whoever asks."""
        return self.get_object()

    @transaction.atomic
    def perform_update(self, serializer: BaseSerializer) -> None:
        """Save, unless they left while the request was on its way: their row is nameless now.

        Raises:
            AuthenticationFailed: they left, or were deactivated.
        """
        rows = User.objects.select_for_update(no_key=True).filter(is_active=True)
        if rows.filter(pk=self.request.user.pk).first() is None:
            raise AuthenticationFailed("This account was closed meanwhile.", code="token_refused")
        serializer.save()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Read your own profile."""
        return super().get(request, *args, **kwargs)

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Change your own profile.

        Send only what changes. Your address and your role are changed by others.
        """
        return super().patch(request, *args, **kwargs)


class UserFilters(filters.FilterSet):
    """Which people."""

    track = filters.ChoiceFilter(choices=Track.choices, label="The programme they follow.")
    cohort = filters.ModelChoiceFilter(
        field_name="cohorts",
        queryset=Cohort.objects.all(),
        to_field_name="slug",
        label="Slug of a cohort they belong to.",
    )
    search = filters.CharFilter(
        field_name="display_name", lookup_expr="icontains", label="Part of their name."
    )

    class Meta:
        model = User
        fields: list[str] = []


class UserViewSet(ContractMixin, SharedAnswersMixin, ReadOnlyModelViewSet):
    """`users/` and `users/{id}/`."""

    serializer_class = PublicUserSerializer
    filterset_class = UserFilters
    ordering_fields = ("-joined_at",)
    made_from = ("users",)

    def get_queryset(self) -> QuerySet[User]:
        """Active people; a single deactivated one is still there for curators."""
        people = User.objects.with_role()
        if getattr(self, "swagger_fake_view", False):
            nobody: QuerySet[User] = User.objects.none()
            return nobody
        # One page is shared by all readers, so it holds what every one of them may see.
        shown: QuerySet[User] = (
            people.visible_to(signed_in(self.request))
            if self.action == "retrieve"
            else people.filter(is_active=True)
        )
        return shown

    def is_everybodys(self, row: User) -> bool:
        """Whether every reader sees this person: deactivated ones are for curators."""
        return row.is_active

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """List people.

        Public profiles of everybody who is active, newest first.
        """
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Read a public profile."""
        return super().retrieve(request, *args, **kwargs)
