"""Lists and details computed once for everybody who may read them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, ClassVar, Final

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import notes
from foundation.caching import MISSING, Kept, Recollection, arrived, recall_or_wait, remember
from foundation.http.conditional import REVISION
from foundation.http.problems import TooSlow
from foundation.http.recipes import Recipe
from foundation.notes import Answer

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
    recipe: Recipe | None = None  # how the answer just computed can be made again

    def is_shared(self, request: Request) -> bool:  # noqa: ARG002 - for views to override
        """Whether the list is the same for everybody who may send this request."""
        return True

    def may_be_remembered(self) -> bool:
        """Whether the list just computed is the same for everybody after all."""
        return True

    def is_everybodys(self, row: Any) -> bool:  # noqa: ARG002 - for views to override
        """Whether each reader gets the same detail of this row. Not unless a view says so."""
        return False

    def computed_list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The list, computed; a view may know a shorter way, and note it as its `recipe`."""
        return super().list(request, *args, **kwargs)  # type: ignore[misc]

    def detail_recipe(self, request: Request) -> Recipe | None:  # noqa: ARG002 - for views
        """How the detail just computed can be made again, if it can."""
        return None

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The list, from the cache if it may be."""
        if not self.is_shared(request):
            return super().list(request, *args, **kwargs)  # type: ignore[misc]
        return self._shared(request, self.computed_list, self.may_be_remembered, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The detail, from the cache if it may be."""
        compute = super().retrieve  # type: ignore[misc]
        return self._shared(request, compute, self._shows_everybodys, *args, **kwargs)

    def _shows_everybodys(self) -> bool:
        if not self.is_everybodys(getattr(self.shown, "instance", None)):  # type: ignore[attr-defined]
            return False
        request: Request = self.request  # type: ignore[attr-defined]
        if notes.wants_recipe(_meta(request)):
            self.recipe = self.detail_recipe(request)
        return True

    def _shared(
        self,
        request: Request,
        compute: Callable[..., HttpResponseBase],
        may_be_remembered: Callable[[], bool],
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponseBase:
        key = f"shared:{_canonical_address(request)}"
        found = Recollection(key, MISSING, None)
        if settings.KEPT_ANSWERS == Kept.ALL:
            found = recall_or_wait(key, made_from=self.made_from)
        if found.hit:
            self._note(request, found)
            return _answer(*found.value, cache="HIT")
        try:
            if notes.was_stopped(_meta(request)):
                raise TooSlow
            response = compute(request, *args, **kwargs)
            if not may_be_remembered():
                return response
            # What REST framework does after the view returns, done here to have the bytes.
            finished = self.finalize_response(request, response, *args, **kwargs)  # type: ignore[attr-defined]
            rendered = finished.render() if isinstance(finished, Response) else finished
            stored = (
                rendered.content, rendered.headers.get("Link", ""), getattr(rendered, REVISION, 0)
            )  # fmt: skip
            if len(rendered.content) <= LARGEST:
                remember(stored, recollection=found)
                self._note(request, found)
        finally:
            arrived(found)
        return _answer(*stored, cache="MISS")

    def _note(self, request: Request, found: Recollection) -> None:
        """Say that this answer may be given again, to whoever passed the request on.

        Not where it counts against a limit of its own: who answers for us would not know.
        """
        match = request.resolver_match
        if match and not self.rate_scopes:  # type: ignore[attr-defined]
            noted = Answer(found.origin, f"/{match.route}", self.recipe)
            notes.note_answer(_meta(request), noted)


def _meta(request: Request) -> notes.Meta:
    meta: notes.Meta = request._request.META  # noqa: SLF001 - what servers and middleware see
    return meta


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
