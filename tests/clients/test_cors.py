"""Pages of other origins: what a browser's preflight is told in development."""

from __future__ import annotations

import urllib.request

import pytest

SENT = {
    "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id",
}  # fmt: skip
SHOWN = {
    "etag", "idempotency-replayed", "link", "location", "ratelimit", "ratelimit-policy",
    "retry-after", "x-cache", "x-request-id",
}  # fmt: skip
PORTS = (3000, 3001, 4200, 4321, 5173, 5174, 8080)


def names(header):
    return {name.strip().lower() for name in (header or "").split(",") if name.strip()}


@pytest.fixture
def asked(hub):
    def ask(origin, *, method="OPTIONS"):
        request = urllib.request.Request(
            f"http://127.0.0.1:{hub.port}/api/v1/challenges/" if method == "OPTIONS"
            else f"http://127.0.0.1:{hub.port}/openapi.json",
            method=method,
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": ", ".join(sorted(SENT)),
            },
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.headers

    return ask


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_on_a_usual_port_may_send_all_that_the_contract_knows(asked, host, port):
    headers = asked(f"http://{host}:{port}")

    assert headers["Access-Control-Allow-Origin"] == f"http://{host}:{port}"
    assert names(headers["Access-Control-Allow-Headers"]) >= SENT
    assert names(headers["Access-Control-Allow-Methods"]) >= {"get", "post", "patch", "delete"}


def test_a_page_may_read_the_headers_that_the_contract_promises(asked):
    headers = asked("http://localhost:5173", method="GET")

    assert names(headers["Access-Control-Expose-Headers"]) >= SHOWN


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:5173.evil.example"])
def test_a_page_from_elsewhere_is_not_let_in(asked, origin):
    assert asked(origin)["Access-Control-Allow-Origin"] is None
