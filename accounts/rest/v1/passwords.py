"""Changing a password, and replacing a forgotten one."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import passwords
from accounts.rest.authentication import signed_in
from accounts.rest.permissions import NeedsSession
from accounts.rest.v1.serializers import MAX_PASSWORD, MAX_TOKEN, NEW_PASSWORD, AddressField
from accounts.rest.v1.sessions import OpenView
from foundation.http.serializers import StrictSerializer
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented


def password_field(*, is_new: bool = False) -> serializers.CharField:
    """A password as it is typed, spaces included."""
    style = NEW_PASSWORD if is_new else {"input_type": "password"}
    return serializers.CharField(max_length=MAX_PASSWORD, trim_whitespace=False, style=style)


class PasswordChangeSerializer(StrictSerializer):
    """The password that is, and the one that shall be."""

    old_password = password_field()
    new_password = password_field(is_new=True)

    class Meta:
        ref_name = "PasswordChange"


class PasswordResetSerializer(StrictSerializer):
    """Who forgot their password."""

    email = AddressField(max_length=254)

    class Meta:
        ref_name = "PasswordReset"


class PasswordResetConfirmationSerializer(StrictSerializer):
    """What the e-mail's link holds behind `#token=`, and the password that shall be."""

    token = serializers.CharField(max_length=MAX_TOKEN)
    new_password = password_field(is_new=True)

    class Meta:
        ref_name = "PasswordResetConfirmation"


def _refusal(error: passwords.WeakPassword) -> ValidationError:
    reasons = [ErrorDetail(sentence, code) for code, sentence in error.reasons]
    return ValidationError({"new_password": reasons})


class PasswordChangeView(ContractMixin, GenericAPIView):
    """`auth/password/change/`."""

    serializer_class = PasswordChangeSerializer
    permission_classes = [NeedsSession]
    rate_scopes = ("password",)

    @documented(name="changePassword", answers={204: "Changed. Log in again."}, problems=[403])
    def post(self, request: Request) -> Response:
        """Change your password.

        Ends every session and every personal token, also the one that asks: log in with the new
        password afterwards. A wrong `old_password` is a 400 with the code `wrong_password`. You get
        an e-mail that says so.
        """
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        try:
            passwords.change(
                by=signed_in(request), old=wanted["old_password"], new=wanted["new_password"]
            )
        except passwords.WeakPassword as error:
            raise _refusal(error) from error
        return Response(status=status.HTTP_204_NO_CONTENT, headers={"Cache-Control": "no-store"})


class PasswordResetView(OpenView):
    """`auth/password/reset/`."""

    serializer_class = PasswordResetSerializer
    rate_scopes = ("reset",)

    @documented(
        name="requestPasswordReset",
        answers={202: "Taken. If somebody has this address, an e-mail is on its way."},
    )
    def post(self, request: Request) -> Response:
        """Ask for a new password.

        Whoever has this address gets an e-mail with a link that is good for one hour and once. The
        answer is the same whether or not anybody has it.
        """
        passwords.request_reset(email=self.validated(request)["email"])
        return Response(status=status.HTTP_202_ACCEPTED)


class PasswordResetConfirmationView(OpenView):
    """`auth/password/reset/confirm/`."""

    serializer_class = PasswordResetConfirmationSerializer
    rate_scopes = ("verify",)

    @documented(name="confirmPasswordReset", answers={204: "Changed. Log in."})
    def post(self, request: Request) -> Response:
        """Choose a new password.

        `token` stands behind `#token=` in the e-mail's link. Ends every session and every personal
        token, and verifies the address. A token that is expired, forged or was used is a 400 with
        the code `link_refused`; a password that is easy to guess leaves it good.
        """
        body = self.validated(request)
        try:
            passwords.reset(token=body["token"], new=body["new_password"], at=timezone.now())
        except passwords.WeakPassword as error:
            raise _refusal(error) from error
        return Response(status=status.HTTP_204_NO_CONTENT)
