"""Requests that a server's door can always read, whatever their `Content-Type` says, or in chunks.

Django takes this header apart while it makes the request, before any middleware could answer for
it: a parameter in an encoding that does not exist (`boundary*=nonsense''x`) was the server's bare
500. Such a header counts as none; a view that needs one then answers 415.

A body sent in chunks announces no length, and Django and REST framework would take it for an empty
one. It is let arrive here, and has a length then.
"""

from __future__ import annotations

import os
from io import BytesIO
from typing import IO, Any

from django.conf import settings
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

    def __init__(self, environ: dict[str, Any]) -> None:
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH")
        # Some doors cannot tell where a body ends, and would wait for more.
        if is_chunked and environ.get("wsgi.input_terminated"):
            # A byte more than any address takes: enough to be refused for its length.
            body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        super().__init__(environ)


class TolerantASGIRequest(_AnyContentType, ASGIRequest):
    """What comes through the ASGI door, where bodies have arrived already."""

    def __init__(self, scope: dict[str, Any], body_file: IO[bytes]) -> None:
        super().__init__(scope, body_file)
        length = body_file.seek(0, os.SEEK_END)
        body_file.seek(0)
        if length:
            self.META.setdefault("CONTENT_LENGTH", str(length))
