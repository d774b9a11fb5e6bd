"""What is wrong with a body is named: all of it, but never as many culprits as were sent."""

from __future__ import annotations

import pytest

from foundation.http.serializers import MOST_NAMED

CHALLENGES = "/api/v1/challenges/"


def test_all_that_is_wrong_with_a_body_is_named_at_once(api, learner):
    answer = api(learner).post(CHALLENGES, {"titel": "Cold start", "author": 7, "problem": None})
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/titel", "unknown"),
        ("/author", "read_only"),
        ("/title", "required"),
        ("/problem", "null"),
    ]


def test_of_a_flood_of_unknown_fields_the_first_are_named(api, db):
    body = {f"field-{number}": number for number in range(5000)}
    answer = api().post("/api/v1/auth/token/", body)
    assert answer.status_code == 400
    named = [error["pointer"] for error in answer.json()["errors"]]
    assert named[:MOST_NAMED] == [f"/field-{number}" for number in range(MOST_NAMED)]
    assert set(named[MOST_NAMED:]) == {"/email", "/password"}


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/v1/notifications/read/", {"ids": ["7"] * 5000}),
        ("/api/v1/me/tokens/", {"name": "CI", "scopes": [7] * 5000}),
    ],
)
def test_of_a_flood_of_mistyped_items_few_are_named(api, learner, address, body):
    answer = api(learner).post(address, body)
    assert answer.status_code == 400
    assert 1 <= len(answer.json()["errors"]) <= MOST_NAMED


@pytest.mark.parametrize(
    ("address", "body", "culprit"),
    [
        (CHALLENGES, {"title": 7, "problem": "It never starts."}, "/title"),
        (CHALLENGES, {"title": "Cold start", "problem": 0.5}, "/problem"),
        (CHALLENGES, {"title": "Cold start", "problem": "?", "topics": [7]}, "/topics/0"),
        ("/api/v1/subscriptions/", {"challenge": "7"}, "/challenge"),
        ("/api/v1/notifications/read/", {"ids": ["7"]}, "/ids/0"),
        ("/api/v1/notifications/read/", {"all": "true"}, "/all"),
        ("/api/v1/notifications/read/", {"all": 1}, "/all"),
    ],
)
def test_a_value_of_another_type_is_not_turned_into_the_right_one(
    api, learner, address, body, culprit
):
    answer = api(learner).post(address, body)
    assert answer.status_code == 400, answer.content
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        (culprit, "invalid")
    ]
