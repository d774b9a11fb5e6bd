"""Topics over HTTP."""

from __future__ import annotations

import pytest

from learnings.models import Topic, TopicAlias
from tests.factories.learnings import ChallengeFactory, LearningFactory, TopicFactory

TOPICS = "/api/v1/topics/"


def test_a_topic_shows_its_aliases_and_counts_what_is_published(api, learner):
    topic = TopicFactory(name="Django REST Framework", slug="drf")
    TopicAlias.objects.create(topic=topic, name="DRF")
    LearningFactory(published=True, topics=[topic])
    LearningFactory(topics=[topic])
    ChallengeFactory(published=True, topics=[topic])
    ChallengeFactory(retracted=True, topics=[topic])

    assert api(learner).get(f"{TOPICS}drf/").json() == {
        "slug": "drf",
        "name": "Django REST Framework",
        "kind": "TECHNOLOGY",
        "aliases": ["DRF"],
        "learnings_count": 1,
        "challenges_count": 1,
    }


def test_topics_come_by_name_and_are_searched_and_filtered(api, learner):
    for name, kind in (("Redis", "TECHNOLOGY"), ("Caching", "CONCEPT"), ("Django", "TECHNOLOGY")):
        TopicFactory(name=name, kind=kind)
    client = api(learner)

    def names(query=""):
        return [row["name"] for row in client.get(TOPICS + query).json()["results"]]

    assert names() == ["Caching", "Django", "Redis"]
    assert names("?kind=CONCEPT") == ["Caching"]
    assert names("?search=RED") == ["Redis"]
    assert names("?ordering=-name") == ["Redis", "Django", "Caching"]


def test_a_curator_makes_renames_and_deletes_a_topic(api, curator):
    client = api(curator)
    made = client.post(TOPICS, {"name": "Celery", "kind": "TECHNOLOGY", "aliases": ["celeryd"]})
    assert made.status_code == 201, made.content
    assert made.json()["slug"] == "celery"

    changed = client.patch(f"{TOPICS}celery/", {"aliases": ["Celery Beat", "celery beat"]})
    assert changed.json()["aliases"] == ["celery beat"]

    assert client.delete(f"{TOPICS}celery/").status_code == 204
    assert not Topic.objects.exists()


def test_learners_do_not_write_topics(api, learner):
    TopicFactory(slug="celery")
    client = api(learner)
    for answer in (
        client.post(TOPICS, {"name": "X", "kind": "CONCEPT"}),
        client.patch(f"{TOPICS}celery/", {"name": "X"}),
        client.delete(f"{TOPICS}celery/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "CELERY", "kind": "CONCEPT"}, "/name"),
        ({"name": "New", "kind": "CONCEPT", "aliases": ["celeryd"]}, "/aliases"),
        ({"name": "New", "kind": "CONCEPT", "slug": "celery"}, "/slug"),
        ({"name": "Celery#", "kind": "CONCEPT"}, "/slug"),  # it would be `celery`, too
        ({"name": "New", "kind": "IDEA"}, "/kind"),
        ({"name": "New", "kind": "CONCEPT", "aliases": [["x"]]}, "/aliases/0"),
    ],
)
def test_every_name_means_one_topic(api, curator, body, pointer):
    TopicAlias.objects.create(topic=TopicFactory(name="Celery", slug="celery"), name="celeryd")
    answer = api(curator).post(TOPICS, body)
    assert answer.status_code == 400
    assert [culprit["pointer"] for culprit in answer.json()["errors"]] == [pointer]


def test_names_that_grow_in_lower_case_are_kept_whole(api, curator):
    name, alias = "\u0130" * 100, "\u3371" * 100  # two letters in lower case, three in a slug

    answer = api(curator).post(TOPICS, {"name": name, "kind": "CONCEPT", "aliases": [alias]})

    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["aliases"]) == (name, [alias])
    assert len(TopicFactory(name=alias[1:]).slug) == 100


def test_aliases_made_in_bulk_show_in_the_next_list(api, learner, on_commit):
    topic, client = TopicFactory(name="Celery"), api(learner)
    assert client.get(TOPICS).json()["results"][0]["aliases"] == []

    with on_commit():
        TopicAlias.objects.bulk_create([TopicAlias(topic=topic, name="Beat", key="beat")])

    assert client.get(TOPICS).json()["results"][0]["aliases"] == ["Beat"]
