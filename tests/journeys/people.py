"""Somebody with an account, over HTTP, at one web server or at several of one hub in turn."""

from __future__ import annotations

import http.client
import itertools
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from http.cookies import SimpleCookie
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import pytest

from tests.nexus.running import Answer

PASSWORD = "a long and lovely phrase"
JSON = "application/json"
PATIENCE = 30  # seconds for one answer


def ask(
    hub: str, method: str, path: str, body: bytes | None = None, **headers: str
) -> Answer:  # fmt: skip
    """Send one request to `hub`, an address; underscores in names of headers stand for `-`.

    Names of headers in the answer are in lower case, several of one name are its lines.
    """
    server = http.client.HTTPConnection(urlsplit(hub).netloc, timeout=PATIENCE)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        server.request(method, path, body, named)
        answer = server.getresponse()
        headers = answer.headers
        found = {name.lower(): "\n".join(headers.get_all(name, ())) for name in headers}
        return Answer(answer.status, answer.read(), found)
    finally:
        server.close()


class Client:
    """Somebody with a token."""

    def __init__(self, hubs: Sequence[str], email: str, password: str) -> None:
        self._hubs = itertools.cycle(hubs)
        self.token = ""
        self.person = {"email": email, "password": password}

    @classmethod
    def signed_up(cls, hubs: Sequence[str], name: str) -> Self:
        """Somebody new, logged in."""
        made = cls(hubs, f"{name}@example.org", PASSWORD)
        made.post("auth/register/", {**made.person, "display_name": name, "track": "BACKEND"})
        made.log_in()
        return made

    def log_in(self) -> dict[str, str]:
        """A new pair of tokens; the access token is used from now on."""
        self.token = ""
        pair = self.post("auth/token/", self.person)
        self.token = pair["access"]
        return pair

    def get(self, path: str) -> Any:
        return _content(self.ask("GET", path), path)

    def post(self, path: str, body: Any = None) -> Any:
        return _content(self.ask("POST", path, body or {}), path)

    def upload(self, path: str, name: str, content: bytes) -> Any:
        border = uuid.uuid4().hex
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/markdown\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{border}--\r\n".encode()
        kind = f"multipart/form-data; boundary={border}"
        return _content(self.ask("POST", path, body, Content_Type=kind), path)

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        while path:
            page = self.get(path)
            yield from page["results"]
            path = (page["next"] or "").partition("/api/v1/")[2]

    def ask(
        self, method: str, path: str, body: Any = None, *, at: str = "", **headers: str
    ) -> Answer:
        """Send one request, to the server `at` or to the next one; `body` is bytes or JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers = {"Content_Type": JSON, **headers}
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        return ask(at or next(self._hubs), method, f"/api/v1/{path}", body, **headers)


def _content(answer: Answer, path: str) -> Any:
    if answer.status >= http.client.BAD_REQUEST:
        pytest.fail(f"{path}: {answer.status} {answer.body.decode()}")
    return json.loads(answer.body or b"null")


class Browser:
    """Somebody with cookies and without scripts: for forms of the admin."""

    def __init__(self) -> None:
        self._cookies = SimpleCookie[str]()

    def get(self, hub: str, path: str) -> Answer:
        return self._ask(hub, "GET", path)

    def post(self, hub: str, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form, as a page that was read before would."""
        form = {**fields, "csrfmiddlewaretoken": self._cookies["csrftoken"].value}
        kind = "application/x-www-form-urlencoded"
        return self._ask(hub, "POST", path, urlencode(form).encode(), Content_Type=kind)

    def _ask(
        self, hub: str, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> Answer:
        cookie = "; ".join(f"{name}={it.value}" for name, it in self._cookies.items())
        answer = ask(hub, method, path, body, Cookie=cookie, **headers)
        for given in answer.headers.get("set-cookie", "").splitlines():
            self._cookies.load(given)
        return answer
