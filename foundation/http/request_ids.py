"""A name for every request, so that one line in a log can be found from one answer."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, TypeGuard

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER: Final = "X-Request-ID"
_ACCEPTABLE: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")

NONE: Final = "-"  # outside a request

current: ContextVar[str] = ContextVar("request_id", default=NONE)


def is_acceptable(given: object) -> TypeGuard[str]:
    """Whether a name from elsewhere is harmless in a header and in a line of a log."""
    return isinstance(given, str) and _ACCEPTABLE.fullmatch(given) is not None


class RequestIdMiddleware:
    """Takes the client's `X-Request-ID` if it is harmless, makes one if not, and returns it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request_id = given if is_acceptable(given) else uuid.uuid4().hex
        token = current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
        response[HEADER] = request_id
        return response


class RequestIdFilter(logging.Filter):
    """Puts the current request's id on each log record, as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id; never drops a record."""
        record.request_id = current.get()
        return True
