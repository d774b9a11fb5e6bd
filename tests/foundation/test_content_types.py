"""Requests that Django's own doors would not read: by their `Content-Type`, or in chunks."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest

from nexus import asgi, wsgi

ADDRESS = "/api/v1/auth/token/"
NONSENSE = ["application/json; charset*=nonsense''x", "multipart/form-data; boundary*=nonsense''x"]


@pytest.mark.django_db(transaction=True)  # the door closes connections, and each log-in counts
@pytest.mark.parametrize("header", NONSENSE)
def test_nonsense_counts_as_no_type_through_the_wsgi_door(header):
    statuses = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": ADDRESS,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": header,
        "CONTENT_LENGTH": "2",
        "wsgi.input": io.BytesIO(b"{}"),
        "wsgi.url_scheme": "http",
    }

    answer = wsgi.application(environ, lambda status, _headers: statuses.append(status))

    assert b"unsupported_media_type" in b"".join(answer)
    assert statuses == ["415 Unsupported Media Type"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("header", NONSENSE)
def test_nonsense_counts_as_no_type_through_the_asgi_door(header):
    sent = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": ADDRESS,
        "query_string": b"",
        "headers": [
            (b"host", b"testserver"),
            (b"content-type", header.encode()),
            (b"content-length", b"2"),
        ],
    }
    body = [{"type": "http.request", "body": b"{}"}]

    async def receive():
        return body.pop() if body else await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    asyncio.run(asgi.application(scope, receive, send))

    assert sent[0]["status"] == 415


class Arriving(io.BytesIO):
    """A body as a server's door hands it on, which tells how much of it was asked for."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def asked_in_chunks(body: bytes, **changes: Any) -> tuple[str, dict[str, Any], Arriving]:
    """Status and body of the answer to a request that does not say how long it is."""
    statuses: list[str] = []
    arriving = Arriving(body)
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": ADDRESS,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": arriving,
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": "http",
        **changes,
    }
    answer = wsgi.application(environ, lambda status, _headers: statuses.append(status))
    return statuses[0][:3], json.loads(b"".join(answer)), arriving


@pytest.mark.django_db(transaction=True)
class TestChunksThroughTheWsgiDoor:
    def test_a_body_without_a_length_is_read(self):
        body = b'{"email": "nobody@example.org", "password": "wrong"}'
        assert asked_in_chunks(body)[1]["code"] == "invalid_credentials"

    def test_one_that_does_not_end_is_refused_and_not_read_on(self):
        status, answer, arriving = asked_in_chunks(b" " * 20_000_000)
        assert (status, answer["code"]) == ("413", "too_large")
        assert arriving.taken < 5_000_000

    def test_a_door_that_cannot_tell_the_end_is_not_asked_for_more(self):
        *_, arriving = asked_in_chunks(b"{}", **{"wsgi.input_terminated": False})
        assert arriving.taken == 0
