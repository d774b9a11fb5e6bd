"""The page that explains error codes."""

from __future__ import annotations

import re

import pytest

from foundation import errors


def test_a_problem_leads_to_the_explanation_of_its_code(client, api, learner):
    problem = api(learner).get("/api/v1/learnings/?nope=1").json()
    address, _, anchor = problem["type"].partition("#")

    page = client.get(address)

    assert page.status_code == 200
    assert f'id="{anchor}"' in page.content.decode()


@pytest.mark.parametrize("kind", ["Invalid", "Forbidden", "Conflict", "TooLarge", "Unavailable"])
def test_every_code_that_a_client_can_meet_is_explained(client, kind):
    page = client.get("/docs/errors/").content.decode()
    explained = set(re.findall(r'id="([^"]+)"', page))
    base = getattr(errors, kind)
    met = {
        sub.code
        for sub in base.__subclasses__()
        if sub.__module__.startswith(("accounts.", "learnings.", "notifications."))
    }
    assert met <= explained | inner_codes(page)


def inner_codes(page: str) -> set[str]:
    """Codes that stand only inside `errors`, explained in a table."""
    return set(re.findall(r"<td><code>([^<]+)</code>", page))
