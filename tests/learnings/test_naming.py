"""When two names are the same, what a title names, and what the taxonomy holds."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from learnings.models import Topic, TopicAlias, TopicKind
from learnings.naming import MAX_LENGTH, Names, clashes, fold, proposable
from learnings.taxonomy import add_missing, starters
from tests.factories.learnings import TopicFactory


@pytest.fixture(scope="module")
def names() -> Names[str]:
    rows = starters()
    pairs = [(row.name, row.name) for row in rows]
    return Names(pairs + [(alias, row.name) for row in rows for alias in row.aliases])


def split(names: Names[str], title: str) -> list[str | None]:
    return [part.meaning for part in names.parts(title)]


class TestTheTaxonomy:
    def test_no_name_means_two_topics(self):
        assert clashes({row.name: row.aliases for row in starters()}) == []

    def test_a_clash_would_be_found(self):
        assert clashes({"Redis": ["Cache"], "Caching": ["CACHE"]}) == ["CACHE: Redis, Caching"]

    def test_addresses_are_unique_and_well_formed(self):
        slugs = Counter(row.slug for row in starters())
        assert [slug for slug, count in slugs.items() if count > 1] == []
        assert all(slug.isascii() and slug.replace("-", "").isalnum() for slug in slugs)

    def test_it_is_large_enough_to_begin_with(self):
        kinds = Counter(row.kind for row in starters())
        assert set(kinds) == set(TopicKind.values)
        assert min(kinds.values()) > 100

    def test_no_alias_repeats_another_spelling_of_its_topic(self):
        for row in starters():
            keys = [fold(name) for name in (row.name, *row.aliases)]
            assert len(keys) == len(set(keys)), row


@pytest.mark.django_db
class TestLoading:
    def test_a_second_time_adds_nothing(self):
        assert add_missing(Topic.objects, TopicAlias.objects) == len(starters())
        made = Topic.objects.count(), TopicAlias.objects.count()

        assert add_missing(Topic.objects, TopicAlias.objects) == 0
        assert (Topic.objects.count(), TopicAlias.objects.count()) == made

    def test_what_curators_made_of_a_topic_stays(self):
        renamed = Topic.objects.create(name="Django framework", slug="django", kind="TECHNOLOGY")
        bare = Topic.objects.create(name="postgresql", kind="CONCEPT")
        mine = Topic.objects.create(name="Storage", kind="CONCEPT")
        TopicAlias.objects.create(topic=mine, name="SQLite")
        TopicAlias.objects.create(topic=mine, name="K8S")

        add_missing(Topic.objects, TopicAlias.objects)

        assert Topic.objects.get(slug="django") == renamed
        assert not Topic.objects.filter(name="Django").exists()
        bare.refresh_from_db()
        assert (bare.name, bare.kind, bare.alias_rows.count()) == ("postgresql", "CONCEPT", 0)
        assert Topic.objects.named(["sqlite", "k8s"]) == {"sqlite": mine, "k8s": mine}

    def test_a_hub_from_before_gets_the_keys_of_today(self):
        first, second = (TopicFactory(name=name) for name in ("Node.js", "Deno"))
        kept, repeated = (
            TopicAlias.objects.create(topic=first, name=name) for name in ("NodeJS runtime", "x")
        )
        Topic.objects.filter(pk=first.pk).update(name_key="node.js")
        TopicAlias.objects.filter(pk=kept.pk).update(key="nodejs runtime")
        TopicAlias.objects.filter(pk=repeated.pk).update(name="NodeJS-runtime", key="old")

        migration = import_module("learnings.migrations.0006_taxonomy")
        migration.compare_names_by_what_they_say(apps, None)

        assert Topic.objects.named(["node js", "deno"]) == {"node js": first, "deno": second}
        assert [alias.key for alias in TopicAlias.objects.all()] == ["nodejsruntime"]

    def test_every_name_of_a_loaded_topic_leads_to_it(self, taxonomy):
        found = Topic.objects.named(["DRF", "postgres", "node js", "NODEJS", "C++", "C", "n+1"])
        assert {asked: topic.name for asked, topic in found.items()} == {
            "DRF": "Django REST framework",
            "postgres": "PostgreSQL",
            "NODEJS": "Node.js",
            "C++": "C++",
            "C": "C",
            "n+1": "N+1 queries",
        }


class TestFolding:
    @pytest.mark.parametrize(
        "spellings",
        [
            ("Node.js", "NodeJS", "node js", "Node JS", "node-js"),
            ("CI/CD", "ci cd", "CICD"),
            ("PostgreSQL", "postgresql", "Postgre SQL"),
            ("Django REST framework", "Django-REST-Framework", "djangorestframework"),
            ("N+1", "n + 1", "n+1")[::2],
        ],
    )
    def test_spellings_of_one_name_have_one_key(self, spellings):
        assert len({fold(name) for name in spellings}) == 1

    def test_names_that_differ_by_a_sign_differ(self):
        assert len({fold(name) for name in ("C", "C++", "C#", "F#")}) == 4
        assert fold(".NET") != fold("net")

    @pytest.mark.parametrize("name", ["İ" * 100, "a" * 300])
    def test_a_key_that_grows_is_cut(self, name):
        assert len(fold(name)) == MAX_LENGTH

    @given(st.text(max_size=300))
    def test_a_key_fits_into_its_column_and_says_something(self, name):
        assert len(fold(name)) <= MAX_LENGTH
        assert bool(fold(name)) == bool(name.strip())


class TestTitles:
    @pytest.mark.parametrize(
        ("title", "found"),
        [
            ("DRF", ["Django REST framework"]),
            ("**Python 3.11**", ["Python"]),
            ("Python3", ["Python"]),
            ("🐍 Python", ["Python"]),
            ("Redis (cache)", ["Redis"]),
            ("Continuous Integration (CI)", ["Continuous integration"]),
            ("Django framework", ["Django"]),
            ("PostgreSQL - relational database", ["PostgreSQL"]),
            ("Celery & RabbitMQ", ["Celery", "RabbitMQ"]),
            ("HTML/CSS", ["HTML", "CSS"]),
            ("HTML, CSS, and JavaScript", ["HTML", "CSS", "JavaScript"]),
            ("Django and DRF", ["Django", "Django REST framework"]),
            ("Docker + Compose", ["Docker", "Docker Compose"]),
            ("Docker Compose", ["Docker Compose"]),
            ("Redis+Celery", ["Redis", "Celery"]),
            ("CI/CD", ["CI/CD"]),
            ("CI / CD pipelines", ["CI/CD"]),
            ("TCP/IP", ["TCP/IP"]),
            ("Pub/Sub", ["Pub/Sub"]),
            ("REST & GraphQL", ["REST", "GraphQL"]),
            ("CI/CD & Docker", ["CI/CD", "Docker"]),
            ("RESTful API", ["REST"]),
            ("Webhook", ["Webhooks"]),
            ("Database Migration", ["Database migrations"]),
            ("C++", ["C++"]),
            ("Go", ["Go"]),
            ("Express.js", ["Express"]),
            ("Kubernetes", ["Kubernetes"]),
            ("Data Structures and Algorithms", ["Data structures"]),
        ],
    )
    def test_a_title_names_what_a_reader_sees_in_it(self, names, title, found):
        assert split(names, title) == found

    def test_unknown_names_are_told_apart_as_well(self, names):
        found = [(part.name, part.meaning) for part in names.parts("Redis & Foobarium")]
        assert found == [("Redis", "Redis"), ("Foobarium", None)]

    @given(st.text(alphabet="ab ()[]&/+,.:-| C", max_size=120))
    def test_any_title_is_taken_apart(self, title):
        parts = Names([("C", 1), ("a/b", 2)]).parts(title)
        assert all(part.name.strip() for part in parts if part.meaning is None)


class TestProposals:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("**Foobarium**", "Foobarium"),
            ("🚀 Foobarium", "Foobarium"),
            ("Foobarium (a cache)", "Foobarium"),
            ("Machine learning", "Machine learning"),
            (".foo", ".foo"),
            ("G++", "G++"),
            ("日本語", "日本語"),
        ],
    )
    def test_a_name_is_proposed_without_its_ornaments(self, written, name):
        assert proposable(written) == name

    @pytest.mark.parametrize(
        "written",
        [
            "", "  ", "X", "123", "🚀🚀", "TODO", "TBD", "n/a", "None", "...", "[Technology name]",
            "Technology 1", "Your concept here", "Lorem ipsum dolor", "xxx", "<name>", "{{ name }}",
            "https://example.org/", "me@example.org", "Foo_____", "Learned how to write tests",
            "How to deploy", "It was hard.", "We deployed it", "Understanding the event loop",
            "one two three four five six", "F" * 101, "a\x00b", "f\u202eoo", "Week 3",
            "Caching# Next steps",
        ],
    )  # fmt: skip
    def test_sentences_and_placeholders_are_not(self, written):
        assert proposable(written) is None
