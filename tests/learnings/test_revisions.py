"""Proposed changes of published entries: over HTTP, and by the rules of `revising`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Role, User
from learnings import publishing, revising
from learnings.models import Revision
from notifications.models import Announcement, Event, Notification
from tests.curating import signed_in, told
from tests.factories.accounts import UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    TopicFactory,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REVISIONS = "/api/v1/revisions/"


def problem(answer, status, code):
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.fixture
def entry(learner):
    return ChallengeFactory(
        author=learner, published=True, title="It hangs", problem="*Often.*", updated_at=NOON
    )


def texts(event):
    return list(Announcement.objects.filter(event=event).values_list("text", flat=True))


def test_an_authors_change_waits_while_the_published_words_stay(api, entry, learner, curator):
    TopicFactory(name="Redis", slug="redis")
    client = api(learner)

    answer = client.patch(entry.address, {"title": "It hung", "topics": ["redis"]})

    assert answer.status_code == 202, answer.content
    proposed = answer.json()
    assert (proposed["type"], proposed["entry"], proposed["status"]) == (
        "CHALLENGE", entry.pk, "PROPOSED",
    )  # fmt: skip
    assert proposed["changes"] == {"title": "It hung", "topics": ["redis"]}
    assert (proposed["import_run"], proposed["reason"], proposed["decided_at"]) == (None,) * 3
    assert answer["Location"] == f"{REVISIONS}{proposed['id']}/"
    assert client.get(answer["Location"]).json() == proposed
    assert client.get(f"{entry.address}revisions/").json()["results"] == [proposed]
    assert client.get(entry.address).json()["title"] == "It hangs"


def test_an_approval_shows_at_once_and_its_author_hears(
    api, entry, learner, curator, on_commit, work_off
):
    challenges = "/api/v1/challenges/"
    made = api(learner).patch(entry.address, {"problem": "**Always.**"}).json()
    assert "Often" in api(curator).get(challenges).content.decode()

    with on_commit():
        answer = api(curator).post(f"{REVISIONS}{made['id']}/approve/")

    assert (answer.status_code, answer.json()["status"]) == (200, "APPROVED")
    assert answer.json()["decided_at"]
    (shown,) = api(learner).get(challenges).json()["results"]
    assert shown["problem_html"] == "<p><strong>Always.</strong></p>\n"
    work_off()
    events = Notification.objects.values_list("user__display_name", "announcement__event")
    assert set(events) == {
        ("Cora Curator", "REVISION_PROPOSED"),
        ("Lena Learner", "REVISION_DECIDED"),
    }


def test_a_rejection_keeps_what_is_published_and_says_why(api, entry, learner, curator):
    made = api(learner).patch(entry.address, {"title": "X"}).json()
    address = f"{REVISIONS}{made['id']}/"

    problem(api(curator).post(f"{address}reject/", {"reason": " "}), 400, "invalid")
    answer = api(curator).post(f"{address}reject/", {"reason": "Say what hangs."})

    assert (answer.json()["status"], answer.json()["reason"]) == ("REJECTED", "Say what hangs.")
    assert api(learner).get(entry.address).json()["title"] == "It hangs"
    (text,) = texts(Event.REVISION_DECIDED)
    assert text.endswith("Say what hangs.")


@pytest.mark.parametrize("step", ["approve", "reject"])
def test_a_revision_is_decided_once(api, entry, learner, curator, step):
    made = api(learner).patch(entry.address, {"title": "X"}).json()
    body = {"reason": "No."} if step == "reject" else None
    address = f"{REVISIONS}{made['id']}/"
    assert api(curator).post(f"{address}{step}/", body).status_code == 200

    problem(api(curator).post(f"{address}approve/"), 409, "already_decided")
    problem(api(curator).post(f"{address}reject/", {"reason": "No."}), 409, "already_decided")


def test_a_newer_proposal_takes_the_place_of_the_open_one(api, entry, learner, curator):
    old = api(learner).patch(entry.address, {"title": "Old"}).json()
    new = api(learner).patch(entry.address, {"title": "New"}).json()

    # Whoever read the old words does not approve the new ones by mistake.
    assert api(curator).post(f"{REVISIONS}{old['id']}/approve/").status_code == 404
    assert [row["id"] for row in api(curator).get(REVISIONS).json()["results"]] == [new["id"]]


def test_a_curator_who_was_a_moment_late_is_told_so(entry, learner, curator):
    old = revising.propose(entry, by=learner, changes={"title": "Old"}, at=NOON)
    revising.propose(entry, by=learner, changes={"title": "New"}, at=NOON)
    with pytest.raises(revising.AlreadyDecided):
        revising.approve(old, by=curator, at=NOON)


def test_nobody_approves_their_own_without_the_permission(api, entry, learner):
    made = api(learner).patch(entry.address, {"title": "X"}).json()
    approve = f"{REVISIONS}{made['id']}/approve/"
    problem(api(learner).post(approve), 403, "not_a_curator")

    learner.user_permissions.add(Permission.objects.get(codename="publish_own"))

    assert api(User.objects.get(pk=learner.pk)).post(approve).status_code == 200
    entry.refresh_from_db()
    assert entry.title == "X"


def test_revisions_are_seen_by_the_author_and_curators(api, entry, other_learner, learner, curator):
    made = api(learner).patch(entry.address, {"title": "Secret"}).json()

    assert api(other_learner).get(f"{entry.address}revisions/").json()["results"] == []
    assert api(other_learner).get(REVISIONS).json()["results"] == []
    assert api(other_learner).get(f"{REVISIONS}{made['id']}/").status_code == 404
    assert len(api(curator).get(REVISIONS, {"status": "PROPOSED"}).json()["results"]) == 1
    assert api(curator).get(REVISIONS, {"status": "APPROVED"}).json()["results"] == []


def test_a_curator_edits_what_is_published_at_once(api, entry, curator):
    assert api(curator).patch(entry.address, {"title": "Mended"}).status_code == 200
    assert not Revision.objects.exists()


@pytest.mark.parametrize("factory", [LearningFactory, ChallengeFactory, SolutionFactory])
def test_every_kind_of_entry_takes_proposals(api, learner, curator, factory):
    entry = factory(author=learner, published=True)
    field = next(iter(entry.rendered))
    made = api(learner).patch(entry.address, {field: "`new`"})
    assert made.status_code == 202, made.content

    api(curator).post(f"{made['Location']}approve/")

    assert api(learner).get(entry.address).json()[f"{field}_html"] == "<p><code>new</code></p>\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing_to_change"),
        ({"title": ""}, "invalid"),
        ({"status": "DRAFT"}, "invalid"),
        ({"topics": ["no-such"]}, "invalid"),
    ],
)
def test_what_cannot_be_proposed_is_a_problem(api, entry, learner, body, code):
    problem(api(learner).patch(entry.address, body), 400, code)
    assert not Revision.objects.exists()


def test_retracting_an_entry_withdraws_what_was_proposed(entry, learner):
    revising.propose(entry, by=learner, changes={"title": "X"}, at=NOON)
    publishing.retract(entry, by=learner, at=NOON)
    assert not Revision.objects.exists()


def test_a_topic_deleted_since_is_left_out(entry, learner, curator):
    kept, lost = TopicFactory(), TopicFactory()
    revision = revising.propose(entry, by=learner, changes={"topics": [kept, lost]}, at=NOON)
    lost.delete()

    revising.approve(revision, by=curator, at=NOON)

    assert list(entry.topics.all()) == [kept]


def test_a_list_of_revisions_costs_the_same_for_one_and_for_many(
    api, curator, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = api(curator)
    RevisionFactory()
    client.get(REVISIONS)
    with CaptureQueriesContext(connection) as few:
        client.get(REVISIONS)
    RevisionFactory.create_batch(10)
    with django_assert_num_queries(len(few)):
        client.get(REVISIONS)


def test_an_older_proposal_does_not_undo_a_curators_edit(learner, curator):
    entry = LearningFactory(author=learner, published=True, title="Old", updated_at=NOON)
    change = {"title": "Mine"}
    revision = revising.propose(entry, by=learner, changes=change, at=NOON + timedelta(hours=1))
    edit = {"title": "Curated"}
    publishing.revise(entry, by=curator, changes=edit, at=NOON + timedelta(hours=2))

    with pytest.raises(revising.Outdated):
        revising.approve(revision, by=curator, at=NOON + timedelta(hours=3))

    entry.refresh_from_db()
    assert entry.title == "Curated"
    reason = "The title is mended already."
    revising.reject(revision, by=curator, reason=reason, at=NOON + timedelta(hours=3))


class TestACuratorsOwnWords:
    @pytest.fixture
    def own(self, curator):
        return ChallengeFactory(author=curator, published=True, title="Mine", updated_at=NOON)

    @pytest.fixture
    def other_curator(self, db):
        return UserFactory(role=Role.CURATOR)

    def test_wait_for_another_curator(self, api, own, curator, other_curator):
        answer = api(curator).patch(own.address, {"title": "Better"})

        assert answer.status_code == 202
        approve = f"{answer['Location']}approve/"
        problem(api(curator).post(approve), 403, "not_a_curator")
        own.refresh_from_db()
        assert own.title == "Mine"
        assert api(other_curator).post(approve).status_code == 200
        own.refresh_from_db()
        assert own.title == "Better"

    def test_change_at_once_with_the_right_to_publish_them(self, api, own, curator):
        curator.user_permissions.add(Permission.objects.get(codename="publish_own"))

        assert api(curator).patch(own.address, {"title": "Better"}).status_code == 200

    def test_change_at_once_while_they_are_not_public(self, api, curator):
        draft = ChallengeFactory(author=curator)
        assert api(curator).patch(draft.address, {"title": "Better"}).status_code == 200

    def test_wait_in_the_admin_site_too(self, own, curator):
        topic = TopicFactory()
        browser, page = signed_in(curator), f"/admin/learnings/challenge/{own.pk}/change/"
        form = {"title": "Better", "problem": own.problem, "topics": [topic.pk]}
        inline = {f"solutions-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}

        answer = browser.post(page, form | inline)

        assert answer.status_code == 302
        assert "Your own words: another curator approves the change." in told(answer)
        own.refresh_from_db()
        assert (own.title, list(own.topics.all())) == ("Mine", [])
        assert Revision.objects.get().changes == {"title": "Better", "topics": [topic.slug]}

    def test_saving_them_unchanged_in_the_admin_site_proposes_nothing(self, own, curator):
        page = f"/admin/learnings/challenge/{own.pk}/change/"
        form = {"title": own.title, "problem": own.problem, "topics": []}
        inline = {f"solutions-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}

        assert signed_in(curator).post(page, form | inline).status_code == 302

        assert not Revision.objects.exists()
