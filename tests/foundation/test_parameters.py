"""Parameters that a request should not have sent."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_a_method_that_is_not_there_is_said_before_parameters_are_looked_at(api, learner, method):
    answer = api(learner).generic(method.upper(), "/api/v1/learnings/?no_such_parameter=1")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/v1/learnings/", "kind"),
        ("/api/v1/learnings/", "author"),
        ("/api/v1/learnings/", "created_after"),
        ("/api/v1/challenges/", "solved"),
        ("/api/v1/notifications/", "unread"),
        ("/api/v1/imports/", "status"),
    ],
)
def test_a_filter_without_a_value_is_refused_by_name(api, learner, address, name):
    answer = api(learner).get(f"{address}?{name}=")
    assert answer.status_code == 400, answer.content
    assert [(error["parameter"], error["code"]) for error in answer.json()["errors"]] == [
        (name, "blank")
    ]


def test_an_empty_search_box_is_no_filter(api, learner):
    assert api(learner).get("/api/v1/topics/?search=").status_code == 200
