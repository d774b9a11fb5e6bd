"""Requests that a server's door can always read, whatever their `Content-Type` says.

Django takes this header apart while it makes the request, before any middleware could answer for
it: a parameter in an encoding that does not exist (`boundary*=nonsense''x`) was the server's bare
500. Such a header counts as none; a view that needs one then answers 415.
"""

from __future__ import annotations

import os
from typing import IO, Any

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
    """What comes through the ASGI door.

    A body sent in chunks announces no length, and REST framework would take it for an empty one.
    Here it has arrived already, so its length is known.
    """

    def __init__(self, scope: dict[str, Any], body_file: IO[bytes]) -> None:
        super().__init__(scope, body_file)
        length = body_file.seek(0, os.SEEK_END)
        body_file.seek(0)
        if length:
            self.META.setdefault("CONTENT_LENGTH", str(length))
