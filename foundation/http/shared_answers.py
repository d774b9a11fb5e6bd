"""Lists and details computed once for everybody who may read them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.caching import recall, remember
from foundation.http.conditional import REVISION

CACHE_HEADER: Final = "X-Cache"
LARGEST: Final = 1024 * 1024  # bytes; any parameter makes another answer, so each must be small


class SharedAnswersMixin:
    """Answers a view's list and details from the cache while nothing they show has changed.

    Only what is the same for every reader: `is_shared` says whether this request asks for such a
    list, `is_everybodys` whether a detail turned out to be such a row. Stored are the bytes of the
    answer, its `Link` and its revision, under the address as the client wrote it, host included,
    because the page's links repeat it.
    """

    made_from: ClassVar[tuple[str, ...]]  # the subjects whose writes change these answers

    def is_shared(self, request: Request) -> bool:  # noqa: ARG002 - for views to override
        """Whether the list is the same for everybody who may send this request."""
        return True

    def may_be_remembered(self) -> bool:
        """Whether the list just computed is the same for everybody after all."""
        return True

    def is_everybodys(self, row: Any) -> bool:  # noqa: ARG002 - for views to override
        """Whether each reader gets the same detail of this row. Not unless a view says so."""
        return False

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The list, from the cache if it may be."""
        compute = super().list  # type: ignore[misc]
        if not self.is_shared(request):
            return compute(request, *args, **kwargs)
        return self._shared(request, compute, self.may_be_remembered, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The detail, from the cache if it may be."""
        compute = super().retrieve  # type: ignore[misc]
        return self._shared(request, compute, self._shows_everybodys, *args, **kwargs)

    def _shows_everybodys(self) -> bool:
        return self.is_everybodys(getattr(self.shown, "instance", None))  # type: ignore[attr-defined]

    def _shared(
        self,
        request: Request,
        compute: Callable[..., Response],
        may_be_remembered: Callable[[], bool],
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponseBase:
        key = f"shared:{_canonical_address(request)}"
        found = recall(key, made_from=self.made_from)
        if found.hit:
            return _answer(*found.value, cache="HIT")
        response = compute(request, *args, **kwargs)
        if not may_be_remembered():
            return response
        # What REST framework does after the view returns, done here to have the bytes.
        rendered = self.finalize_response(request, response, *args, **kwargs).render()  # type: ignore[attr-defined]
        stored = (
            rendered.content, rendered.headers.get("Link", ""), getattr(rendered, REVISION, 0)
        )  # fmt: skip
        if len(rendered.content) <= LARGEST:
            remember(key, stored, recollection=found)
        return _answer(*stored, cache="MISS")


def _canonical_address(request: Request) -> str:
    """One key for all spellings of a request, as a digest: addresses can be long and strange.

    Values of one name stay in their order, because most filters read the last of them. The
    representation is part of the key: `Accept` may ask for an indented one.
    """
    parameters = sorted(request.query_params.lists())
    host = f"{request.scheme}://{request.get_host()}"
    asked = f"{host}{request.path}?{parameters!r} {request.accepted_media_type}"
    return hashlib.sha256(asked.encode()).hexdigest()


def _answer(content: bytes, link: str, revision: int, *, cache: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/json")
    if link:
        response["Link"] = link
    response[CACHE_HEADER] = cache
    setattr(response, REVISION, revision)
    return response
