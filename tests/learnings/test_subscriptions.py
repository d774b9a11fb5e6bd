"""What a person follows, over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learnings.models import Status
from learnings.publishing import publish
from notifications.models import Notification, Subscription
from tests.factories.learnings import ChallengeFactory, TopicFactory
from tests.factories.notifications import SubscriptionFactory
from tests.problems import culprits

SUBSCRIPTIONS = "/api/v1/subscriptions/"


def test_a_followed_topic_tells_of_its_new_entries(
    api, learner, other_learner, curator, on_commit, work_off
):
    topic = TopicFactory(name="Caching")

    followed = api(learner).post(SUBSCRIPTIONS, {"topic": "caching"})

    assert followed.status_code == 201
    subscription = Subscription.objects.get()
    assert followed.json() == {
        "id": subscription.pk,
        "topic": "caching",
        "challenge": None,
        "created_at": subscription.created_at.isoformat().replace("+00:00", "Z"),
    }
    entry = ChallengeFactory(in_review=True, author=other_learner, topics=[topic])
    with on_commit():
        publish(entry, by=curator, at=timezone.now())
    work_off()
    told = api(learner).get("/api/v1/notifications/").json()["results"]
    assert [(found["event"], found["target"]) for found in told] == [
        ("TOPIC_ENTRY", f"/api/v1/challenges/{entry.pk}/")
    ]


def test_following_twice_is_following_once(api, learner):
    challenge = ChallengeFactory(published=True)
    client = api(learner)

    first, second = (client.post(SUBSCRIPTIONS, {"challenge": challenge.pk}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["challenge"] == challenge.pk
    assert Subscription.objects.get().subject == challenge.subject


def test_people_see_what_they_follow_newest_first_and_nobody_elses(api, learner, other_learner):
    topic, challenge = TopicFactory(name="Docker"), ChallengeFactory(published=True)
    client = api(learner)
    client.post(SUBSCRIPTIONS, {"topic": topic.slug})
    client.post(SUBSCRIPTIONS, {"challenge": challenge.pk})
    api(other_learner).post(SUBSCRIPTIONS, {"topic": topic.slug})

    found = client.get(SUBSCRIPTIONS).json()["results"]

    assert [(row["topic"], row["challenge"]) for row in found] == [
        (None, challenge.pk),
        ("docker", None),
    ]
    assert api().get(SUBSCRIPTIONS).status_code == 401


def test_a_draft_of_somebody_else_cannot_be_followed_and_looks_like_nothing(api, learner):
    draft = ChallengeFactory()

    hidden = api(learner).post(SUBSCRIPTIONS, {"challenge": draft.pk})
    missing = api(learner).post(SUBSCRIPTIONS, {"challenge": 999_999})

    assert hidden.status_code == missing.status_code == 400
    assert culprits(hidden) == culprits(missing) == {("/challenge", "does_not_exist")}
    assert api(draft.author).post(SUBSCRIPTIONS, {"challenge": draft.pk}).status_code == 201
    assert draft.status == Status.DRAFT


@pytest.mark.parametrize(
    ("body", "culprit"),
    [
        (b"{}", ("", "topic_or_challenge")),
        (b'{"topic": "git", "challenge": 1}', ("", "topic_or_challenge")),
        (b'{"topic": "nowhere"}', ("/topic", "does_not_exist")),
        (b'{"topic": "nul\\u0000"}', ("/topic", "does_not_exist")),
        (b'{"topic": "half \\ud83d"}', ("/topic", "does_not_exist")),
        (b'{"topic": ["git"]}', ("/topic", "invalid")),
        (b'{"topic": null}', ("/topic", "null")),
        (b'{"challenge": "one"}', ("/challenge", "invalid")),
        (b'{"challenge": 9223372036854775808}', ("/challenge", "does_not_exist")),
        (b'{"subject": "topic:1"}', ("/subject", "unknown")),
        (b'{"half \\ud83d": 1}', ("/half ?", "unknown")),
        (b'{"topic": "git", "user": 1}', ("/user", "unknown")),
    ],
)
def test_a_bad_subscription_is_refused(api, learner, body, culprit):
    TopicFactory(name="Git")
    ChallengeFactory(pk=1, published=True)

    refused = api(learner).post(SUBSCRIPTIONS, body, content_type="application/json")

    assert refused.status_code == 400
    assert culprits(refused) == {culprit}
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"NaN", b"Infinity"])
def test_a_number_without_end_is_no_json(api, learner, number):
    body = b'{"challenge": ' + number + b"}"

    refused = api(learner).post(SUBSCRIPTIONS, body, content_type="application/json")

    assert refused.status_code == 400
    assert refused.json()["code"] == "malformed"


def test_people_stop_following_only_for_themselves(api, learner, other_learner, curator):
    mine, foreign = SubscriptionFactory(user=learner), SubscriptionFactory(user=other_learner)

    assert api(learner).delete(f"{SUBSCRIPTIONS}{mine.pk}/").status_code == 204
    for client in (api(learner), api(curator)):
        assert client.delete(f"{SUBSCRIPTIONS}{foreign.pk}/").status_code == 404
    assert api(learner).delete(f"{SUBSCRIPTIONS}{mine.pk}/").status_code == 404

    assert list(Subscription.objects.all()) == [foreign]


def test_who_stopped_following_hears_no_more(
    api, learner, other_learner, curator, on_commit, work_off
):
    topic = TopicFactory(name="Redis")
    client = api(learner)
    made = client.post(SUBSCRIPTIONS, {"topic": "redis"}).json()
    client.delete(f"{SUBSCRIPTIONS}{made['id']}/")

    entry = ChallengeFactory(in_review=True, author=other_learner, topics=[topic])
    with on_commit():
        publish(entry, by=curator, at=timezone.now())
    work_off()

    assert not Notification.objects.visible_to(learner).exists()


def test_a_list_of_fifty_costs_as_many_queries_as_a_list_of_one(api, learner):
    client = api(learner)
    SubscriptionFactory(user=learner, subject=TopicFactory().subject)
    client.get(SUBSCRIPTIONS)  # from here on the reader is remembered

    with CaptureQueriesContext(connection) as one:
        client.get(f"{SUBSCRIPTIONS}?page_size=50")
    for topic in TopicFactory.create_batch(49):
        SubscriptionFactory(user=learner, subject=topic.subject)
    with CaptureQueriesContext(connection) as fifty:
        found = client.get(f"{SUBSCRIPTIONS}?page_size=50").json()["results"]

    assert len({row["topic"] for row in found}) == 50
    assert len(one) == len(fifty) == 2  # subscriptions and the slugs of their topics
