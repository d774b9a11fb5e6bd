"""Which topics a text names."""

import pytest

from learnings.importing.tagging import Tagger
from learnings.models import TopicAlias
from tests.factories.learnings import TopicFactory


@pytest.fixture
def tagger(db):
    for name in ("Django", "SQLite", "Redis", "C"):
        TopicFactory(name=name)
    TopicAlias.objects.create(topic=TopicFactory(name="Django REST Framework"), name="DRF")
    return Tagger.of_all_topics()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SQLITE, then sqlite again", ["SQLite"]),
        ("Django REST framework on Redis", ["Django REST Framework", "Redis"]),
        ("drf", ["Django REST Framework"]),
        ("Djangonauts and pre-django-like words", []),
        ("C is too short to be trusted", []),
        # Letters that Python takes for "s" and "i" where case does not count.
        ("\u017fQLite and Red\u0131s, but Redis", ["Redis"]),
        ("\u0130 Redis", ["Redis"]),
    ],
)
def test_whole_names_are_found_in_any_case_each_once(tagger, text, names):
    assert [topic.name for topic in tagger.topics_in(text)] == names


def test_without_topics_nothing_is_found():
    assert Tagger([]).topics_in("Django") == []
