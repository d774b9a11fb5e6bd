"""How many culprits of one body are named: enough to mend it, never as many as were sent."""

from __future__ import annotations

import pytest

from foundation.http.serializers import MOST_NAMED

CHALLENGES = "/api/v1/challenges/"


def test_each_unknown_field_of_a_mistaken_body_is_named(api, learner):
    answer = api(learner).post(CHALLENGES, {"titel": "Cold start", "author": 7, "problem": "Slow"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/titel", "/author"]


def test_of_a_flood_of_unknown_fields_the_first_are_named(api, db):
    body = {f"field-{number}": number for number in range(5000)}
    answer = api().post("/api/v1/auth/token/", body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        f"/field-{number}" for number in range(MOST_NAMED)
    ]


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
