"""Signing up, logging in, staying in, logging out."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import logging_in, signing_up, tokens
from accounts.rest.authentication import CHALLENGE, good_token
from accounts.rest.v1.serializers import (
    CredentialsSerializer,
    MeSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    TokenPairSerializer,
    TokenSerializer,
)
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented, empty_object


class OpenView(ContractMixin, GenericAPIView):
    """An address for people who have no good token yet. Its answers are kept by nobody."""

    # Nobody is asked for: a stale token in the header must not stop its own renewal.
    authentication_classes = []
    permission_classes = [AllowAny]

    def get_authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """The challenge that makes a refusal a 401, though no header is read here."""
        return CHALLENGE

    def handle_exception(self, exc: Exception) -> Response:
        """Say a refused token or password in HTTP."""
        if isinstance(exc, tokens.TokenRefused | logging_in.InvalidCredentials):
            exc = AuthenticationFailed(str(exc), code=exc.code)
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Forbid keeping what may hold a token."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    def validated(self, request: Request) -> dict[str, Any]:
        """The body, checked.

        Raises:
            ValidationError: names each field that is wrong, missing or unknown.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        checked: dict[str, Any] = serializer.validated_data
        return checked


class RegisterView(OpenView):
    """`auth/register/`."""

    serializer_class = RegistrationSerializer
    rate_scopes = ("register",)

    @documented(name="signUp", answers={201: MeSerializer})
    def post(self, request: Request) -> Response:
        """Sign up.

        Makes a learner who can log in at once. `email` is compared without regard to case; one
        that is known already is a 400 with the code `taken`.
        """
        user = signing_up.register(**self.validated(request))
        return Response(
            MeSerializer(user).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/users/{user.pk}/"},
        )


class TokenView(OpenView):
    """`auth/token/`."""

    serializer_class = CredentialsSerializer
    rate_scopes = ("log-in",)

    @documented(name="logIn", answers={200: TokenPairSerializer}, problems=[401])
    def post(self, request: Request) -> Response:
        """Log in.

        The `access` token is good for 15 minutes, the `refresh` token for 7 days. An unknown
        address and a wrong password get the same answer.
        """
        pair = logging_in.log_in(**self.validated(request), at=timezone.now())
        return Response(TokenPairSerializer(pair).data)


class RefreshView(OpenView):
    """`auth/token/refresh/`."""

    serializer_class = RefreshSerializer

    @documented(name="refreshTokens", answers={200: TokenPairSerializer}, problems=[401])
    def post(self, request: Request) -> Response:
        """Renew a session.

        Gives a new pair and retires the refresh token that was sent. Sent again within 10
        seconds (two tabs do that) it gets the same successor; sent again later it ends the
        session, because then somebody else may have it.
        """
        pair = tokens.refresh(self.validated(request)["refresh"], at=timezone.now())
        return Response(TokenPairSerializer(pair).data)


class VerifyView(OpenView):
    """`auth/token/verify/`."""

    serializer_class = TokenSerializer

    @documented(
        name="verifyToken",
        answers={200: empty_object("The token is good. The body is an empty object.")},
        problems=[401],
    )
    def post(self, request: Request) -> Response:
        """Ask whether a token is good.

        Takes access, refresh and personal tokens. Log-out, revocation, deactivation and expiry
        make them bad.
        """
        token = self.validated(request)["token"]
        if good_token(token) is None:
            tokens.verify_refresh(token, at=timezone.now())
        return Response({})


class LogOutView(OpenView):
    """`auth/logout/`."""

    serializer_class = RefreshSerializer

    @documented(name="logOut", answers={204: "Logged out."}, problems=[401])
    def post(self, request: Request) -> Response:
        """Log out.

        Ends the session that the refresh token belongs to: its access tokens stop working at
        once, other devices stay logged in.
        """
        tokens.end_family(self.validated(request)["refresh"], at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
