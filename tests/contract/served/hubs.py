"""A hub behind a real socket, and clients that see what any stranger would see of it."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from celery import current_app
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from accounts.models import Role, User
from foundation.models import Promise
from tests.factories.accounts import PASSWORD, UserFactory

BASE = "/api/v1/"
PATIENCE = 20  # seconds until an answer counts as lost
PROBLEM = "application/problem+json"
PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the wire. `headers[name]` is None for one that is not there."""

    path: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @cached_property
    def json(self) -> Any:
        """The body; `text/…` and `…/json` say their own charset, which is UTF-8."""
        zipped = self.headers["Content-Encoding"] == "gzip"
        return json.loads(gzip.decompress(self.body) if zipped else self.body)

    @property
    def media_type(self) -> str:
        return (self.headers["Content-Type"] or "").partition(";")[0]

    @property
    def code(self) -> tuple[int, str]:
        """Status and code of a problem, whose frame is checked on the way."""
        assert self.media_type == PROBLEM, (self.status, self.media_type, self.body[:300])
        assert set(self.json) == PROBLEM_KEYS
        assert self.json["status"] == self.status
        assert self.json["instance"] == urlsplit(self.path).path
        assert self.json["request_id"] == self.headers["X-Request-ID"]
        assert self.json["type"] == f"/docs/errors/#{self.json['code']}"
        return self.status, self.json["code"]

    @property
    def culprits(self) -> set[tuple[str, str]]:
        """`{(pointer or parameter, code)}` of a problem."""
        assert self.code
        named = self.json["errors"]
        assert all(set(c) in ({"pointer", "code", "detail"}, {"parameter", "code", "detail"})
                   for c in named)  # fmt: skip
        return {(c.get("pointer", c.get("parameter")), c["code"]) for c in named}

    @property
    def ids(self) -> list[int]:
        """Ids of a list's rows."""
        assert self.status == 200, self.body
        return [row["id"] for row in self.json["results"]]


class Client:
    """Somebody who asks. Paths are below `/api/v1/` unless they begin with a slash."""

    def __init__(self, host: str, token: str | None = None) -> None:
        self.host, self.token = host, token

    def ask(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str
    ) -> Answer:
        """One request on a connection of its own; `X_Name=…` is a header `X-Name`.

        `body` is sent as JSON, `raw` as it is. Redirects are answers like others.
        """
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            raw = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        target = path if path.startswith("/") else f"{BASE}{path}"
        target = quote(target, safe="/?&=%:+,*-._~")
        line = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        try:
            line.request(method, target, raw, sent)
            answer = line.getresponse()
            return Answer(target, answer.status, answer.headers, answer.read())
        finally:
            line.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.ask("PATCH", path, body, **headers)

    def put(self, path: str, **headers: str) -> Answer:
        return self.ask("PUT", path, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.ask("DELETE", path, **headers)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        """What a POST created."""
        answer = self.post(path, body)
        assert answer.status == 201, answer.body
        return answer.json


class Hub:
    """A served hub and its people: each attribute is a `Client` who logged in over HTTP."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.anonymous = Client(host)
        self.people: dict[str, User] = {}
        self.author = self.join("author")
        self.other = self.join("other")
        self.curator = self.join("curator", role=Role.CURATOR)
        self.admin = self.join("admin", role=Role.ADMIN)

    def join(self, name: str, **traits: Any) -> Client:
        """Let somebody join and log in."""
        traits = {"display_name": name.title(), "email": f"{name}@example.org", **traits}
        self.people[name] = UserFactory(**traits)
        return self.log_in(name)

    def log_in(self, name: str) -> Client:
        """A new session of one of the people."""
        return Client(self.host, self.token_pair(name)["access"])

    def token_pair(self, name: str) -> dict[str, str]:
        """What logging in answers."""
        credentials = {"email": self.people[name].email, "password": PASSWORD}
        answer = self.anonymous.post("auth/token/", credentials)
        assert answer.status == 200, answer.body
        return answer.json

    def work_off(self) -> int:
        """Do all promised work, as a worker would; returns how many tasks that were."""
        current_app.loader.import_default_modules()
        done = 0
        while owed := list(Promise.objects.filter(kept_at=None).order_by("pk")):
            for row in owed:
                current_app.tasks[row.task](**row.message())
                done += 1
        return done


@contextmanager
def emptied_afterwards(migrated_rows: str) -> Iterator[None]:
    """Let rows be written for good, and leave only those that migrations wrote."""
    try:
        yield
    finally:
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        ContentType.objects.clear_cache()
        connection.creation.deserialize_db_from_string(migrated_rows)
