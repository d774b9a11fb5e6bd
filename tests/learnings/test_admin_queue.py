"""The review queue: what it shows, and what becomes of the entries ticked in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry

from learnings.models import LearningKind, Status
from learnings.publishing import NotPublishable
from notifications.models import Announcement, Event
from tests.curating import QUEUE, queries_of, signed_in, told
from tests.factories.accounts import MembershipFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def key(entry):
    return f"{entry.type_name}:{entry.pk}"


def shown(client, **filters):
    return [row["key"] for row in client.get(QUEUE, filters).context["rows"]]


def take(client, step, *entries, **more):
    return client.post(QUEUE, {"step": step, "entries": [key(entry) for entry in entries], **more})


def status(entry):
    entry.refresh_from_db()
    return entry.status


def test_what_waits_longest_comes_first_whatever_its_type(curator):
    young = LearningFactory(in_review=True, submitted_at=NOON)
    old = SolutionFactory(in_review=True, submitted_at=NOON - timedelta(days=2))
    middle = ChallengeFactory(in_review=True, submitted_at=NOON - timedelta(days=1))
    LearningFactory()
    ChallengeFactory(published=True)

    assert shown(signed_in(curator)) == [key(old), key(middle), key(young)]


def test_each_filter_leaves_what_it_names(curator):
    topic = TopicFactory(name="Redis")
    member = MembershipFactory()
    challenge = ChallengeFactory(in_review=True, title="A cache that forgets", topics=[topic])
    learning = LearningFactory(
        in_review=True, author=member.user, kind=LearningKind.GOAL, title="Learn to cache"
    )
    solution = SolutionFactory(in_review=True, body="Ask twice.", source_document="README.md")
    client = signed_in(curator)

    assert shown(client, type="challenge") == [key(challenge)]
    assert shown(client, kind=LearningKind.GOAL) == [key(learning)]
    assert shown(client, topic=topic.pk) == [key(challenge)]
    assert shown(client, author=solution.author.pk) == [key(solution)]
    assert shown(client, cohort=member.cohort.pk) == [key(learning)]
    assert shown(client, imported="yes") == [key(solution)]
    assert set(shown(client, imported="no")) == {key(challenge), key(learning)}
    assert set(shown(client, q="CACHE")) == {key(challenge), key(learning)}
    assert shown(client, q=solution.author.display_name) == [key(solution)]
    assert shown(client, q="nothing is called so") == []


@pytest.mark.parametrize("value", ["0", "-1", "x", "9" * 30, "\x00"])
@pytest.mark.parametrize("name", ["topic", "author", "cohort", "kind", "type", "page", "q"])
def test_a_filter_that_means_nothing_breaks_nothing(curator, name, value):
    assert signed_in(curator).get(QUEUE, {name: value}, follow=True).status_code == 200


def test_the_queue_shows_the_text_as_readers_will_see_it(curator):
    ChallengeFactory(in_review=True, problem="It says *no*.")

    assert "<p>It says <em>no</em>.</p>" in signed_in(curator).get(QUEUE).content.decode()


def test_a_page_costs_the_same_for_few_entries_and_for_many(curator):
    topics = TopicFactory.create_batch(2)
    kinds = (LearningFactory, ChallengeFactory, SolutionFactory)
    for make in kinds:
        make(in_review=True, topics=topics)
    client = signed_in(curator)
    for_few = queries_of(client, QUEUE)

    for make in kinds:
        make.create_batch(5, in_review=True, topics=topics)

    assert len(shown(client)) == 18
    assert queries_of(client, QUEUE) == for_few


def test_the_queue_comes_in_pages(curator):
    LearningFactory.create_batch(23, in_review=True)
    client = signed_in(curator)

    first, second = shown(client), shown(client, page=2)

    assert (len(first), len(second)) == (20, 3)
    assert not set(first) & set(second)


def test_what_is_published_here_is_read_everywhere_at_once(curator, other_learner, api, on_commit):
    challenge = ChallengeFactory(in_review=True, title="Port 5432 refuses")
    reader = api(other_learner)
    assert reader.get("/api/v1/challenges/").json()["results"] == []  # and this is remembered

    with on_commit():
        answer = take(signed_in(curator), "publish", challenge)

    assert told(answer) == ["1 entry published."]
    results = reader.get("/api/v1/challenges/").json()["results"]
    assert [row["title"] for row in results] == ["Port 5432 refuses"]
    announcement = Announcement.objects.get(event=Event.ENTRY_PUBLISHED)
    assert announcement.recipients == [challenge.author.pk]
    assert LogEntry.objects.get().user == curator


def test_challenges_are_published_before_their_solutions(curator):
    challenge = ChallengeFactory(in_review=True, submitted_at=NOON)
    solution = SolutionFactory(
        challenge=challenge, in_review=True, submitted_at=NOON - timedelta(days=1)
    )

    answer = take(signed_in(curator), "publish", solution, challenge)

    assert told(answer) == ["2 entries published."]
    assert (status(challenge), status(solution)) == (Status.PUBLISHED, Status.PUBLISHED)


def test_publishing_with_solutions_takes_those_in_review_along(curator):
    challenge = ChallengeFactory(in_review=True)
    waiting = SolutionFactory(challenge=challenge, in_review=True)
    draft = SolutionFactory(challenge=challenge)
    elsewhere = SolutionFactory(in_review=True)

    answer = take(signed_in(curator), "publish_with_solutions", challenge)

    assert told(answer) == ["2 entries published."]
    assert [status(entry) for entry in (challenge, waiting, draft, elsewhere)] == [
        Status.PUBLISHED, Status.PUBLISHED, Status.DRAFT, Status.IN_REVIEW,
    ]  # fmt: skip


def test_refusals_are_told_one_by_one_and_stop_nobody_else(curator):
    good = LearningFactory(in_review=True)
    own = LearningFactory(in_review=True, author=curator, title="My own")
    early = SolutionFactory(in_review=True, challenge=ChallengeFactory(title="Not yet"))
    gone = LearningFactory(published=True, title="Done before")

    answer = take(signed_in(curator), "publish", good, own, early, gone)

    assert told(answer) == [
        "1 entry published.",
        "Not published: My own. Your own entries are published by somebody else.",
        f"Not published: Done before. {NotPublishable.__doc__} This one is published.",
        "Not published: Solution of “Not yet”. Publish the challenge first, then its solution.",
    ]
    assert [status(entry) for entry in (good, own, early)] == [
        Status.PUBLISHED, Status.IN_REVIEW, Status.IN_REVIEW,
    ]  # fmt: skip


def test_rejecting_needs_a_reason(curator):
    entry = LearningFactory(in_review=True)
    client = signed_in(curator)

    assert told(take(client, "reject", entry, reason="  "))[0].endswith("Nothing was rejected.")
    assert status(entry) == Status.IN_REVIEW

    take(client, "reject", entry, reason="Say which version.")
    assert status(entry) == Status.REJECTED
    assert entry.review_reason == "Say which version."


def test_an_own_entry_can_be_rejected_by_others_only(curator):
    own = LearningFactory(in_review=True, author=curator)

    take(signed_in(curator), "reject", own, reason="Not good enough.")

    assert status(own) == Status.IN_REVIEW


@pytest.mark.parametrize("keys", [[], ["x"], ["learning:0"], ["user:1"], ["learning:" + "9" * 30]])
def test_ticking_nothing_real_changes_nothing(curator, keys):
    answer = signed_in(curator).post(QUEUE, {"step": "publish", "entries": keys})

    assert told(answer) == ["Tick the entries first."]


def test_a_learner_cannot_publish_here(learner):
    entry = LearningFactory(in_review=True)

    take(signed_in(learner), "publish", entry)

    assert status(entry) == Status.IN_REVIEW


def test_after_a_step_the_same_part_of_the_queue_is_shown(curator):
    entry = LearningFactory(in_review=True)

    answer = signed_in(curator).post(
        f"{QUEUE}?type=learning&page=2", {"step": "publish", "entries": [key(entry)]}
    )

    assert answer["Location"] == f"{QUEUE}?type=learning&page=2"
