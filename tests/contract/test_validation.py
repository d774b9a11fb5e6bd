"""The suite notices an answer that the contract does not promise."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse

from tests.factories.learnings import ChallengeFactory
from tests.validation import violations


@pytest.fixture
def answered(api, learner):
    """`answered(path, **changes)`: what is found in a real answer with these changes."""

    def find(path, *, status=200, body=None, without=(), media_type=None):
        real = api(learner).get(path)
        changed = HttpResponse(
            real.content if body is None else body(real.content),
            status=status,
            headers=real.headers,
        )
        for name in without:
            del changed[name]
        if media_type is not None:
            changed["Content-Type"] = media_type
        return list(violations(real.wsgi_request, changed))

    return find


def edited(**changes):
    return lambda content: json.dumps({**json.loads(content), **changes}).encode()


def lacking(name):
    return lambda content: json.dumps(
        {key: value for key, value in json.loads(content).items() if key != name}
    ).encode()


def test_a_real_answer_is_as_promised(answered):
    assert answered("/api/v1/me/") == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"body": edited(track="CIRCUS")}, "/track"),
        ({"body": edited(id="1")}, "/id"),
        ({"body": edited(joined_at="yesterday")}, "/joined_at"),
        ({"body": lacking("bio")}, '"bio" is a required property'),
        ({"status": 418}, "getMe does not document this status"),
        ({"status": 404, "media_type": "application/json"}, "getMe does not document this status"),
        ({"media_type": "text/html"}, "getMe documents application/json"),
        ({"without": ["X-Request-ID"]}, "there is no header X-Request-ID"),
        ({"without": ["Vary"]}, "there is no header Vary"),
        ({"without": ["ETag"]}, "there is no header ETag"),
    ],
)
def test_an_answer_that_is_not_promised_is_noticed(answered, changes, complaint):
    (found,) = answered("/api/v1/me/", **changes)

    assert complaint in found


def test_a_refusal_is_a_problem_even_where_nothing_is(answered):
    path = "/api/v1/nothing/"

    assert answered(path, status=404) == []
    assert answered(path, status=404, body=lacking("code")) != []
    assert answered(path, status=404, media_type="text/html") != []
    assert "nothing is documented here, but it answers" in answered(path, status=200)


def test_a_trimmed_row_has_what_was_asked_for_and_nothing_else(answered, learner):
    ChallengeFactory(author=learner)
    path = "/api/v1/challenges/?author=me&fields=id,title"

    assert answered(path) == []
    assert answered(path, body=rows(edited(votes_count=1))) != []
    assert answered(path, body=rows(lacking("title"))) != []


def rows(change):
    """The same change to each row of a page."""

    def changed(content):
        page = json.loads(content)
        results = [json.loads(change(json.dumps(row))) for row in page["results"]]
        return json.dumps({**page, "results": results}).encode()

    return changed
