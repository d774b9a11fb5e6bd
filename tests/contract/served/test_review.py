"""Review: every step, from every state, by everybody who may be concerned."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from tests.factories.learnings import ChallengeFactory, LearningFactory, SolutionFactory

STATES = ("draft", "in_review", "published", "rejected", "retracted")
ACTORS = ("author", "other", "curator", "admin")
HIDDEN = (404, "not_found")
NOT_YOURS = (403, "not_yours")
NOT_A_CURATOR = (403, "not_a_curator")
# By step and state what the author, another learner and reviewers get: the new state, or a refusal.
STEPS = {
    "submit": {
        "draft": ("IN_REVIEW", HIDDEN, NOT_YOURS),
        "rejected": ("IN_REVIEW", HIDDEN, NOT_YOURS),
        "in_review": ((409, "not_submittable"), HIDDEN, NOT_YOURS),
        "published": ((409, "not_submittable"), NOT_YOURS, NOT_YOURS),
        "retracted": ((409, "not_submittable"), HIDDEN, NOT_YOURS),
    },
    "publish": {
        "draft": (NOT_A_CURATOR, HIDDEN, (409, "not_publishable")),
        "rejected": (NOT_A_CURATOR, HIDDEN, (409, "not_publishable")),
        "in_review": (NOT_A_CURATOR, HIDDEN, "PUBLISHED"),
        "published": (NOT_A_CURATOR, NOT_A_CURATOR, (409, "not_publishable")),
        "retracted": (NOT_A_CURATOR, HIDDEN, (409, "not_publishable")),
    },
    "reject": {
        "draft": (NOT_A_CURATOR, HIDDEN, (409, "not_rejectable")),
        "rejected": (NOT_A_CURATOR, HIDDEN, (409, "not_rejectable")),
        "in_review": (NOT_A_CURATOR, HIDDEN, "REJECTED"),
        "published": (NOT_A_CURATOR, NOT_A_CURATOR, (409, "not_rejectable")),
        "retracted": (NOT_A_CURATOR, HIDDEN, (409, "not_rejectable")),
    },
    "retract": {
        "draft": ((409, "not_retractable"), HIDDEN, (409, "not_retractable")),
        "rejected": ((409, "not_retractable"), HIDDEN, (409, "not_retractable")),
        "in_review": ("RETRACTED", HIDDEN, "RETRACTED"),
        "published": ("RETRACTED", NOT_YOURS, "RETRACTED"),
        "retracted": ((409, "not_retractable"), HIDDEN, (409, "not_retractable")),
    },
    "DELETE": {
        "draft": ("gone", HIDDEN, "gone"),
        "rejected": ("gone", HIDDEN, "gone"),
        "retracted": ("gone", HIDDEN, "gone"),
        "in_review": ((409, "not_discardable"), HIDDEN, (409, "not_discardable")),
        "published": ((409, "not_discardable"), NOT_YOURS, (409, "not_discardable")),
    },
    "PATCH": {
        "draft": ("DRAFT", HIDDEN, "DRAFT"),
        "rejected": ("REJECTED", HIDDEN, "REJECTED"),
        "in_review": ((409, "not_editable"), HIDDEN, "IN_REVIEW"),
        "published": ("proposed", NOT_YOURS, "PUBLISHED"),
        "retracted": ((409, "not_editable"), HIDDEN, "RETRACTED"),
    },
}


def outcome(client, step: str, address: str):
    """The state that came of a step, or the refusal."""
    if step == "DELETE":
        answer = client.delete(address)
    elif step == "PATCH":
        answer = client.patch(address, {"title": "Changed"})
    else:
        body = {"reason": "Say more."} if step == "reject" else None
        answer = client.post(f"{address}{step}/", body)
    if answer.status >= 400:
        return answer.code
    if answer.status == 200:
        return answer.json["status"]
    return {202: "proposed", 204: "gone"}[answer.status]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_from_each_state_by_each_person(hub, step, state):
    by_author, by_other, by_reviewer = STEPS[step][state]
    expected = dict(zip(ACTORS, (by_author, by_other, by_reviewer, by_reviewer), strict=True))

    found = {}
    for actor in ACTORS:
        traits = {} if state == "draft" else {state: True}
        row = LearningFactory(author=hub.people["author"], **traits)
        found[actor] = outcome(getattr(hub, actor), step, f"learnings/{row.pk}/")

    assert found == expected


@pytest.mark.parametrize("factory", [LearningFactory, ChallengeFactory, SolutionFactory])
@pytest.mark.parametrize("step", ["publish", "reject"])
def test_a_curator_reviews_nothing_of_their_own(hub, factory, step):
    own = factory(author=hub.people["curator"], in_review=True)
    address = own.address.removeprefix("/api/v1/")

    assert outcome(hub.curator, step, address)[0] == 403
    assert outcome(hub.admin, step, address) in {"PUBLISHED", "REJECTED"}


@pytest.fixture(scope="module")
def trusted(hub):
    """An author whom curators let publish their own."""
    client = hub.join("trusted")
    hub.people["trusted"].user_permissions.add(
        *Permission.objects.filter(codename__startswith="publish_own")
    )
    return client


@pytest.mark.parametrize("traits", [{}, {"in_review": True}])
def test_a_trusted_author_publishes_their_own_from_draft_too(hub, trusted, traits):
    own = LearningFactory(author=hub.people["trusted"], **traits)
    assert outcome(trusted, "publish", f"learnings/{own.pk}/") == "PUBLISHED"


def test_a_trusted_author_publishes_nobody_elses(hub, trusted):
    others = LearningFactory(author=hub.people["author"], in_review=True)
    assert outcome(trusted, "publish", f"learnings/{others.pk}/") == HIDDEN


def test_a_rejection_needs_a_reason(hub):
    address = f"learnings/{LearningFactory(in_review=True).pk}/reject/"

    assert hub.curator.post(address, {}).culprits == {("/reason", "required")}
    assert hub.curator.post(address, {"reason": " "}).culprits == {("/reason", "blank")}


def test_the_published_text_stays_until_its_change_is_approved(hub):
    row = LearningFactory(author=hub.people["author"], published=True, title="Old")
    address = f"learnings/{row.pk}/"

    proposed = hub.author.patch(address, {"title": "New"})

    assert proposed.status == 202
    for client in (hub.author, hub.other, hub.curator):
        assert client.get(address).json["title"] == "Old"
    assert hub.curator.post(f"revisions/{proposed.json['id']}/approve/").status == 200
    assert hub.other.get(address).json["title"] == "New"


def test_curators_edit_at_once_whatever_the_state(hub):
    for state in STATES:
        traits = {} if state == "draft" else {state: True}
        row = LearningFactory(author=hub.people["author"], **traits)
        changed = hub.curator.patch(f"learnings/{row.pk}/", {"title": "By a curator"})
        assert (changed.status, changed.json["title"]) == (200, "By a curator"), state


def test_a_solution_needs_a_published_challenge(hub):
    draft = ChallengeFactory(author=hub.people["author"])
    body = {"body": "Restart it."}

    for client in (hub.author, hub.curator):
        refused = client.post("solutions/", {**body, "challenge": draft.pk})
        assert refused.code == (409, "challenge_not_published")
        refused = client.post(f"challenges/{draft.pk}/solutions/", body)
        assert refused.code == (409, "challenge_not_published")


def test_only_a_published_solution_is_accepted(hub):
    challenge = ChallengeFactory(author=hub.people["author"], published=True)
    draft = SolutionFactory(author=hub.people["author"], challenge=challenge)

    assert hub.author.post(f"solutions/{draft.pk}/accept/").code == (409, "not_published")


def test_a_retracted_solution_is_accepted_no_more(hub):
    challenge = ChallengeFactory(author=hub.people["author"], published=True)
    solution = SolutionFactory(
        author=hub.people["other"], challenge=challenge, published=True, accepted=True
    )
    assert hub.author.get(f"challenges/{challenge.pk}/").json["solved"] is True

    assert outcome(hub.other, "retract", f"solutions/{solution.pk}/") == "RETRACTED"

    shown = hub.author.get(f"challenges/{challenge.pk}/").json
    assert (shown["solved"], shown["accepted_solution"]) == (False, None)
