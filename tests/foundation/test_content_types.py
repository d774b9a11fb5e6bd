"""A `Content-Type` that Django cannot take apart."""

from __future__ import annotations

import asyncio
import io

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
