"""The fast lane: reads that everybody gets alike, answered before Django builds a request.

It knows nothing of entries or permissions. Django answers first; what it answered, and that the
asker's token was good, is kept (`foundation.copies`). The next such request is looked up in one
round trip to Redis and given the same answer: the same headers and bytes, but for its own name, its
own rate limits and `X-Cache`. Whatever is not plainly so goes to Django, as if this room were not
there: other methods, refused tokens, exhausted limits, a Redis that is away.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError

from foundation import caching, copies, notes
from foundation.caching import Kept
from foundation.copies import Copy, Nothing, Question, Turn
from foundation.fragments import RowGone
from foundation.http import etags, rate_limits, request_ids
from foundation.http.compression import SMALLEST, accepts_gzip, zipped
from foundation.http.conditional import OF_A_BODY
from foundation.http.recipes import Made, Recipe
from foundation.http.shared_answers import CACHE_HEADER, LARGEST
from foundation.limiting import Limit, Standing, counter_key
from foundation.notes import Answer, Asker
from foundation.postgresql import bounds
from nexus import metrics

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Response = tuple[str, Headers, bytes]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# Where views with shared answers live; a test compares this with the addresses of the hub.
LANES: Final = tuple(
    f"/api/v1/{name}/"
    for name in ("challenges", "cohorts", "learnings", "solutions", "topics", "users")
)
# All of a request that an answer of these addresses depends on, besides who asks.
_ASKED_BY: Final = (
    "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT",
    "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ORIGIN", "CONTENT_TYPE",
)  # fmt: skip
_ABSENT: Final = "\n"  # unlike any header: an empty one is not a missing one
MOST_TEMPLATES: Final = 1_000  # in one process; about 3 MB
_OF_ITS_CONTENT: Final = frozenset({"Content-Encoding", "Content-Length", "ETag", "Link"})
_OWN: Final = frozenset(  # what each answer has for itself
    {request_ids.HEADER.lower(), CACHE_HEADER.lower(), "ratelimit", "ratelimit-policy"}
)
_OK: Final = f"{HTTPStatus.OK.value} {HTTPStatus.OK.phrase}"
_NOT_MODIFIED: Final = f"{HTTPStatus.NOT_MODIFIED.value} {HTTPStatus.NOT_MODIFIED.phrase}"


@dataclass(frozen=True, slots=True)
class Template:
    """All of an answer that stays the same when it is made anew."""

    recipe: Recipe
    route: str
    headers: Headers


class FastLane:
    """A WSGI application around Django's."""

    def __init__(self, application: Application) -> None:
        self.application = application
        # By the name of the copy. No rows are in it, so it may stay in this process.
        self.templates: OrderedDict[str, Template] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept, or by a recipe, or let Django answer and keep that."""
        began = time.perf_counter()
        question = question_of(environ)
        if question is None or caching.pause.is_on:
            return self.application(environ, start_response)
        template = self.templates.get(question.copy)
        try:
            reply = self._reply(environ, question, template)
        except caching.UNREACHABLE as error:
            caching.go_without(error)
            return self.application(environ, start_response)
        if reply is None:
            return self._ask_django(environ, start_response, question)
        route, (status, headers, body) = reply
        metrics.note("GET", route, int(status[:3]), time.perf_counter() - began)
        start_response(status, headers)
        return [body]

    def _reply(
        self, environ: Environ, question: Question, template: Template | None
    ) -> tuple[str, Response] | None:
        """The route and the answer, or None if Django must be asked."""
        found = _look_up(question, template)
        if isinstance(found, Copy):
            own = _own_headers(environ, found.standing, cache="HIT")
            kept = found.facts
            return kept["route"], _answer(question, kept["headers"], own, found.body)
        if not isinstance(found, Turn) or template is None:
            return None
        made = self._made(environ, question, template, found)
        if made is None:
            return None
        headers, body = _dressed(question, template, made)
        if len(made.body) > LARGEST:
            self.templates.pop(question.copy, None)  # nobody need wait for what is not kept
            copies.end(found)
        elif settings.KEPT_ANSWERS == Kept.ALL:
            facts = _facts(template.route, headers)
            subjects = template.recipe.made_from
            copies.keep_computed(question.copy, facts, body=body, subjects=subjects, turn=found)
        own = _own_headers(environ, found.standing, cache="MISS")
        return template.route, _answer(question, headers, own, body)

    def _made(
        self, environ: Environ, question: Question, template: Template, turn: Turn
    ) -> Made | None:
        """The answer by its recipe; None, with everything undone, if it cannot be made so."""
        try:
            return template.recipe.make()
        except RowGone:
            self.templates.pop(question.copy, None)  # what there is to say of it, Django knows
        except DatabaseError as error:
            if bounds.is_reached(error):
                notes.note_stopped(environ)  # Django would ask the very same
            else:
                logger.warning("Django is asked instead of a recipe: %s", error)
        except Exception:  # Django tells the client what a broken hub tells
            logger.exception("A recipe failed")
            self.templates.pop(question.copy, None)
        copies.give_up(turn)
        return None

    def _ask_django(
        self, environ: Environ, start_response: StartResponse, question: Question
    ) -> Iterable[bytes]:
        notes.begin(environ, wants_recipe=question.copy not in self.templates)
        status, headers, rest = "", [], ()

        def catch(now: str, these: Headers, *more: Any) -> None:
            nonlocal status, headers, rest
            status, headers, rest = now, these, more

        response = self.application(environ, catch)
        answer = notes.answer_of(environ)
        if answer is None or status != _OK or any(n.lower() == "set-cookie" for n, _ in headers):
            start_response(status, headers, *rest)
            return response
        try:
            body = b"".join(response)
        finally:
            getattr(response, "close", lambda: None)()
        shared = [(name, value) for name, value in headers if name.lower() not in _OWN]
        self._learn(question, answer, shared)
        _keep(question, notes.asker_of(environ), answer, shared, body)
        own = [(name, value) for name, value in headers if name.lower() in _OWN]
        status, headers, body = _answer(question, shared, own, body)
        start_response(status, headers)
        return [body]

    def _learn(self, question: Question, answer: Answer, headers: Headers) -> None:
        if answer.recipe is None:
            return
        same = [(name, value) for name, value in headers if name not in _OF_ITS_CONTENT]
        with self._lock:
            self.templates[question.copy] = Template(answer.recipe, answer.route, same)
            while len(self.templates) > MOST_TEMPLATES:
                self.templates.popitem(last=False)


def _look_up(question: Question, template: Template | None) -> Copy | Turn | Nothing:
    """Look a request up; while somebody else computes its answer, again and again."""
    subjects = template.recipe.made_from if template else ()
    alone = settings.KEPT_ANSWERS == Kept.ALL
    until = time.monotonic() + caching.PATIENCE
    while True:
        found = copies.look_up(question, at=time.time(), subjects=subjects, alone=alone)
        is_awaited = isinstance(found, Nothing) and found.is_awaited
        if not is_awaited or time.monotonic() > until:
            return found
        time.sleep(0.005)


def _dressed(question: Question, template: Template, made: Made) -> tuple[Headers, bytes]:
    """A body made by a recipe as it leaves, and its headers, as Django's middleware would."""
    headers, body = list(template.headers), made.body
    tag = etags.make(made.revision, body)
    if question.zipped and len(body) >= SMALLEST:
        body, tag = zipped(body), etags.compressed(tag)
        headers.append(("Content-Encoding", "gzip"))
    if made.link:
        headers.append(("Link", made.link))
    return [*headers, ("ETag", tag), ("Content-Length", str(len(body)))], body


def question_of(environ: Environ) -> Question | None:
    """What is asked for, as far as the answer depends on it; None if it is not for this lane."""
    if (
        environ["REQUEST_METHOD"] != "GET"
        or not environ.get("PATH_INFO", "").startswith(LANES)
        or environ.get("CONTENT_LENGTH") not in {None, "", "0"}
        or "HTTP_TRANSFER_ENCODING" in environ
        or "HTTP_COOKIE" in environ  # Django may have something to say about it
    ):
        return None
    token = environ.get("HTTP_AUTHORIZATION")
    if token is None and not settings.PUBLIC_READ:
        return None  # nor what was kept while the hub was open
    name = "anonymous" if token is None else "user"
    asked = tuple([str(environ.get(part, _ABSENT)) for part in _ASKED_BY])
    is_zipped = _accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    place = None
    if token is None:
        place = rate_limits.attempts([name], place=rate_limits.place_in(environ))[0]
    return Question(
        copy=f"copy:{_digest((name, str(is_zipped), *asked))}",
        token="" if token is None else f"pass:{_digest((token,))}",
        place=place,
        limit=_limit(name, *settings.RATE_LIMITS[name]),
        known=environ.get("HTTP_IF_NONE_MATCH", ""),
        zipped=is_zipped,
    )


def _own_headers(environ: Environ, standing: Standing, *, cache: str) -> Headers:
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return [
        (request_ids.HEADER, given if request_ids.is_acceptable(given) else uuid.uuid4().hex),
        (CACHE_HEADER, cache),
        *rate_limits.headers([standing]).items(),
    ]


def _answer(question: Question, headers: Headers, own: Headers, body: bytes) -> Response:
    """The answer as it leaves: brief to who has it already."""
    # From the store come lists of two, which a server need not take for tuples.
    whole = [(name, value) for name, value in headers] + own
    tag = next((value for name, value in whole if name == "ETag"), "")
    # Mostly it is this very tag, which need not be read.
    if question.known and (question.known == tag or etags.is_known(question.known, tag)):
        return _NOT_MODIFIED, [each for each in whole if each[0] not in OF_A_BODY], b""
    return _OK, whole, body


def _keep(
    question: Question, asker: Asker | None, answer: Answer, headers: Headers, body: bytes
) -> None:
    """Keep what Django answered, and that this token was good."""
    try:
        if answer.origin is not None:
            facts = _facts(answer.route, headers)
            copies.keep_derived(question.copy, facts, origin=answer.origin, body=body)
        if asker is not None:
            limit = rate_limits.attempts(["user"], place="", person=asker.person)[0]
            good = {"until": asker.until, "counter": counter_key(limit)}
            copies.keep_derived(question.token, good, origin=asker.origin)
    except caching.UNREACHABLE as error:
        caching.go_without(error)


def _facts(route: str, headers: Headers) -> dict[str, Any]:
    tag = next((value for name, value in headers if name == "ETag"), "")
    return {"route": route, "headers": headers, "tag": tag}


_limit = lru_cache(maxsize=10)(Limit)
_gzip_accepted_by = lru_cache(maxsize=100)(accepts_gzip)


def _accepts_gzip(header: str) -> bool:
    """What browsers send is worked out once; what strangers make up is not kept."""
    is_usual = len(header) <= 50  # noqa: PLR2004 - characters
    return _gzip_accepted_by(header) if is_usual else accepts_gzip(header)


def _digest(parts: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()
