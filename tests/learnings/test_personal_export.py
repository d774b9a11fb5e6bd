"""`me/export/`: everything about the reader, and nothing about anybody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import PersonalToken, User
from learnings.models import Bookmark, Vote
from notifications.models import Event, Subscription
from notifications.preferring import wish
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    ImportRunFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    SourceFactory,
    TopicFactory,
)
from tests.factories.notifications import NotificationFactory
from tests.learnings.test_leaving import referring_to_people

EXPORT = "/api/v1/me/export/"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def furnish(person: User, mark: str) -> None:
    """Give somebody one of everything, recognisable by `mark`."""
    topic = TopicFactory(name=f"Topic of {mark}")
    for state in ({}, {"in_review": True}, {"published": True}, {"retracted": True}):
        LearningFactory(author=person, title=f"{mark} learning", topics=[topic], **state)
    LearningFactory(author=person, title=f"{mark} r", rejected=True)
    challenge = ChallengeFactory(author=person, title=f"{mark} challenge", published=True)
    SolutionFactory(author=person, challenge=challenge, body=f"{mark} solution")
    RevisionFactory(learning__author=person, changes={"title": f"{mark} revision"})
    for model in (Vote, Bookmark):
        model.objects.create(user=person, learning=LearningFactory(published=True))
    Subscription.objects.create(user=person, subject=topic.subject)
    Subscription.objects.create(user=person, subject=challenge.subject)
    NotificationFactory(user=person, text=f"{mark} notification")
    ImportRunFactory(author=person, content=f"# {mark} README \x00".encode() + b"\xff")
    SourceFactory(user=person, url=f"https://github.com/{mark}/{person.pk}")
    MembershipFactory(user=person)
    PersonalToken.objects.create(
        user=person, name=f"{mark} token", digest=mark + str(person.pk), scopes=["read"],
        expires_at=NOON + timedelta(days=9999),
    )  # fmt: skip


def test_it_holds_everything_that_is_the_readers(api, learner):
    furnish(learner, "mine")
    wish(learner, {Event.ENTRY_REJECTED: False})

    answer = api(learner).get(EXPORT)

    assert answer.status_code == 200, answer.content
    kept = answer.json()
    assert kept["profile"]["email"] == "lena@example.org"
    assert {row["status"] for row in kept["learnings"]} == {
        "DRAFT", "IN_REVIEW", "PUBLISHED", "REJECTED", "RETRACTED",
    }  # fmt: skip
    assert [row["review_reason"] for row in kept["learnings"] if row["status"] == "REJECTED"] == [
        "Say what you tried."
    ]
    assert len(kept["memberships"]) == len(kept["challenges"]) == len(kept["solutions"]) == 1
    assert kept["revisions"][0]["changes"] == {"title": "mine revision"}
    (vote,), (bookmark,) = kept["votes"], kept["bookmarks"]
    assert vote["type"] == bookmark["type"] == "LEARNING"
    assert kept["subscriptions"][0]["topic"] == "topic-of-mine"
    assert kept["subscriptions"][1]["challenge"] == kept["challenges"][0]["id"]
    assert kept["notifications"][0]["text"] == "mine notification"
    assert kept["imports"][0]["text"] == "# mine README \x00�"
    assert kept["sources"][0]["url"].startswith("https://github.com/mine/")
    (token,) = kept["personal_tokens"]
    assert (token["name"], token["scopes"]) == ("mine token", ["read"])
    assert "digest" not in json.dumps(kept)
    assert kept["notification_preferences"]["email"]["ENTRY_REJECTED"] is False
    assert len(kept["sessions"]) == 1


# Where each column that refers to a person is exported from; None for what is no fact about them.
EXPORTED = {
    "Membership.user": "memberships",
    "TokenFamily.user": "sessions",
    "PersonalToken.user": "personal_tokens",
    "Subscription.user": "subscriptions",
    "Notification.user": "notifications",
    "EmailPreference.user": "notification_preferences",
    "Learning.author": "learnings",
    "Challenge.author": "challenges",
    "Solution.author": "solutions",
    "ImportRun.author": "imports",
    "Revision.proposed_by": "revisions",
    "Vote.user": "votes",
    "Bookmark.user": "bookmarks",
    "Source.user": "sources",
    "User_groups.user": "profile",  # as the role
    "User_user_permissions.user": None,  # curators' trust, which is theirs to explain
    "KeptAnswer.user": None,  # a day's copies of answers that were given
    # What somebody did as a curator or admin is noted about what they did it to.
    "LogEntry.user": None,
    "Announcement.actor": None,
    "Revision.decided_by": None,
    "ImportConflict.resolved_by": None,
}


def test_of_every_table_it_is_decided_whether_it_is_exported(api, learner):
    """Whoever adds a table that refers to people comes by here."""
    assert set(referring_to_people()) == set(EXPORTED)
    assert set(api(learner).get(EXPORT).json()) == {
        "exported_at", *(name for name in EXPORTED.values() if name),
    }  # fmt: skip


def test_a_browser_saves_it_and_no_proxy_keeps_it(api, learner):
    answer = api(learner).get(EXPORT)

    assert answer["Content-Disposition"].startswith('attachment; filename="nexus-export-')
    assert answer["Content-Type"] == "application/json"
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("role", ["learner", "curator"])
def test_it_holds_nothing_of_anybody_else(api, request, other_learner, role):
    furnish(other_learner, "theirs")

    said = api(request.getfixturevalue(role)).get(EXPORT).content.decode()

    assert "theirs" not in said
    assert "Omar" not in said


def test_it_costs_as_many_queries_for_much_as_for_little(api, learner):
    client = api(learner)
    furnish(learner, "one")
    client.get(EXPORT)
    with CaptureQueriesContext(connection) as little:
        client.get(EXPORT)
    for number in range(5):
        furnish(learner, f"more{number}")

    with CaptureQueriesContext(connection) as much:
        assert len(client.get(EXPORT).json()["learnings"]) == 36

    assert len(much) == len(little)


def test_a_stranger_gets_none(api, db):
    UserFactory()
    assert api().get(EXPORT).status_code == 401
