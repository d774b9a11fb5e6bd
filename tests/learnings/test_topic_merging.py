"""Merging topics over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from learnings import curating, publishing
from learnings.models import Topic, TopicAlias
from notifications.models import Notification, Subscription
from tests.factories.learnings import ChallengeFactory, LearningFactory, TopicFactory
from tests.problems import culprits
from tests.together import together

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MERGE = "/api/v1/topics/drf/merge/"


@pytest.fixture
def drf(db) -> Topic:
    topic = TopicFactory(name="DRF", slug="drf")
    TopicAlias.objects.create(topic=topic, name="rest framework")
    return topic


@pytest.fixture
def django_rest(db) -> Topic:
    return TopicFactory(name="Django REST framework", slug="django-rest-framework")


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_the_answer_is_the_topic_that_stays(api, curator, learner, drf, django_rest):
    entry = LearningFactory(published=True, topics=[drf], updated_at=NOON)
    Subscription.objects.create(user=learner, subject=drf.subject)

    answer = api(curator).post(MERGE, {"into": "django-rest-framework"})

    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert (shown["slug"], shown["learnings_count"]) == ("django-rest-framework", 1)
    assert set(shown["aliases"]) == {"DRF", "rest framework"}
    assert api(curator).get("/api/v1/topics/drf/").status_code == 404
    assert Subscription.objects.get().subject == django_rest.subject
    revision = entry.revision
    entry.refresh_from_db()
    assert (entry.updated_at, entry.revision) == (NOON, revision)


def test_followers_hear_of_what_was_published_before_and_not_told_yet(
    learner, curator, drf, django_rest, work_off
):
    entry = LearningFactory(in_review=True, topics=[drf])
    Subscription.objects.create(user=learner, subject=drf.subject)
    publishing.publish(entry, by=curator, at=NOON)

    curating.merge(drf, into=django_rest)
    work_off()

    assert [
        told.user for told in Notification.objects.filter(announcement__event="TOPIC_ENTRY")
    ] == [learner]


@pytest.mark.parametrize(
    ("into", "expected"),
    [
        ("nowhere", {("/into", "does_not_exist")}),
        ("no slug!", {("/into", "does_not_exist")}),
        (7, {("/into", "invalid")}),
        (None, {("/into", "null")}),
    ],
)
def test_a_topic_that_is_not_there_is_named(api, curator, drf, into, expected):
    answer = api(curator).post(MERGE, {"into": into})

    assert answer.status_code == 400
    assert culprits(answer) == expected


@pytest.mark.parametrize("target", ["drf", "proposed"])
def test_it_takes_another_and_a_confirmed_one(api, curator, drf, target):
    TopicFactory(name="Proposed", slug="proposed", is_proposed=True)

    assert code_of(api(curator).post(MERGE, {"into": target})) == (409, "not_mergeable")

    assert Topic.objects.filter(slug="drf").exists()


def test_learners_do_not_merge(api, learner, drf, django_rest):
    answer = api(learner).post(MERGE, {"into": django_rest.slug})
    assert code_of(answer) == (403, "forbidden")


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_the_same_two_both_ways_lose_neither_entry():
    first, second = TopicFactory(), TopicFactory()
    entries = [
        LearningFactory(topics=[first]),
        LearningFactory(topics=[second]),
        ChallengeFactory(topics=[first, second]),
    ]

    results = together(
        lambda: curating.merge(first, into=second), lambda: curating.merge(second, into=first)
    )

    (stays,) = Topic.objects.all()
    assert [list(entry.topics.all()) for entry in entries] == [[stays]] * 3
    assert sorted(type(result).__name__ for result in results) == ["NotMergeable", "Topic"]


@pytest.mark.django_db(transaction=True)
def test_many_merged_into_one_at_once_all_arrive():
    target, *others = (TopicFactory() for _ in range(5))
    entry = LearningFactory(topics=others)

    results = together(*(lambda one=one: curating.merge(one, into=target) for one in others))

    assert results == [target] * 4
    assert list(entry.topics.all()) == [target]
    assert TopicAlias.objects.filter(topic=target).count() == 4
