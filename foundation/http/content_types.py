"""Requests that a server's door can always read, whatever their `Content-Type` says.

Django takes this header apart while it makes the request, before any middleware could answer for
it: a parameter in an encoding that does not exist (`boundary*=nonsense''x`) was the server's bare
500. Such a header counts as none; a view that needs one then answers 415.
"""

from __future__ import annotations

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest


class _AnyContentType:
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # of Django's request
        except ValueError:
            meta["CONTENT_TYPE"] = ""
            super()._set_content_type_params(meta)  # type: ignore[misc]


class TolerantWSGIRequest(_AnyContentType, WSGIRequest):
    """What comes through the WSGI door."""


class TolerantASGIRequest(_AnyContentType, ASGIRequest):
    """What comes through the ASGI door."""
