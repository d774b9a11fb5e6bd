"""Personal tokens over HTTP: made, listed and revoked by people who are logged in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import personal_tokens
from accounts.models import PersonalToken
from accounts.rest.authentication import signed_in
from accounts.rest.permissions import NeedsSession
from accounts.tokens import TokenRefused
from foundation.http.serializers import (
    ShortListField,
    StrictModelSerializer,
    StrictSerializer,
)
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented

DEFAULT_DAYS: Final = 90
MAX_DAYS: Final = 365


class ScopesField(ShortListField):
    """What a token may be used for, each named once."""

    child = serializers.ChoiceField(choices=PersonalToken.Scope.choices)

    def to_internal_value(self, data: Any) -> list[str]:
        """The scopes.

        Raises:
            ValidationError: one is unknown, or named twice.
        """
        scopes: list[str] = super().to_internal_value(data)
        if len(set(scopes)) != len(scopes):
            raise ValidationError(ErrorDetail("Name each scope once.", "repeated"))
        return scopes


class PersonalTokenSerializer(StrictModelSerializer):
    """A token for scripts, without its text."""

    scopes = ScopesField(
        read_only=True,
        help_text="`read` reads, `write` writes, `curate` brings a curator's powers to both.",
    )

    class Meta:
        model = PersonalToken
        fields = ["id", "name", "scopes", "created_at", "expires_at", "last_used_at"]
        read_only_fields = fields
        extra_kwargs = {
            "last_used_at": {"help_text": "Exact to an hour; null before the first use."},
        }
        ref_name = "PersonalToken"


class NewPersonalTokenSerializer(PersonalTokenSerializer):
    """A token just made, with its text: the only time that it is shown."""

    token = serializers.SerializerMethodField(
        help_text="Keep it now, the hub cannot show it again. Begins with `nxp_`."
    )

    class Meta(PersonalTokenSerializer.Meta):
        fields = [*PersonalTokenSerializer.Meta.fields, "token"]
        read_only_fields = fields
        ref_name = "NewPersonalToken"

    def get_token(self, _token: PersonalToken) -> str:
        """The text, which no row holds."""
        text: str = self.context["text"]
        return text


class PersonalTokenRequestSerializer(StrictSerializer):
    """What a token is for, what it may do and for how long."""

    name = serializers.CharField(max_length=80, help_text="What uses it, for your own list.")
    scopes = ScopesField(
        allow_empty=False,
        max_length=len(PersonalToken.Scope),
        style={"limits": {"uniqueItems": True}},
        help_text="At least one. `write` does not bring `read`; `curate` is for curators, and "
        "needs `read` or `write` beside it.",
    )
    expires_in_days = serializers.IntegerField(
        min_value=1, max_value=MAX_DAYS, default=DEFAULT_DAYS, help_text="How long it is good."
    )

    class Meta:
        ref_name = "PersonalTokenRequest"


class PersonalTokenViewSet(ContractMixin, mixins.ListModelMixin, GenericViewSet):
    """`me/tokens/`: everybody sees and revokes their own."""

    serializer_class = PersonalTokenSerializer
    permission_classes = [NeedsSession]
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = ("-created_at",)

    def get_queryset(self) -> QuerySet[PersonalToken]:
        """The reader's own, but for those they revoked."""
        if getattr(self, "swagger_fake_view", False):
            return PersonalToken.objects.none()
        return PersonalToken.objects.filter(user=signed_in(self.request).pk, revoked_at=None)

    @documented(name="listPersonalTokens", problems=[403])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your personal tokens.

        The newest first, never their text. Those that have expired stay for 30 days.
        """
        return super().list(request, *args, **kwargs)

    @documented(
        name="createPersonalToken",
        takes=PersonalTokenRequestSerializer,
        answers={201: NewPersonalTokenSerializer},
        problems=[403, 409],
    )
    def create(self, request: Request) -> Response:
        """Make a personal token.

        For scripts: send it where an access token goes. Its text is shown in this answer and never
        again. It ends when it expires, when you revoke it and when your password changes. A
        personal token cannot make others.
        """
        body = PersonalTokenRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        try:
            row, text = personal_tokens.make(
                by=signed_in(request),
                name=wanted["name"],
                scopes=wanted["scopes"],
                expires_in=timedelta(days=wanted["expires_in_days"]),
                at=timezone.now(),
            )
        except TokenRefused as error:
            raise AuthenticationFailed(str(error), code=error.code) from error
        shown = NewPersonalTokenSerializer(row, context={"text": text})
        return Response(
            shown.data,
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/me/tokens/{row.pk}/", "Cache-Control": "no-store"},
        )

    @documented(name="revokePersonalToken", answers={204: "Revoked."}, problems=[403])
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke a personal token.

        It is refused from the next request on.
        """
        personal_tokens.revoke(int(pk), by=signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
