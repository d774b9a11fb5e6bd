"""The page that explains error codes."""

from __future__ import annotations


def test_a_problem_leads_to_the_explanation_of_its_code(client, api, learner):
    problem = api(learner).get("/api/v1/learnings/?nope=1").json()
    address, _, anchor = problem["type"].partition("#")

    page = client.get(address)

    assert page.status_code == 200
    assert f'id="{anchor}"' in page.content.decode()
