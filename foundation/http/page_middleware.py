"""Django's middleware for browsers, out of the way of the API.

The API knows people by their tokens, so sessions, who is logged in by them and messages for the
next page give it nothing. They cost a request as much as an empty view does. CSRF checks stay
where they are: they look at each view, and those of the API are exempt.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from foundation.http.problems import is_api


class _PagesOnly(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        if is_api(request):
            return self.get_response(request)
        return super().__call__(request)


class PageSessionMiddleware(_PagesOnly, SessionMiddleware):
    """Sessions."""


class PageAuthenticationMiddleware(_PagesOnly, AuthenticationMiddleware):
    """Who is logged in by a session."""


class PageMessageMiddleware(_PagesOnly, MessageMiddleware):
    """What the next page should say."""
