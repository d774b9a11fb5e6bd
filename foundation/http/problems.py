"""Every error as one shape: `application/problem+json` (RFC 9457).

`{type, title, status, detail, instance, code, request_id, errors: [{pointer | parameter, code,
detail}]}`. `code` is what clients branch on; `errors` names each culprit, a body field by its
JSON pointer (RFC 6901), a query parameter by its name.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from foundation import errors
from foundation.http import request_ids
from foundation.postgresql import bounds

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = "5"  # seconds
MAX_URL: Final = 4096  # bytes


class TooSlow(errors.Unavailable):
    """The database was stopped at what took it too long: foundation.postgresql.bounds."""

    code = "too_slow"

    def __init__(self) -> None:
        super().__init__(
            "The database took too long over this and was stopped. Ask for less, or again later."
        )


_STATUS: Final[dict[type[errors.NexusError], HTTPStatus]] = {
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.Missing: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem(
    request: HttpRequest,
    status: int,
    *,
    code: str,
    detail: str,
    culprits: Iterable[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The body of a problem answer to `request`."""
    return {
        "type": f"/docs/errors/#{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": _encodable(detail),
        "instance": request.path,
        "code": code,
        "request_id": request_ids.current.get(),
        "errors": [
            {name: _encodable(text) for name, text in culprit.items()} for culprit in culprits
        ],
    }


def _encodable(text: str) -> str:
    """`text` without halves of characters: it may quote what a client sent."""
    return text.encode(errors="replace").decode()


def problem_response(request: HttpRequest, status: int, *, code: str, detail: str) -> JsonResponse:
    """A whole answer, for errors that happen outside REST framework's views."""
    response = JsonResponse(
        problem(request, status, code=code, detail=detail), status=status, content_type=MEDIA_TYPE
    )
    if status == UNAVAILABLE:
        response["Retry-After"] = RETRY_AFTER
    return response


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's hook: turn an exception into a problem, or None if it is a bug."""
    request: HttpRequest = context["request"]
    translated = _translated(error)
    if translated is None:
        return None
    status, code, detail, culprits, headers = translated
    set_rollback()
    response = Response(
        problem(request, status, code=code, detail=detail, culprits=culprits),
        status=status,
        headers=headers,
        content_type=MEDIA_TYPE,
    )
    if code == TooSlow.code:
        _log_slow(request, response)
    return response


UNAVAILABLE: Final = HTTPStatus.SERVICE_UNAVAILABLE
_AWAY: Final = (UNAVAILABLE, "unavailable", "A part of the hub is out of reach. Try again soon.")
_FROM_DJANGO: Final[dict[type[Exception], tuple[int, str, str]]] = {
    Http404: (404, "not_found", "There is nothing at this address."),
    PermissionDenied: (403, "forbidden", "You may not do this."),
    RequestDataTooBig: (413, "too_large", "The body is larger than this address takes."),
    IntegrityError: (409, "conflict", "Somebody else changed this at the same moment. Look again."),
    OperationalError: _AWAY,
    InterfaceError: _AWAY,
}

_Translated = tuple[int, str, str, list[dict[str, str]], dict[str, str]]


def _translated(error: Exception) -> _Translated | None:
    """Status, code, detail, culprits and headers of an error; None for one nobody expected."""
    if isinstance(error, OperationalError) and bounds.is_reached(error):
        error = TooSlow()
    elif isinstance(error, InternalError) and bounds.was_left_idle(error):
        error = OperationalError(*error.args)
    if isinstance(error, errors.NexusError):
        return _from_domain(error)
    if isinstance(error, exceptions.APIException):
        return _from_rest(error)
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("The database is out of reach: %s", error)
    if isinstance(error, IntegrityError):
        # What a lone request can do wrong is refused before; but a forgotten check ends here, too.
        logger.error("The database refused a write", exc_info=error)
    for kind, (status, code, detail) in _FROM_DJANGO.items():
        if isinstance(error, kind):
            headers = {"Retry-After": RETRY_AFTER} if status == UNAVAILABLE else {}
            return status, code, detail, [], headers
    return None


def _log_slow(request: HttpRequest, response: HttpResponseBase) -> None:
    """Say what took too long, once: Django's own line names neither route nor reason."""
    match = request.resolver_match
    route = f"/{match.route}" if match else request.path
    logger.warning("The database was stopped after its time: %s %s", request.method, route)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - what Django looks for


def _from_domain(error: errors.NexusError) -> _Translated | None:
    status = next((s for kind, s in _STATUS.items() if isinstance(error, kind)), None)
    if status is None:
        return None
    culprits: list[dict[str, str]] = []
    if isinstance(error, errors.Invalid) and error.pointer:
        culprits = [{"pointer": error.pointer, "code": error.code, "detail": str(error)}]
    headers = {"Retry-After": RETRY_AFTER} if status == UNAVAILABLE else {}
    return status, error.code, str(error), culprits, headers


def _from_rest(error: exceptions.APIException) -> _Translated:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    if isinstance(error, exceptions.ValidationError):
        culprits = list(_culprits(error.get_full_details()))
        if isinstance(error, BadParameter):
            culprits = [
                {"parameter": error.parameter, "code": c["code"], "detail": c["detail"]}
                for c in culprits
            ]
        code = getattr(error, "problem_code", "invalid")
        return error.status_code, code, _summary(culprits), culprits, headers
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    detail = str(error.detail) if isinstance(error.detail, str) else str(error.default_detail)
    return error.status_code, _CODES.get(code, code), detail, [], headers


# REST framework's words for what the contract names otherwise.
_CODES: Final = {
    "permission_denied": "forbidden",
    "parse_error": "malformed",
    "throttled": "rate_limited",
}


def _summary(culprits: list[dict[str, str]]) -> str:
    if not culprits:
        return "The input is not valid."
    names = sorted({c.get("pointer") or c.get("parameter") or "the body" for c in culprits})
    return f"Not valid: {', '.join(names)}."


def _culprits(details: Any, pointer: str = "") -> Iterable[dict[str, str]]:
    """Flatten REST framework's nested error details into culprits with JSON pointers."""
    if isinstance(details, list):
        for number, item in enumerate(details):
            is_leaf = isinstance(item, dict) and set(item) == {"message", "code"}
            yield from _culprits(item, pointer if is_leaf else f"{pointer}/{number}")
    elif set(details) == {"message", "code"}:
        yield {"pointer": pointer, "code": str(details["code"]), "detail": str(details["message"])}
    else:
        for name, item in details.items():
            is_whole = name == "non_field_errors"
            step = str(name).replace("~", "~0").replace("/", "~1")
            yield from _culprits(item, pointer if is_whole else f"{pointer}/{step}")


class BadParameter(exceptions.ValidationError):
    """A query parameter that is unknown or has a bad value."""

    def __init__(self, parameter: str, detail: str, *, code: str = "invalid") -> None:
        super().__init__({parameter: [exceptions.ErrorDetail(detail, code)]})
        self.parameter = parameter


def is_storable(text: str) -> bool:
    """Whether every database can compare with `text`: no NUL and no half of a character."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def is_api(request: HttpRequest) -> bool:
    """Whether an error of this request is answered as a problem rather than as a page."""
    return request.path.startswith("/api/")


class ProblemMiddleware:
    """Problems for what goes wrong around the views: bad hosts, long addresses, bugs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request):
            if len(request.get_full_path()) > MAX_URL:
                detail = f"The address is longer than {MAX_URL} bytes."
                return problem_response(request, 414, code="uri_too_long", detail=detail)
            try:
                request.get_host()
            except DisallowedHost:
                detail = "This host name is not served here."
                return problem_response(request, 400, code="unknown_host", detail=detail)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> JsonResponse | None:
        """Answer for exceptions that REST framework did not translate."""
        if not is_api(request):
            return None
        if isinstance(error, SuspiciousOperation | BadRequest):
            return problem_response(request, 400, code="bad_request", detail="Not understood.")
        translated = _translated(error)
        if translated is not None:
            status, code, detail, *_ = translated
            response = problem_response(request, status, code=code, detail=detail)
            if code == TooSlow.code:
                _log_slow(request, response)
            return response
        logger.error("Unexpected error at %s", request.path, exc_info=error)
        detail = "Something broke on our side. The request id helps us find it."
        return problem_response(request, 500, code="internal", detail=detail)
