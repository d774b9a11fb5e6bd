"""Who may see what: what is invisible answers exactly like what does not exist."""

from __future__ import annotations

import pytest

from tests.factories.learnings import (
    ChallengeFactory,
    ImportConflictFactory,
    ImportRunFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    SourceFactory,
    TopicFactory,
)
from tests.factories.notifications import SubscriptionFactory

NOWHERE = 987654321
FACTORIES = {"learnings": LearningFactory, "challenges": ChallengeFactory,
             "solutions": SolutionFactory}  # fmt: skip
OF_ENTRIES = [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "submit/"), ("POST", "publish/"),
              ("POST", "reject/"), ("POST", "retract/"), ("PUT", "vote/"), ("DELETE", "vote/"),
              ("PUT", "bookmark/"), ("DELETE", "bookmark/"), ("GET", "revisions/")]  # fmt: skip


def body_of(method: str, action: str) -> dict | None:
    if method == "PATCH":
        return {"title": "x"}
    return {"reason": "x"} if action == "reject/" else None


def told(answer) -> tuple:
    """All that an answer says but what names the request itself."""
    body = {**answer.json, "instance": "", "request_id": ""}
    names = {name.lower() for name in answer.headers} - {"date", "ratelimit", "x-request-id"}
    same = {name: answer.headers[name] for name in names if name != "content-length"}
    return answer.status, body, same


@pytest.mark.parametrize("state", ["draft", "in_review", "rejected", "retracted"])
@pytest.mark.parametrize("name", FACTORIES)
def test_an_invisible_entry_answers_like_none_whatever_is_asked(hub, name, state):
    traits = {} if state == "draft" else {state: True}
    hidden = FACTORIES[name](author=hub.people["author"], **traits)

    for method, action in OF_ENTRIES:
        body = body_of(method, action)
        there = hub.other.ask(method, f"{name}/{hidden.pk}/{action}", body)
        nowhere = hub.other.ask(method, f"{name}/{NOWHERE}/{action}", body)
        assert there.code == (404, "not_found"), (method, action)
        assert told(there) == told(nowhere), (method, action)


@pytest.mark.parametrize(
    ("method", "path", "make"),
    [
        ("GET", "topics/{}/", lambda _: TopicFactory(is_proposed=True).slug),
        ("GET", "imports/{}/", lambda owner: ImportRunFactory(author=owner).pk),
        ("POST", "imports/{}/submit/", lambda owner: ImportRunFactory(author=owner).pk),
        ("GET", "imports/{}/conflicts/", lambda owner: ImportConflictFactory(
            import_run__author=owner).import_run_id),
        ("GET", "revisions/{}/", lambda owner: RevisionFactory(learning__author=owner).pk),
        ("POST", "revisions/{}/approve/", lambda owner: RevisionFactory(
            learning__author=owner).pk),
        ("DELETE", "sources/{}/", lambda owner: SourceFactory(user=owner).pk),
        ("DELETE", "subscriptions/{}/", lambda owner: SubscriptionFactory(user=owner).pk),
        ("GET", "challenges/{}/solutions/", lambda owner: ChallengeFactory(author=owner).pk),
    ],
)  # fmt: skip
def test_what_else_is_others_answers_like_nothing(hub, method, path, make):
    hidden = make(hub.people["author"])

    there = hub.other.ask(method, path.format(hidden))

    assert there.code == (404, "not_found")
    assert told(there) == told(hub.other.ask(method, path.format(NOWHERE)))


@pytest.mark.parametrize(
    ("path", "field"), [("solutions/", "challenge"), ("subscriptions/", "challenge")]
)
def test_naming_something_invisible_is_like_naming_nothing(hub, path, field):
    hidden = ChallengeFactory(author=hub.people["author"])
    rest = {"body": "x"} if path == "solutions/" else {}

    there = hub.other.post(path, {field: hidden.pk, **rest})
    nowhere = hub.other.post(path, {field: NOWHERE, **rest})

    assert there.culprits == nowhere.culprits == {(f"/{field}", "does_not_exist")}


def test_learners_see_what_is_published_and_all_of_their_own(hub):
    states = ("draft", "in_review", "rejected", "retracted", "published")
    rows = {state: LearningFactory(author=hub.people["author"],
                                   **({} if state == "draft" else {state: True}))
            for state in states}  # fmt: skip

    def seen_by(client) -> set[str]:
        return {s for s, row in rows.items() if client.get(f"learnings/{row.pk}/").status == 200}

    assert seen_by(hub.author) == set(states)
    assert seen_by(hub.other) == {"published"}
    assert seen_by(hub.curator) == seen_by(hub.admin) == set(states)


@pytest.mark.parametrize("name", FACTORIES)
@pytest.mark.parametrize(
    "action", ["submit/", "publish/", "reject/", "retract/", "DELETE", "PATCH"]
)
def test_what_is_visible_but_forbidden_is_403(hub, name, action):
    row = FACTORIES[name](author=hub.people["author"], published=True)
    method = action if action.isupper() else "POST"
    rest = "" if action.isupper() else action
    body = {"topics": []} if method == "PATCH" else body_of(method, rest)

    assert hub.other.ask(method, f"{name}/{row.pk}/{rest}", body).code[0] == 403


@pytest.mark.parametrize("field", ["id", "author", "status", "review_reason", "source",
    "votes_count", "created_at", "updated_at", "published_at", "body_html"])  # fmt: skip
def test_fields_that_a_client_may_not_set_are_refused_by_name(hub, field):
    body = {"kind": "CONCEPT", "title": "T", field: None}
    draft = LearningFactory(author=hub.people["author"])

    assert {name for name, _ in hub.author.post("learnings/", body).culprits} == {f"/{field}"}
    refused = hub.author.patch(f"learnings/{draft.pk}/", {field: None})
    assert {name for name, _ in refused.culprits} == {f"/{field}"}


@pytest.mark.parametrize(("field", "value"), [("accepted", True), ("challenge", 1)])
def test_a_solutions_fixed_fields_are_refused_by_name(hub, field, value):
    draft = SolutionFactory(author=hub.people["author"])
    refused = hub.author.patch(f"solutions/{draft.pk}/", {field: value})
    assert {name for name, _ in refused.culprits} == {f"/{field}"}
