"""Topics that READMEs propose: who sees them, and what curators make of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learnings import curating
from learnings.models import Revision, Topic, TopicAlias
from notifications.models import Subscription
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

TOPICS = "/api/v1/topics/"
pytestmark = pytest.mark.django_db


def slugs(client, query: str = "") -> list[str]:
    return [row["slug"] for row in client.get(TOPICS + query).json()["results"]]


def topics_of(client, entry) -> list[str]:
    return [topic["slug"] for topic in client.get(entry.address).json()["topics"]]


@pytest.fixture
def known() -> Topic:
    return TopicFactory(name="Redis")


@pytest.fixture
def new() -> Topic:
    return TopicFactory(name="Foobarium", is_proposed=True)


class TestWhoSeesAProposedTopic:
    def test_lists_show_confirmed_ones_to_everybody(self, api, learner, curator, known, new):
        assert slugs(api(learner)) == slugs(api(curator)) == ["redis"]

    def test_curators_list_the_proposed_and_others_find_none(
        self, api, learner, curator, known, new
    ):
        assert slugs(api(curator), "?proposed=true") == ["foobarium"]
        assert slugs(api(curator), "?proposed=false") == ["redis"]
        assert slugs(api(learner), "?proposed=true") == []
        assert api(learner).get(f"{TOPICS}?proposed=maybe").status_code == 400

    def test_a_list_of_proposed_topics_is_never_remembered(self, api, learner, curator, new):
        assert "X-Cache" not in api(curator).get(f"{TOPICS}?proposed=true")
        assert slugs(api(learner), "?proposed=true") == []

    def test_its_page_is_there_for_curators_only(self, api, learner, curator, new):
        assert api(curator).get(f"{TOPICS}foobarium/").status_code == 200
        missing = api(learner).get(f"{TOPICS}nowhere/").json()
        hidden = api(learner).get(f"{TOPICS}foobarium/").json()
        assert hidden["status"] == missing["status"] == 404
        assert hidden["detail"] == missing["detail"]

    def test_entries_leave_it_out_for_every_reader(self, api, learner, curator, known, new):
        entry = LearningFactory(author=learner, published=True, topics=[known, new])

        for reader in (learner, curator):
            assert topics_of(api(reader), entry) == ["redis"]
            (row,) = api(reader).get("/api/v1/learnings/").json()["results"]
            assert [topic["slug"] for topic in row["topics"]] == ["redis"]

    @pytest.mark.parametrize(
        ("address", "body", "pointer"),
        [
            ("challenges/", {"title": "T", "topics": ["foobarium"]}, "/topics/0"),
            ("subscriptions/", {"topic": "foobarium"}, "/topic"),
        ],
    )
    def test_it_cannot_be_chosen(self, api, learner, new, address, body, pointer):
        answer = api(learner).post(f"/api/v1/{address}", body)
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    def test_it_is_no_filter(self, api, learner, new):
        assert api(learner).get("/api/v1/learnings/?topic=foobarium").status_code == 400

    def test_an_author_who_chooses_among_what_is_shown_does_not_lose_it(
        self, api, learner, known, new
    ):
        entry = LearningFactory(author=learner, topics=[new])

        answer = api(learner).patch(entry.address, {"topics": ["redis"]})

        assert [topic["slug"] for topic in answer.json()["topics"]] == ["redis"]
        assert set(entry.topics.all()) == {known, new}


class TestConfirming:
    def test_a_confirmed_topic_shows_at_once(self, api, learner, curator, new, on_commit):
        entry = LearningFactory(published=True, topics=[new])
        client = api(learner)
        assert slugs(client) == []
        assert client.get(TOPICS)["X-Cache"] == "HIT"
        client.get("/api/v1/learnings/")

        with on_commit():
            answer = api(curator).post(f"{TOPICS}foobarium/confirm/")

        assert answer.status_code == 200
        assert (answer.json()["slug"], answer.json()["learnings_count"]) == ("foobarium", 1)
        assert slugs(client) == ["foobarium"]
        assert topics_of(client, entry) == ["foobarium"]
        (row,) = client.get("/api/v1/learnings/").json()["results"]
        assert row["topics"] == [{"slug": "foobarium", "name": "Foobarium"}]

    def test_a_confirmation_is_an_edit(self, api, curator, new):
        seen = api(curator).get(f"{TOPICS}{new.slug}/")["ETag"]
        api(curator).post(f"{TOPICS}{new.slug}/confirm/")

        stale = api(curator).patch(f"{TOPICS}{new.slug}/", {"kind": "CONCEPT"}, HTTP_IF_MATCH=seen)

        assert stale.status_code == 412

    def test_confirming_again_changes_nothing(self, api, curator, known):
        assert api(curator).post(f"{TOPICS}redis/confirm/").status_code == 200
        assert curating.confirm([known]) == 0

    def test_learners_neither_confirm_nor_learn_that_it_is_there(self, api, learner, new):
        assert api(learner).post(f"{TOPICS}foobarium/confirm/").status_code == 403
        assert api(learner).post(f"{TOPICS}nowhere/confirm/").status_code == 403


class TestMerging:
    def test_the_other_takes_entries_aliases_and_followers(self, learner, other_learner):
        new = TopicFactory(name="Foobarium", is_proposed=True)
        TopicAlias.objects.create(topic=new, name="FBR")
        redis = TopicFactory(name="Redis")
        both = ChallengeFactory(published=True, topics=[new, redis])
        only = LearningFactory(published=True, topics=[new])
        solution = SolutionFactory(topics=[new])
        for user, topic in ((learner, new), (learner, redis), (other_learner, new)):
            Subscription.objects.create(user=user, subject=topic.subject)

        curating.merge(new, into=redis)

        assert [list(entry.topics.all()) for entry in (both, only, solution)] == [[redis]] * 3
        assert {alias.name for alias in redis.alias_rows.all()} == {"Foobarium", "FBR"}
        assert set(Subscription.objects.values_list("user", "subject")) == {
            (learner.pk, redis.subject),
            (other_learner.pk, redis.subject),
        }
        counted = Topic.objects.with_counts().with_mentions().get()
        assert (counted.learnings_count, counted.challenges_count, counted.mentions_count) == (
            1,
            1,
            3,
        )

    def test_the_next_readme_means_the_other(self, known, new):
        curating.merge(new, into=known)

        assert Topic.objects.named(["foobarium"]) == {"foobarium": known}

    def test_revisions_that_wait_name_the_other(self, learner, known, new):
        entry = LearningFactory(author=learner, published=True)
        slugs = {"topics": ["foobarium", "redis", "other"]}
        revision = Revision.objects.create(learning=entry, changes=slugs, proposed_by=learner)

        curating.merge(new, into=known)

        revision.refresh_from_db()
        assert revision.changes == {"topics": ["redis", "other"]}

    def test_lists_show_it_at_once(self, api, learner, known, new, on_commit):
        TopicAlias.objects.create(topic=known, name="Remote dictionary server")
        LearningFactory(published=True, topics=[new])
        client = api(learner)
        client.get("/api/v1/learnings/")
        client.get(TOPICS)

        with on_commit():
            curating.merge(new, into=known)

        (row,) = client.get("/api/v1/learnings/").json()["results"]
        assert [topic["slug"] for topic in row["topics"]] == ["redis"]
        (topic,) = client.get(TOPICS).json()["results"]
        assert (topic["learnings_count"], len(topic["aliases"])) == (1, 2)

    def test_it_needs_another_topic_that_is_confirmed(self, known, new):
        with pytest.raises(curating.NotMergeable):
            curating.merge(known, into=known)
        with pytest.raises(curating.NotMergeable):
            curating.merge(known, into=new)
        assert Topic.objects.count() == 2


@pytest.mark.parametrize("query", ["", "?proposed=true"])
def test_a_list_asks_the_database_as_often_for_fifty_topics_as_for_one(api, curator, query):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api(curator).get(f"{TOPICS}{query or '?proposed=false'}").status_code == 200
        return len(captured)

    made = {"is_proposed": bool(query)}
    TopicAlias.objects.create(topic=TopicFactory(**made), name="An alias")
    count()
    one = count()
    for topic in TopicFactory.create_batch(49, **made):
        TopicAlias.objects.create(topic=topic, name=f"Alias of {topic}")
    assert count() == one


def test_spellings_of_a_known_name_are_taken(api, curator):
    TopicFactory(name="Node.js")
    for body in (
        {"name": "NodeJS", "kind": "TECHNOLOGY"},
        {"name": "Deno", "kind": "TECHNOLOGY", "aliases": ["node js"]},
    ):
        assert api(curator).post(TOPICS, body).status_code == 400
    made = api(curator).post(
        TOPICS, {"name": "Next.js", "kind": "TECHNOLOGY", "aliases": ["Nextjs", "next js", "NXT"]}
    )
    assert sorted(made.json()["aliases"]) == ["NXT", "next js"]
