"""What goes wrong around the views, under /api/: one shape, over a real server as in-process."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, RawPostDataException
from django.test import Client, override_settings
from django.urls import include, path, re_path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.http.problems import MEDIA_TYPE
from foundation.http.views import ContractMixin
from nexus import manual, pages
from nexus.asgi import application

SHAPE = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
RAISED = {
    "bug": (RuntimeError("canary-in-a-bug"), 500, "internal"),
    "suspicious": (SuspiciousOperation("canary"), 400, "bad_request"),
    "bad": (BadRequest("canary"), 400, "bad_request"),
    "denied": (PermissionDenied("canary"), 403, "forbidden"),
    "missing": (Http404("canary"), 404, "not_found"),
    "recursion": (RecursionError("canary"), 500, "internal"),
    "unicode": (UnicodeEncodeError("utf-8", "canary", 0, 1, "surrogates"), 500, "internal"),
    "read": (RawPostDataException("canary"), 500, "internal"),
}


def plain(request: HttpRequest, what: str) -> HttpResponse:
    """A view of Django's that breaks."""
    raise RAISED[what][0]


class Breaking(ContractMixin, APIView):
    """A view of REST framework's that breaks."""

    permission_classes: list = []
    swagger_schema = None

    def get(self, request: Request, what: str) -> Response:
        raise RAISED[what][0]

    def post(self, request: Request, what: str) -> Response:
        return Response({"read": len(str(request.data))})


urlpatterns = [
    path("api/v1/plain/<str:what>/", plain),
    path("api/v1/framed/<str:what>/", Breaking.as_view()),
    path("", include("nexus.urls")),
    re_path(r"^", pages.not_found),
]
handler404, handler500 = "nexus.pages.not_found", "nexus.pages.broken"


def check(status: int, headers: dict[str, str], body: bytes, expected: tuple[int, str]) -> dict:
    """Whether an answer is the expected problem, whole, and tells nothing of what is inside."""
    told = json.loads(body)
    assert headers["content-type"] == MEDIA_TYPE, body
    assert (status, told["code"]) == expected, told
    assert set(told) == SHAPE
    assert told["status"] == status
    assert told["request_id"] == headers["x-request-id"]
    assert f'id="{told["code"]}"' in manual._rendered()
    assert "canary" not in body.decode()
    assert "private" in headers["cache-control"] or "public" in headers["cache-control"]
    return told


@pytest.fixture
def routed(settings):
    """The hub with some addresses more, behind which everything breaks."""
    settings.ROOT_URLCONF = __name__


@pytest.mark.usefixtures("routed", "db")
@pytest.mark.parametrize("what", RAISED)
@pytest.mark.parametrize("view", ["plain", "framed"])
def test_whatever_a_view_raises_is_a_problem(view, what):
    answer = Client(raise_request_exception=False).get(f"/api/v1/{view}/{what}/")

    headers = {name.lower(): value for name, value in answer.items()}
    check(answer.status_code, headers, answer.content, RAISED[what][1:])


@pytest.mark.usefixtures("routed", "db")
@pytest.mark.parametrize("what", RAISED)
def test_outside_of_the_api_it_is_no_problem(client, what):
    client.raise_request_exception = False
    answer = client.get("/nowhere/")
    assert answer["Content-Type"].startswith("text/html")


class Server:
    """The hub's ASGI application behind uvicorn, as `manage.py up` runs it."""

    def __init__(self) -> None:
        config = uvicorn.Config(application, port=0, log_level="critical", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        deadline = time.monotonic() + 20
        while not self.server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)

    def ask(
        self, method: str, address: str, *, body=None, headers: dict[str, str] | None = None,
        bare: bool = False,
    ) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
        """Send a request as it is, and read the answer; `bare` sends the headers only."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            if bare:
                line.putrequest(method, address, skip_host="Host" in (headers or {}))
                for name, value in (headers or {}).items():
                    line.putheader(name, value)
                line.endheaders()
            else:
                chunked = isinstance(body, Iterator)
                line.request(method, address, body, headers or {}, encode_chunked=chunked)
            answer = line.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, named, answer.read()
        finally:
            line.close()


@pytest.fixture
def server(transactional_db, settings) -> Iterator[Server]:
    settings.ROOT_URLCONF = __name__
    made = Server()
    yield made
    made.stop()


JSON = {"Content-Type": "application/json"}
MEGABYTE = b"x" * 1024 * 1024


def test_a_real_server_says_it_in_the_same_shape(server):
    ask = server.ask
    for view in ("plain", "framed"):
        for what, (_error, status, code) in RAISED.items():
            check(*ask("GET", f"/api/v1/{view}/{what}/"), (status, code))
    here = "/api/v1/framed/bug/"
    check(*ask("GET", "/api/v1/nowhere/"), (404, "not_found"))
    check(*ask("GET", "/api/"), (404, "not_found"))
    check(*ask("GET", here, headers={"Host": "evil.example"}), (400, "unknown_host"))
    check(*ask("GET", here, headers={"Host": "a b"}), (400, "unknown_host"))
    check(*ask("GET", here, headers={"Accept": "text/html"}), (406, "not_acceptable"))
    check(*ask("GET", f"{here}?{'a' * 5000}"), (414, "uri_too_long"))
    check(*ask("POST", here, body=b"<a/>", headers={"Content-Type": "application/xml"}),
          (415, "unsupported_media_type"))  # fmt: skip
    check(*ask("POST", here, body=b"{", headers=JSON), (400, "malformed"))
    check(*ask("POST", here, body=b"[" * 5000, headers=JSON), (400, "malformed"))
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        _status, headers, _body = answer = ask(method, here)
        check(*answer, (405, "method_not_allowed"))
        assert {"GET", "POST"} <= set(re.split(", *", headers["allow"]))


def test_a_real_server_takes_no_body_that_is_too_large(server):
    ask = server.ask
    here = "/api/v1/framed/bug/"
    expected = (413, "too_large")
    check(*ask("POST", here, body=b'"' + MEGABYTE * 2 + b'"', headers=JSON), expected)
    check(*ask("POST", here, body=b'"' + MEGABYTE * 5 + b'"', headers=JSON), expected)
    chunks = iter([b'"', *[MEGABYTE] * 5, b'"'])
    check(*ask("POST", here, body=chunks, headers={**JSON, "Transfer-Encoding": "chunked"}),
          expected)  # fmt: skip


def test_a_body_in_chunks_is_read_like_any_other(server):
    chunks = iter([b'{"a": ', b'"', b"x" * 1000, b'"}'])
    headers = {**JSON, "Transfer-Encoding": "chunked"}

    _status, _headers, body = server.ask(
        "POST", "/api/v1/framed/bug/", body=chunks, headers=headers
    )

    assert json.loads(body)["read"] > 1000


@pytest.mark.usefixtures("routed", "db")
def test_a_length_that_is_announced_is_refused_before_the_body_comes():
    answer = Client().generic(
        "POST", "/api/v1/framed/bug/", b"{}", "application/json", CONTENT_LENGTH="99999999999"
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.usefixtures("routed", "db")
def test_a_form_of_a_thousand_fields_is_not_understood(api, learner):
    fields = {f"f{number}": "x" for number in range(1100)}
    answer = api(learner).post("/api/v1/imports/", fields, format="multipart")

    headers = {name.lower(): value for name, value in answer.items()}
    check(answer.status_code, headers, answer.content, (400, "bad_request"))


@pytest.mark.parametrize("address", ["/api/v1/learnings/", "/api/v1/me/", "/api/v1/nowhere/"])
def test_a_head_is_a_get_without_its_body(api, learner, address):
    asked, headed = api(learner).get(address), api(learner).head(address)

    assert headed.status_code == asked.status_code
    assert headed.content == b""
    assert headed["Content-Type"] == asked["Content-Type"]


@pytest.mark.parametrize(
    ("address", "methods"),
    [
        ("/api/v1/learnings/", {"GET", "POST"}),
        ("/api/v1/me/", {"GET", "PATCH", "DELETE"}),
        ("/api/v1/auth/token/", {"POST"}),
    ],
)
def test_options_names_the_methods_and_describes_nothing(api, learner, address, methods):
    answer = api(learner).options(address)

    assert (answer.status_code, answer.content) == (204, b"")
    allowed = set(re.split(", *", answer["Allow"]))
    assert allowed - {"HEAD", "OPTIONS"} == methods


def test_a_preflight_is_answered_without_a_token(client):
    answer = client.options(
        "/api/v1/learnings/",
        HTTP_ORIGIN="http://localhost:5173",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
    )
    assert answer.status_code in {200, 204}
    assert "POST" in answer["Access-Control-Allow-Methods"]


@override_settings(ALLOWED_HOSTS=["hub.example.org"])
def test_a_bad_host_is_refused_before_anything_is_looked_up(client):
    answer = client.get("/api/v1/learnings/", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host")
