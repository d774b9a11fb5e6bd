"""Compressed answers, byte for byte the same for the same body.

Django's own middleware weakens entity tags and adds random bytes, against a body that mixes
secrets with what a stranger chose. Here no answer with a secret is compressed at all.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from foundation.http import etags
from foundation.http.private_answers import holds_secrets
from foundation.http.problems import is_api

SMALLEST: Final = 500  # bytes; below it the saving is less than one packet
LEVEL: Final = 6
DOCUMENTS: Final = ("/swagger.json", "/swagger.yaml", "/openapi.json")

_PREFERENCE: Final = re.compile(
    r"\s*(?P<coding>[\w!#$%&'*+.^`|~-]+)\s*(?:;\s*[qQ]\s*=\s*(?P<weight>[01](?:\.[0-9]{0,3})?)\s*)?"
)


class CompressionMiddleware:
    """Compresses what is worth it for clients that ask for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not may_be_compressed(request, response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if accepts_gzip(request.headers.get("Accept-Encoding", "")):
            _compress(response)
        return response


def will_be_compressed(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this answer leaves compressed: then its entity tag says so."""
    accepted = request.headers.get("Accept-Encoding", "")
    return may_be_compressed(request, response) and accepts_gzip(accepted)


def may_be_compressed(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this answer would be compressed for a client that asks for it."""
    return (
        (is_api(request) or request.path in DOCUMENTS)
        and not holds_secrets(request.path)
        and not response.has_header("Content-Encoding")
        and len(response.content) >= SMALLEST
    )


def accepts_gzip(header: str) -> bool:
    """Whether `Accept-Encoding` allows gzip: by its name, or by `*` where it is not named.

    What cannot be read allows nothing.
    """
    weights: dict[str, float] = {}
    for preference in header.lower().split(","):
        if found := _PREFERENCE.fullmatch(preference):
            weights[found["coding"]] = float(found["weight"] or "1")
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0)))
    return 0 < weight <= 1


def zipped(body: bytes) -> bytes:
    """A body, compressed."""
    # Without the time of day, so that equal bodies have equal bytes, and a strong tag is true.
    return gzip.compress(body, LEVEL, mtime=0)


def _compress(response: HttpResponse) -> None:
    response.content = zipped(response.content)
    response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(response.content))
    if "ETag" in response:
        response["ETag"] = etags.compressed(response["ETag"])
