"""Requests that may be repeated: `Idempotency-Key` on whatever creates.

The answer is kept in the transaction of what was created, so a client that heard nothing repeats
its request and gets the answer that was lost. The key's row is also the lock: a twin that comes
while the first is still at work waits for it. Why: docs/decisions/0013.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request

from foundation.http import etags
from foundation.http.problems import BadParameter
from foundation.models import KeptAnswer

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
KEPT_FOR: Final = timedelta(hours=24)
PATIENCE: Final = 5  # seconds that a twin waits for the first

_VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS: Final = ("Content-Type", "Location", "Link", "ETag")
_LOCK_TIMEOUT: Final = "55P03"  # PostgreSQL's code
_ATTEMPTS: Final = 3  # at a row that others delete under our hands


class KeyReused(APIException):
    """The key named another request before."""

    status_code = 422
    default_detail = "This key was sent with another request within the last 24 hours."
    default_code = "idempotency_key_reused"


class StillRunning(APIException):
    """The first request with this key has not come to an end."""

    status_code = 409
    default_detail = "The first request with this key is still at work. Repeat this one soon."
    default_code = "still_running"
    wait = PATIENCE  # said as `Retry-After`


def is_asked_for(request: Request) -> bool:
    """Whether this request's answer is to be kept: it has a key, and somebody is signed in."""
    return HEADER in request.headers and bool(request.user.is_authenticated)


def key_of(request: Request) -> str:
    """The key that the client chose.

    Raises:
        BadParameter: names the header if it has no, too many or invisible characters.
    """
    key = request.headers[HEADER]
    if not _VISIBLE.fullmatch(key):
        raise BadParameter(HEADER, "Send 1 to 255 visible ASCII characters.")
    return key


def answer_once(request: Request, key: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer kept under `key`, or that of `answer`, which is then kept if it is a success.

    `answer` runs in a transaction; what it raises leaves nothing behind.

    Raises:
        KeyReused: the key named another request.
        StillRunning: it names one that has not ended within `PATIENCE`.
    """
    fingerprint = _fingerprint(request)
    person: int = request.user.pk  # type: ignore[assignment]  # of somebody who is signed in
    with ExitStack() as until_committed:
        with _patience():
            until_committed.enter_context(transaction.atomic())
            with _patience_for_a_row():
                row, is_new = _claim(person, key, fingerprint, at=timezone.now())
        if not is_new:
            if row.fingerprint != fingerprint:
                raise KeyReused
            return _replay(row)
        response = answer()
        if not 200 <= response.status_code < 300:  # noqa: PLR2004 - a success
            row.delete()
            return response
        _keep(row, response)
        return response


def forget(*, at: datetime) -> int:
    """Delete answers kept longer than `KEPT_FOR`; returns how many."""
    return KeptAnswer.objects.filter(made_at__lte=at - KEPT_FOR).delete()[0]


def _claim(user_id: int, key: str, fingerprint: str, *, at: datetime) -> tuple[KeptAnswer, bool]:
    """The row of this key, held, and whether it is this request's to fill."""
    for _attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                # Waits while a twin's row is written and not committed.
                made = KeptAnswer.objects.create(
                    user_id=user_id, key=key, fingerprint=fingerprint, made_at=at
                )
        except IntegrityError:
            rows = KeptAnswer.objects.select_for_update()
            found = rows.filter(user_id=user_id, key=key).first()
            if found is None:
                continue  # forgotten between the two looks
            if found.made_at > at - KEPT_FOR:
                return found, False
            found.fingerprint, found.made_at = fingerprint, at
            return found, True
        else:
            return made, True
    raise StillRunning


def _keep(row: KeptAnswer, response: HttpResponse) -> None:
    if "ETag" not in response and hasattr(response, "revision"):
        # As it would get later, on its way out.
        response["ETag"] = etags.make(response.revision, response.content)
    row.status, row.body = response.status_code, response.content
    row.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    row.save()


def _replay(row: KeptAnswer) -> HttpResponse:
    response = HttpResponse(bytes(row.body), status=row.status)
    del response["Content-Type"]  # Django's own guess
    for name, value in row.headers.items():
        response[name] = value
    response[REPLAYED] = "true"
    return response


# --- Waiting for a twin -----------------------------------------------------------------------


@contextmanager
def _patience() -> Iterator[None]:
    """Wait no longer than `PATIENCE` for what a twin holds; on SQLite that is the whole database.

    Raises:
        StillRunning: it was not let go in time.
    """
    is_file = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if is_file:
            usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    try:
        yield
    except OperationalError as error:
        if _is_impatience(error):
            raise StillRunning from error
        raise
    finally:
        if is_file:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA busy_timeout = {usual}")


@contextmanager
def _patience_for_a_row() -> Iterator[None]:
    """The same for PostgreSQL, in the transaction that has begun; its later waits are as ever."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        # Who waits for a twin waits for a lock, and is told so: the bound of statements would come
        # in between.
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true),"
            " set_config('statement_timeout', '0', true)",
            [f"{PATIENCE}s"],
        )
        yield  # what is raised here ends the transaction, and the settings with it
        # What the connection began with.
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT; SET LOCAL statement_timeout TO DEFAULT")


def _is_impatience(error: OperationalError) -> bool:
    cause = error.__cause__
    return (
        getattr(cause, "sqlstate", None) == _LOCK_TIMEOUT
        or getattr(cause, "sqlite_errorname", None) == "SQLITE_BUSY"
    )


# --- Telling requests apart -------------------------------------------------------------------


def _fingerprint(request: Request) -> str:
    """A digest of what was asked: neither the order of keys nor a form's boundary counts."""
    asked = [
        request.method, request.path, sorted(request.query_params.lists()), _plain(request.data)
    ]  # fmt: skip
    try:
        packed = json.dumps(asked, sort_keys=True)
    except RecursionError:
        raise ParseError("JSON nested too deeply.") from None
    return hashlib.sha256(packed.encode()).hexdigest()


def _plain(data: Any) -> Any:
    """The parsed body as JSON can say it."""
    if not isinstance(data, MultiValueDict):
        return data
    return {"form": {name: [_value(each) for each in values] for name, values in data.lists()}}


def _value(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)  # the handler reads it again
    return {"file": value.name, "digest": digest.hexdigest()}
