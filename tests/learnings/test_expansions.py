"""`expand` embeds whole objects: what everybody may read, fresh, as cheap for many as for one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from foundation import caching
from learnings import marking
from learnings.models import MAX_FOREMOST, Solution, TopicAlias
from learnings.publishing import accept, publish, retract
from tests.factories.accounts import UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

BASE = "/api/v1/"
ALL = "expand=author,topics,solutions"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def only(answer):
    assert answer.status_code == 200, answer.content
    (row,) = answer.json()["results"]
    return row


def test_an_author_is_their_public_profile(api, learner):
    author = UserFactory(role=Role.CURATOR, bio="Writes.", display_name="Ada")
    entry = LearningFactory(author=author, published=True)
    client = api(learner)

    shown = only(client.get(f"{BASE}learnings/?expand=author"))["author"]

    assert shown == client.get(f"{BASE}users/{author.pk}/").json()
    assert shown["role"] == "CURATOR"
    assert "email" not in shown
    assert client.get(f"{BASE}learnings/{entry.pk}/?expand=author").json()["author"] == shown


def test_what_a_deactivated_person_said_of_themselves_is_not_shown(api, learner, curator):
    author = UserFactory(is_active=False, bio="Private again", github_url="https://github.com/gone")
    LearningFactory(author=author, published=True)

    for reader in (learner, curator):
        shown = only(api(reader).get(f"{BASE}learnings/?expand=author"))["author"]
        assert (shown["bio"], shown["github_url"]) == ("", "")
        assert shown["display_name"] == author.display_name


def test_topics_are_whole_with_counts_and_aliases(api, learner):
    topic = TopicFactory(slug="django", name="Django")
    TopicAlias.objects.create(topic=topic, name="DRF")
    LearningFactory(published=True, topics=[topic])
    LearningFactory(topics=[topic])
    client = api(learner)

    shown = only(client.get(f"{BASE}learnings/?expand=topics"))["topics"]

    assert shown == [
        {
            "slug": "django", "name": "Django", "kind": "TECHNOLOGY", "aliases": ["DRF"],
            "learnings_count": 1, "challenges_count": 0,
        }
    ]  # fmt: skip
    assert shown == [client.get(f"{BASE}topics/django/").json()]


def test_solutions_come_with_the_accepted_one_first_then_by_votes(api, learner):
    challenge = ChallengeFactory(published=True)
    made = [
        SolutionFactory(published=True, challenge=challenge, votes_count=votes, accepted=accepted)
        for votes, accepted in ((1, False), (5, False), (0, True), (5, False))
    ]
    client = api(learner)

    shown = only(client.get(f"{BASE}challenges/?expand=solutions"))["solutions"]

    assert [row["id"] for row in shown] == [made[n].pk for n in (2, 1, 3, 0)]
    assert shown[0] == client.get(f"{BASE}solutions/{made[2].pk}/").json()
    detail = client.get(f"{BASE}challenges/{challenge.pk}/?expand=solutions").json()
    assert detail["solutions"] == shown


def test_at_most_twenty_solutions_come_along_with_each_challenge(api, learner):
    for challenge in ChallengeFactory.create_batch(2, published=True):
        SolutionFactory.create_batch(MAX_FOREMOST + 2, published=True, challenge=challenge)

    rows = api(learner).get(f"{BASE}challenges/?expand=solutions").json()["results"]

    assert [len(row["solutions"]) for row in rows] == [20, 20]
    assert [row["solutions_count"] for row in rows] == [22, 22]


def test_expansion_goes_one_step_deep(api, learner):
    solution = SolutionFactory(published=True, topics=[TopicFactory(slug="git", name="Git")])

    row = only(api(learner).get(f"{BASE}challenges/?{ALL}"))

    (shown,) = row["solutions"]
    assert "bio" in row["author"]
    assert set(shown["author"]) == {"id", "display_name"}
    assert shown["topics"] == [{"slug": "git", "name": "Git"}]
    assert shown["challenge"] == solution.challenge_id


def test_a_field_that_only_an_expansion_brings_can_be_chosen_with_it(api, learner):
    SolutionFactory(published=True)
    client = api(learner)

    row = only(client.get(f"{BASE}challenges/?fields=id,solutions&expand=solutions"))

    assert list(row) == ["id", "solutions"]
    alone = client.get(f"{BASE}challenges/?fields=id,solutions")
    assert alone.json()["errors"][0]["parameter"] == "fields"


@pytest.mark.parametrize("reader", ["author", "other", "curator"])
@pytest.mark.parametrize("query", ["", "status=PUBLISHED", "status=DRAFT", "author=me"])
def test_nothing_unpublished_shows_through_an_expansion(api, curator, reader, query):
    author, other = UserFactory(), UserFactory()
    proposed = TopicFactory(name="CANARY topic", is_proposed=True)
    for published in (True, False):
        challenge = ChallengeFactory(author=author, published=published, topics=[proposed])
        for traits in ({}, {"in_review": True}, {"rejected": True}, {"retracted": True}):
            SolutionFactory(author=author, challenge=challenge, body="CANARY", **traits)
    # Published, but of a challenge that is not.
    SolutionFactory(author=author, challenge=challenge, published=True, body="CANARY")
    client = api({"author": author, "other": other, "curator": curator}[reader])

    page = client.get(f"{BASE}challenges/?{ALL}&{query}")
    details = [client.get(f"{BASE}challenges/{row['id']}/?{ALL}") for row in page.json()["results"]]

    assert page.status_code == 200
    for answer in [page, *details]:
        assert b"CANARY" not in answer.content


ADDRESSES = {
    "learnings": ("learnings/?expand=author,topics", LearningFactory),
    "challenges": (f"challenges/?{ALL}", ChallengeFactory),
    "solutions": ("solutions/?expand=author,topics", SolutionFactory),
    "own entries": (f"me/entries/?{ALL}", None),
    "by status": (f"challenges/?status=PUBLISHED&{ALL}", ChallengeFactory),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_expanded_rows_cost_the_same_queries_for_one_and_for_twenty(api, learner, name):
    address, factory = ADDRESSES[name]
    client = api(learner)
    client.get(f"{BASE}me/")
    counts = []
    for rows in (1, 19):
        for _ in range(rows):
            topics = TopicFactory.create_batch(2)
            for make in [factory] if factory else [LearningFactory, ChallengeFactory]:
                entry = make(
                    published=True,
                    topics=topics,
                    author=UserFactory() if factory else learner,
                )
            if make is ChallengeFactory:
                SolutionFactory.create_batch(2, challenge=entry, published=True, topics=topics)
            if factory is None:
                SolutionFactory(author=learner, published=True, topics=topics)
        caching.bump_now("learnings", "challenges", "solutions", "topics", "users")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"{BASE}{address}&page_size=100")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(answer.json()["results"]) >= 20


class TestFreshness:
    """The first read after a write that an expansion shows is never an old one."""

    @pytest.fixture
    def thing(self, learner):
        topic = TopicFactory(slug="git")
        return ChallengeFactory(author=learner, published=True, topics=[topic])

    @pytest.fixture(params=["list", "detail"])
    def read(self, request, api, other_learner, thing):
        """Reads the challenge with all expansions, remembered before."""
        client = api(other_learner)
        address = f"{BASE}challenges/" + (f"{thing.pk}/" if request.param == "detail" else "")

        def read():
            body = client.get(f"{address}?{ALL}").json()
            return body if request.param == "detail" else body["results"][0]

        read()
        read()
        return read

    def test_of_a_learning_published_under_its_topic(self, read, on_commit, curator, thing):
        entry = LearningFactory(in_review=True, topics=list(thing.topics.all()))
        before = read()["topics"][0]["learnings_count"]

        with on_commit():
            publish(entry, by=curator, at=NOON)

        assert (before, read()["topics"][0]["learnings_count"]) == (0, 1)

    def test_of_a_solution_published_voted_for_edited_accepted_and_retracted(
        self, read, on_commit, curator, other_learner, thing
    ):
        solution = SolutionFactory(challenge=thing, in_review=True)
        assert read()["solutions"] == []

        with on_commit():
            publish(solution, by=curator, at=NOON)
        assert [row["id"] for row in read()["solutions"]] == [solution.pk]

        with on_commit():
            marking.vote(solution, by=other_learner)
        assert read()["solutions"][0]["votes_count"] == 1

        with on_commit():
            Solution.objects.filter(pk=solution.pk).update(body="Edited")
        assert read()["solutions"][0]["body"] == "Edited"

        solution.refresh_from_db()
        with on_commit():
            accept(solution, by=curator, at=NOON)
        assert read()["solutions"][0]["accepted"] is True

        solution.refresh_from_db()
        with on_commit():
            retract(solution, by=curator, at=NOON)
        assert read()["solutions"] == []

    def test_of_the_authors_words_about_themselves(self, read, on_commit, learner):
        with on_commit():
            learner.bio = "New words"
            learner.save()

        assert read()["author"]["bio"] == "New words"

    def test_of_a_topics_other_names(self, read, on_commit, thing):
        with on_commit():
            TopicAlias.objects.create(topic=thing.topics.get(), name="VCS")

        assert read()["topics"][0]["aliases"] == ["VCS"]


def test_a_learnings_topics_count_challenges_anew(api, learner, curator, on_commit):
    topic = TopicFactory()
    LearningFactory(published=True, topics=[topic])
    waiting = ChallengeFactory(in_review=True, topics=[topic])
    client = api(learner)
    address = f"{BASE}learnings/?expand=topics"
    assert only(client.get(address))["topics"][0]["challenges_count"] == 0

    with on_commit():
        publish(waiting, by=curator, at=NOON)

    assert only(client.get(address))["topics"][0]["challenges_count"] == 1
