"""Errors: one shape for all of them, and each names its culprit."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from accounts.rest.v1 import profiles
from tests.contract.served.hubs import PROBLEM
from tests.contract.served.test_addresses_imports import form
from tests.factories.learnings import LearningFactory

JSON = {"Content_Type": "application/json"}
MIB = 1024 * 1024
LISTS = ["learnings/", "challenges/", "solutions/", "topics/", "users/", "cohorts/", "imports/",
         "revisions/", "sources/", "notifications/", "subscriptions/", "me/tokens/", "me/entries/",
         "me/bookmarks/", "me/votes/", "search/?q=x", "challenges/similar/?q=x"]  # fmt: skip
DETAILS = ["me/", "me/export/", "me/notification-preferences/"]


def test_a_problem_has_every_member_of_the_shape(hub):
    answer = hub.author.post("learnings/", {"kind": "CONCEPT"}, X_Request_ID="mine.1")

    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.json == {
        "type": "/docs/errors/#invalid",
        "title": "Bad Request",
        "status": 400,
        "detail": "Not valid: /title.",
        "instance": "/api/v1/learnings/",
        "code": "invalid",
        "request_id": "mine.1",
        "errors": [{"pointer": "/title", "code": "required",
                    "detail": "This field is required."}],
    }  # fmt: skip


@pytest.mark.parametrize("path", [*LISTS, *DETAILS])
def test_an_unknown_query_parameter_is_named(hub, path):
    joined = f"{path}{'&' if '?' in path else '?'}colour=red"
    assert hub.author.get(joined).culprits == {("colour", "unknown")}


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_writes_name_unknown_parameters_too(hub, method):
    row = LearningFactory(author=hub.people["author"], published=True)
    path = {"POST": "learnings/", "PUT": f"learnings/{row.pk}/bookmark/"}.get(
        method, f"learnings/{row.pk}/"
    )
    assert hub.author.ask(method, f"{path}?colour=red", {}).culprits == {("colour", "unknown")}


@pytest.mark.parametrize("path", LISTS[:-2])
def test_an_unknown_sort_key_is_named(hub, path):
    assert hub.author.get(f"{path}?ordering=colour").culprits == {("ordering", "unknown")}


@pytest.mark.parametrize("path", [*LISTS[:-2], "me/"])
def test_an_unknown_field_is_named(hub, path):
    assert {name for name, _ in hub.author.get(f"{path}?fields=id,colour").culprits} == {"fields"}


@pytest.mark.parametrize("path", ["learnings/", "challenges/", "solutions/", "me/entries/"])
def test_an_unknown_expansion_is_named(hub, path):
    assert hub.author.get(f"{path}?expand=colour").culprits == {("expand", "invalid_choice")}


@pytest.mark.parametrize(("method", "path"), [
    ("POST", "auth/register/"), ("POST", "auth/token/"), ("POST", "auth/token/refresh/"),
    ("POST", "auth/token/verify/"), ("POST", "auth/logout/"), ("POST", "auth/password/change/"),
    ("POST", "auth/password/reset/"), ("POST", "auth/password/reset/confirm/"),
    ("POST", "auth/email/verify/"), ("PATCH", "me/"), ("POST", "me/tokens/"),
    ("PATCH", "me/notification-preferences/"), ("POST", "learnings/"), ("POST", "challenges/"),
    ("POST", "solutions/"), ("POST", "imports/"), ("POST", "sources/"),
    ("POST", "subscriptions/"), ("POST", "notifications/read/"),
])  # fmt: skip
def test_an_unknown_body_field_is_named(hub, method, path):
    refused = hub.author.ask(method, path, {"a/b~colour": "red"})

    assert refused.status == 400
    assert ("/a~1b~0colour", "unknown") in refused.culprits, "as RFC 6901 escapes it"


@pytest.mark.parametrize("query", [
    "topic=nowhere", "author=somebody", "cohort=none", "track=backend", "status=draft",
    "kind=concept", "created_after=yesterday", "created_before=1", "updated_after=x",
    "updated_before=2026-13-01", "page_size=0", "page_size=101", "page_size=ten", "page=0",
    "cursor=x", "search=",
])  # fmt: skip
def test_a_bad_value_names_its_parameter(hub, query):
    name = query.partition("=")[0]
    answer = hub.author.get(f"learnings/?{query}")
    if query == "search=":
        assert answer.status == 200, "nothing to look for is no filter"
        return
    assert {named for named, _ in answer.culprits} == {name}


@pytest.mark.parametrize("raw", [
    b"", b"{", b'{"title": }', b"\xff\xfe", b"NaN", b'{"title": Infinity}', b"[" * 20_000,
    b'{"title": 1e999}',
])  # fmt: skip
def test_malformed_json_is_400(hub, raw):
    answer = hub.author.ask("POST", "learnings/", raw=raw, **JSON)
    assert answer.status == 400
    assert answer.code[1] in {"malformed", "invalid"}


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"text"', b"null"])
def test_json_that_is_no_object_is_400(hub, raw):
    assert hub.author.ask("POST", "learnings/", raw=raw, **JSON).code[0] == 400


@pytest.mark.parametrize("value", ["a\x00b", "\ud800"])
def test_text_that_no_database_holds_names_its_field(hub, value):
    raw = json.dumps({"kind": "CONCEPT", "title": value}).encode()
    answer = hub.author.ask("POST", "learnings/", raw=raw, **JSON)
    assert {name for name, _ in answer.culprits} == {"/title"}


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data",
                                        "application/x-www-form-urlencoded"])  # fmt: skip
def test_another_media_type_is_415(hub, media_type):
    answer = hub.author.ask("POST", "learnings/", raw=b"title=x", Content_Type=media_type)
    assert answer.code == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["learnings/", "me/"])
def test_an_unacceptable_accept_is_406(hub, path):
    assert hub.author.get(path, Accept="application/xml").code == (406, "not_acceptable")
    for fine in ("*/*", "application/*", "application/json", "text/html, */*;q=0.1"):
        assert hub.author.get(path, Accept=fine).status == 200, fine


def test_a_json_body_over_1_mib_is_413(hub):
    def sent(size: int):
        head, tail = b'{"kind": "CONCEPT", "title": "', b'"}'
        raw = head + b"x" * (size - len(head) - len(tail)) + tail
        return hub.author.ask("POST", "learnings/", raw=raw, **JSON)

    assert sent(MIB).culprits == {("/title", "max_length")}
    assert sent(MIB + 1).code == (413, "too_large")


def test_an_import_over_4_mib_is_413(hub):
    text = json.dumps({"text": "x" * 4 * MIB}).encode()
    assert hub.author.ask("POST", "imports/", raw=text, **JSON).code[0] == 413
    body, headers = form("file", b"x" * 4 * MIB)
    assert hub.author.ask("POST", "imports/", raw=body, **headers).code[0] == 413


@pytest.mark.parametrize("preview", ["", "?preview=true"])
def test_a_readme_over_1_mb_is_413(hub, preview):
    fits, over = b"# R\n" + b"x\n" * 499_998, b"# R\n" + b"x\n" * 500_000
    assert (len(fits), len(over)) == (1_000_000, 1_000_004)

    body, headers = form("file", over)
    answer = hub.author.ask("POST", f"imports/{preview}", raw=body, **headers)
    assert answer.code == (413, "document_too_large")
    assert hub.author.post(f"imports/{preview}", {"text": over.decode()}).code[0] == 413
    if not preview:
        assert hub.author.post("imports/", {"text": fits.decode()}).status == 202


def test_a_url_over_4096_bytes_is_414(hub):
    def asked(length: int):
        start = "/api/v1/learnings/?search="
        return hub.author.get(start + "x" * (length - len(start)))

    assert {name for name, _ in asked(4096).culprits} == {"search"}
    assert asked(4097).code == (414, "uri_too_long")


@pytest.mark.parametrize("path", ["learnings", "me", "learnings/1", "auth/token", "users/1/readme"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_missing_slash_is_a_404_problem_and_never_a_redirect(hub, method, path):
    answer = hub.author.ask(method, path)
    assert answer.code == (404, "not_found")
    assert "Location" not in answer.headers


@pytest.mark.parametrize("path", ["/api/", "/api/v2/learnings/", "/api/v1/nothing/", "/api/v1//me/",
                                  "learnings/x/", "learnings/99999999999999999999/"])  # fmt: skip
def test_what_is_nowhere_is_a_404_problem(hub, path):
    assert hub.author.get(path).code == (404, "not_found")


def test_another_method_is_a_405_problem_that_allows_the_right_ones(hub):
    answer = hub.author.ask("PUT", "learnings/", {})
    assert answer.code == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_a_host_that_is_not_served_is_a_400_problem(hub):
    assert hub.author.get("learnings/", Host="evil.example.org").code == (400, "unknown_host")


def test_too_many_requests_are_a_429_problem_with_retry_after(hub, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "user": (1, 60)}
    client = hub.join("hasty")
    assert client.get("me/").status == 200

    answer = client.get("me/")

    assert answer.code == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_database_out_of_reach_is_a_503_problem_with_retry_after(hub, monkeypatch, caplog):
    def away(_view):
        raise OperationalError("gone")

    monkeypatch.setattr(profiles.UserViewSet, "get_queryset", away)

    answer = hub.author.get("users/")

    assert answer.code == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert b"gone" not in answer.body


def test_a_bug_is_a_500_problem_without_a_word_about_the_inside(hub, monkeypatch, caplog):
    def broken(_view):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(profiles.UserViewSet, "get_queryset", broken)

    answer = hub.author.get("users/")

    assert answer.code == (500, "internal")
    assert b"secret" not in answer.body
