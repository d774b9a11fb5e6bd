import re

import pytest
from django.test import Client

from foundation.http.problems import MEDIA_TYPE
from nexus import pages


def test_an_unknown_address_is_a_page(client):
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()
    assert "/static/nexus/pages.css" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nowhere/", "/api/v1/challenges"])
def test_an_unknown_api_address_is_a_problem(client, path):
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_method_is_told_the_same(method):
    client = Client(enforce_csrf_checks=True)  # as a server does

    assert getattr(client, method)("/api/v1/nowhere/").json()["code"] == "not_found"


def test_a_breakdown_is_a_page_that_asks_no_database(rf):
    answer = pages.broken(rf.get("/"))  # this test has not asked for a database

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_a_breakdown_of_the_api_is_a_problem(rf):
    answer = pages.broken(rf.get("/api/v1/challenges/"))

    assert answer.status_code == 500
    assert answer["Content-Type"] == MEDIA_TYPE


def test_our_style_needs_nothing_from_elsewhere(client):
    style = b"".join(client.get("/static/nexus/pages.css").streaming_content).decode()

    assert "--pine" in style
    assert not re.search(r"url\(|@import|https?:", style)


@pytest.mark.parametrize(
    ("path", "place"),
    [("/admin", "/admin/"), ("/favicon.ico", "/static/nexus/mark.svg")],
)
def test_what_people_and_browsers_type_leads_somewhere(client, path, place):
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer["Location"] == place


@pytest.mark.parametrize("path", ["/account/reset/", "/account/verify/"])
def test_pages_that_take_a_password_or_a_secret_run_and_ask_nobody_else(client, path):
    answer = client.get(path)

    policy = dict(part.split(maxsplit=1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "<noscript>" in answer.content.decode()
    assert client.post(path).status_code == 405
