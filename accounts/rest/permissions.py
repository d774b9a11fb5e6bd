"""Who may pass, asked before a view runs. Rules about single entries live in the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import User

if TYPE_CHECKING:
    # REST framework's views import this module while they are being made.
    from rest_framework.views import APIView


class IsSignedIn(BasePermission):
    """A token is needed, for everything."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Whether somebody is signed in."""
        return bool(request.user and request.user.is_authenticated)


class IsSignedInOrPublicRead(IsSignedIn):
    """A token is needed, except for reading what is published where the hub is open to anyone."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether somebody is signed in, or only wants to read and may."""
        is_public = settings.PUBLIC_READ and request.method in SAFE_METHODS
        return is_public or super().has_permission(request, view)


class CuratorsWrite(IsSignedInOrPublicRead):
    """Everybody reads, curators write."""

    message = "Only curators can change this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether this is a read, or a write by a curator."""
        if not super().has_permission(request, view):
            return False
        is_curator = isinstance(request.user, User) and request.user.curates
        return request.method in SAFE_METHODS or is_curator
