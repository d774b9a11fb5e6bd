"""Lists computed once for everybody who may read them."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.caching import Recollection, recall, remember

CACHE_HEADER: Final = "X-Cache"


class SharedListMixin:
    """Answers a view's list from the cache while nothing it shows has changed.

    Only for lists that are the same for every reader: the view's `is_shared` says whether this
    request asks for such a one. Stored are the bytes of the answer and its `Link`, under the
    address as the client wrote it, host included, because the page's links repeat it.
    """

    made_from: ClassVar[tuple[str, ...]]  # the subjects whose writes change this list

    def is_shared(self, request: Request) -> bool:  # noqa: ARG002 - for views to override
        """Whether the answer is the same for everybody who may send this request."""
        return True

    def may_be_remembered(self) -> bool:
        """Whether the list just computed is the same for everybody after all."""
        return True

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The list, from the cache if it may be."""
        if not self.is_shared(request):
            answer: Response = super().list(request, *args, **kwargs)  # type: ignore[misc]
            return answer
        key = f"list:{_canonical_address(request)}"
        found = recall(key, made_from=self.made_from)
        if found.hit:
            return _answer(*found.value, cache="HIT")
        return self._compute(request, key, found, *args, **kwargs)

    def _compute(
        self, request: Request, key: str, found: Recollection, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        response: Response = super().list(request, *args, **kwargs)  # type: ignore[misc]
        # What REST framework does after the view returns, done here to have the bytes.
        rendered = self.finalize_response(request, response, *args, **kwargs).render()  # type: ignore[attr-defined]
        stored = (rendered.content, rendered.headers.get("Link", ""))
        if self.may_be_remembered():
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


def _answer(content: bytes, link: str, *, cache: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/json")
    if link:
        response["Link"] = link
    response[CACHE_HEADER] = cache
    return response
