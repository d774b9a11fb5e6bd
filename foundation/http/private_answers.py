"""What browsers and proxies are told about keeping an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from foundation.http.problems import is_api

# What these answer may hold a token: it is never compressed, and kept nowhere.
SECRETS: Final = ("/api/v1/auth/", "/api/v1/me/tokens/")


def holds_secrets(path: str) -> bool:
    """Whether an answer of this address may hold a token."""
    return path.startswith(SECRETS)


class PrivateAnswersMiddleware:
    """Says on every answer of the API that it may be kept, but never used without asking again.

    A signed-in answer is `private`: a proxy in between must not keep it at all. `Vary` repeats
    this for caches that look only there. Views that say otherwise (`no-store`) are left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if is_api(request):
            audience = "private" if "Authorization" in request.headers else "public"
            response.headers.setdefault("Cache-Control", f"{audience}, no-cache")
            patch_vary_headers(response, ["Authorization", "Accept-Encoding", "Origin"])
        return response
