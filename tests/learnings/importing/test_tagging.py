"""What an entry is about: what its title or its text names."""

from __future__ import annotations

import pytest

from learnings.importing.tagging import MOST_PROPOSED, MOST_TOPICS, Tagger
from learnings.models import LearningKind, Topic, TopicAlias
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

TECHNOLOGY, CONCEPT = LearningKind.TECHNOLOGY, LearningKind.CONCEPT


def tagged(*entries) -> list[list[str]]:
    """Names of the topics of each entry."""
    found = Tagger.of_all_topics().tag(entries)
    return [[topic.name for owner, topic in found if owner is entry] for entry in entries]


def proposed() -> dict[str, str]:
    return dict(Topic.objects.filter(is_proposed=True).values_list("name", "kind"))


class TestTitlesOfTechnologiesAndConcepts:
    @pytest.mark.parametrize(
        ("title", "topics"),
        [
            ("Celery & RabbitMQ", ["Celery", "RabbitMQ"]),
            ("DRF", ["Django REST framework"]),
            ("Go", ["Go"]),
            ("C", ["C"]),
            ("Spring", ["Spring Boot"]),
            ("Redis, Redis and Postgres", ["Redis", "PostgreSQL"]),
            ("CI/CD", ["CI/CD"]),
        ],
    )
    def test_known_names_count_however_ambiguous(self, taxonomy, title, topics):
        entry = LearningFactory(kind=TECHNOLOGY, title=title)

        assert tagged(entry) == [topics]
        assert entry.title == title, "the record keeps the words as written"
        assert proposed() == {}

    def test_an_unknown_name_is_proposed_with_its_kind(self):
        entries = [
            LearningFactory(kind=TECHNOLOGY, title="**Foobarium** (a cache)"),
            LearningFactory(kind=CONCEPT, title="Eventual consistency"),
            LearningFactory(kind=TECHNOLOGY, title="foobarium"),
        ]

        assert tagged(*entries) == [["Foobarium"], ["Eventual consistency"], ["Foobarium"]]
        assert proposed() == {"Foobarium": "TECHNOLOGY", "Eventual consistency": "CONCEPT"}

    def test_technologies_unknown_together_are_proposed_apart_and_concepts_as_one(self):
        entries = [
            LearningFactory(kind=TECHNOLOGY, title="Foobarium & Quuxdb"),
            LearningFactory(kind=CONCEPT, title="Research and development"),
        ]

        assert tagged(*entries) == [["Foobarium", "Quuxdb"], ["Research and development"]]

    def test_what_was_proposed_before_is_named_again(self):
        first, second = LearningFactory.create_batch(2, kind=TECHNOLOGY, title="Foobarium")

        assert tagged(first) == tagged(second) == [["Foobarium"]]
        assert len(proposed()) == 1

    def test_a_known_name_with_more_around_it_proposes_nothing(self, taxonomy):
        entry = LearningFactory(kind=CONCEPT, title="Redis data types")

        assert tagged(entry) == [["Redis"]]
        assert proposed() == {}

    @pytest.mark.parametrize(
        "title",
        ["TODO", "[Technology name]", "I learned how to deploy this", "https://x.example/y"],
    )
    def test_placeholders_and_sentences_are_never_proposed(self, title):
        assert tagged(LearningFactory(kind=CONCEPT, title=title)) == [[]]
        assert proposed() == {}

    def test_a_readme_proposes_so_many_and_no_more(self):
        entries = [LearningFactory(kind=TECHNOLOGY, title=f"Foo{n}bar") for n in range(60)]

        found = tagged(*entries)

        assert len(proposed()) == MOST_PROPOSED
        assert found[MOST_PROPOSED - 1 : MOST_PROPOSED + 1] == [["Foo49bar"], []]

    def test_a_slug_that_is_taken_drops_the_proposal(self):
        TopicFactory(name="Something else", slug="foobarium")

        assert tagged(LearningFactory(kind=TECHNOLOGY, title="Foobarium")) == [[]]

    @pytest.mark.parametrize("title", ["㎏" * 100, "İ" * 100, "ﷺ" * 100, "日本語"])
    def test_strange_letters_fit_into_the_columns(self, title):
        tagged(LearningFactory(kind=TECHNOLOGY, title=title))

        for topic in Topic.objects.all():
            topic.full_clean(exclude=["name_key"])
            assert len(topic.name_key) <= 100


class TestTexts:
    def test_challenges_and_solutions_are_about_what_their_own_text_names(self, taxonomy):
        challenge = ChallengeFactory(title="Celery went away", problem="So did *Redis*.")
        solution = SolutionFactory(challenge=challenge, body="Start RabbitMQ first; go to bed.")

        assert tagged(challenge, solution) == [["Celery", "Redis"], ["RabbitMQ"]]

    def test_they_propose_nothing_and_name_nothing_proposed(self):
        TopicFactory(name="Foobarium", is_proposed=True)
        practice = LearningFactory(kind=LearningKind.BEST_PRACTICE, title="Quuxdb")

        assert tagged(ChallengeFactory(title="Foobarium broke"), practice) == [[], []]
        assert len(proposed()) == 1

    def test_an_entry_has_no_more_topics_than_the_api_takes(self, taxonomy):
        names = Topic.objects.filter(kind="CONCEPT").values_list("name", flat=True)

        (found,) = tagged(ChallengeFactory(title="All", problem=", ".join(names)))

        assert len(found) == MOST_TOPICS

    def test_a_hub_without_topics_is_fine(self):
        assert tagged(ChallengeFactory(title="Celery")) == [[]]


def test_tagging_asks_the_database_as_often_for_many_as_for_one(
    taxonomy, django_assert_num_queries
):
    entries = [LearningFactory(kind=TECHNOLOGY, title=f"Foo{n}bar & Redis") for n in range(40)]
    tagger = Tagger.of_all_topics()

    with django_assert_num_queries(2):  # proposed topics: written, read
        assert len(tagger.tag(entries)) == 80


def test_an_alias_leads_to_its_topic():
    framework = TopicFactory(name="Django REST Framework")
    TopicAlias.objects.create(topic=framework, name="DRF")

    assert Tagger.of_all_topics().topics_in("why drf? and Django-REST-framework") == [framework]
