"""Who may pass, asked before a view runs. Rules about single entries live in the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import User
from accounts.personal_tokens import PersonalAccess, Scope

if TYPE_CHECKING:
    # REST framework's views import this module while they are being made.
    from rest_framework.views import APIView


SESSION_NEEDED: Final = "session_needed"


def require_scope(request: Request) -> None:
    """Refuse a request that its personal token is not meant for. Sessions may do everything.

    Raises:
        PermissionDenied: `scope_missing`; the sentence names the scope.
    """
    opened = request.auth
    if not isinstance(opened, PersonalAccess):
        return
    needed = Scope.READ if request.method in SAFE_METHODS else Scope.WRITE
    if needed not in opened.scopes:
        raise PermissionDenied(
            f"This personal token lacks the scope that this needs: {needed}.", code="scope_missing"
        )


class IsSignedIn(BasePermission):
    """A token is needed, for everything; every other rule about tokens derives from this one."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Whether somebody is signed in, with a token that is meant for this."""
        is_signed_in = bool(request.user and request.user.is_authenticated)
        require_scope(request)
        return is_signed_in


class NeedsSession(IsSignedIn):
    """Only somebody who logged in: a script's token must not make others or lock its owner out."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether somebody is signed in by a session.

        Raises:
            PermissionDenied: `session_needed`, for a personal token of whatever scopes.
        """
        if isinstance(request.auth, PersonalAccess):
            raise PermissionDenied(
                "A personal token does not open this. Log in, and use the access token.",
                code=SESSION_NEEDED,
            )
        return super().has_permission(request, view)


class IsSignedInOrPublicRead(IsSignedIn):
    """A token is needed, except for reading what is published where the hub is open to anyone."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether somebody is signed in, or only wants to read and may."""
        is_signed_in = super().has_permission(request, view)
        return is_signed_in or (settings.PUBLIC_READ and request.method in SAFE_METHODS)


class CuratorsWrite(IsSignedInOrPublicRead):
    """Everybody reads, curators write."""

    message = "Only curators can change this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether this is a read, or a write by a curator."""
        if not super().has_permission(request, view):
            return False
        is_curator = isinstance(request.user, User) and request.user.curates
        return request.method in SAFE_METHODS or is_curator
