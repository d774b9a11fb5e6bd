"""Verifying the address of somebody who signed up."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import verifying
from accounts.rest.v1.serializers import MAX_TOKEN, AddressField
from accounts.rest.v1.sessions import OpenView
from foundation.http.serializers import StrictSerializer
from foundation.openapi.describing import documented


class EmailVerificationSerializer(StrictSerializer):
    """Either what the e-mail's link holds, or the address that a new e-mail shall go to."""

    token = serializers.CharField(
        max_length=MAX_TOKEN, required=False, help_text="What stands behind `#token=`."
    )
    email = AddressField(
        max_length=254, required=False, help_text="To be sent the link, or sent it again."
    )

    exactly_one_of = ("token", "email")  # for the documentation

    class Meta:
        ref_name = "EmailVerification"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len(attrs) != 1:
            raise ValidationError("Send either token or email.", "token_or_email")
        return attrs


class EmailVerificationView(OpenView):
    """`auth/email/verify/`."""

    serializer_class = EmailVerificationSerializer
    rate_scopes = ("verify",)

    @documented(
        name="verifyEmail",
        answers={
            204: "The address is verified.",
            202: "Taken. If this address needs verifying, an e-mail is on its way.",
        },
    )
    def post(self, request: Request) -> Response:
        """Verify an e-mail address.

        With `token`, from behind `#token=` in the e-mail's link, it verifies the address: 204. With
        `email` it sends that e-mail, for the first time or again: 202, whether or not anybody has
        the address. A link is good for three days, for the address that it was sent to; one that is
        not is a 400 with the code `link_refused`. Nothing waits for it: people log in before.
        """
        body = self.validated(request)
        if "token" in body:
            verifying.verify(token=body["token"], at=timezone.now())
            return Response(status=status.HTTP_204_NO_CONTENT)
        verifying.request_verification(email=body["email"])
        return Response(status=status.HTTP_202_ACCEPTED)
