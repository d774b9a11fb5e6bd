"""Conditional requests: what a client has already is not sent, what it has not seen not changed.

`If-None-Match` on a read is answered by `ConditionalMiddleware`, `If-Match` on a write by the view,
under the lock of the row. Why it is done so: docs/decisions/0012.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException

from foundation import notes
from foundation.errors import Missing
from foundation.http import etags
from foundation.http.compression import will_be_compressed
from foundation.http.problems import BadParameter
from foundation.models import EditedModel

TAGGED: Final = "/api/v1/"
REVISION: Final = "revision"  # the attribute by which a view tells what its answer shows
OF_A_BODY: Final = ("Content-Length", "Content-Type", "Content-Encoding")


class PreconditionFailed(APIException):
    """The thing was changed since the client read it."""

    status_code = 412
    default_detail = "This was changed since you read it. Read it again, then decide."
    default_code = "precondition_failed"


class ThingGone(Missing):
    """The row was deleted between being found and being held."""


class ConditionalMiddleware:
    """Puts an `ETag` on answers, and answers 304 to those who have them already.

    A read always gets one. A write gets one where its view says which revision it answers with:
    the tag is then what a read of the thing would say.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(TAGGED) or not isinstance(response, HttpResponse):
            return response
        is_read = request.method in {"GET", "HEAD"} and response.status_code == 200  # noqa: PLR2004
        if "ETag" not in response and (is_read or hasattr(response, REVISION)):
            response["ETag"] = etags.make(getattr(response, REVISION, 0), response.content)
        # What is kept must be whole. Who keeps it answers briefly then, for this and later clients.
        if is_read and "If-None-Match" in request.headers and not notes.will_be_kept(request.META):
            _answer_briefly(request, response)
        return response


def _answer_briefly(request: HttpRequest, response: HttpResponse) -> None:
    """Make this a 304 if the client knows the answer as it would leave."""
    tag = response["ETag"]
    if will_be_compressed(request, response):
        tag = etags.compressed(tag)
    if not etags.is_known(request.headers["If-None-Match"], tag):
        return
    response.status_code = 304
    response.content = b""
    response["ETag"] = tag
    for name in OF_A_BODY:
        del response[name]


def tags_of(request: HttpRequest) -> Any:
    """What `If-Match` asks for, as `etags.parse` reads it.

    Raises:
        BadParameter: names the header if it cannot be read.
    """
    try:
        return etags.parse(request.headers["If-Match"])
    except etags.MalformedTags as error:
        raise BadParameter("If-Match", str(error)) from error


def require_match(tags: Any, row: EditedModel | None) -> None:
    """Hold `row` until the end of the transaction, at a revision that `tags` allow.

    No row counts as revision 0.

    Raises:
        PreconditionFailed: it is at another one.
        ThingGone: somebody deleted it meanwhile.
    """
    if not etags.allows(tags, 0 if row is None else _held_revision(row)):
        raise PreconditionFailed


def _held_revision(row: EditedModel) -> int:
    # A lock that lets others refer to the row: whoever writes to a person need not wait for it.
    rows = type(row)._default_manager.select_for_update(no_key=True).filter(pk=row.pk).order_by()
    revision: int | None = rows.values_list("revision", flat=True).first()
    if revision is None:
        raise ThingGone("It was deleted meanwhile.")
    return revision
