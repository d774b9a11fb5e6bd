"""What a refusal tells whoever has to mend the request: what would have been right."""

from __future__ import annotations

import pytest

from tests.factories.learnings import TopicFactory

CHALLENGES = "/api/v1/challenges/"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("solved=yes", "One of true, false."),
        ("status=draft", "One of DRAFT, IN_REVIEW, PUBLISHED, REJECTED, RETRACTED."),
        ("created_after=yesterday", "Not a moment such as 2026-03-01T09:00:00Z."),
        ("topic=Django", 'No topic has the slug "Django".'),
    ],
)
def test_a_refused_filter_says_what_it_takes(api, learner, query, sentence):
    TopicFactory(slug="django")
    answer = api(learner).get(f"{CHALLENGES}?{query}")
    assert answer.status_code == 400
    assert [error["detail"] for error in answer.json()["errors"]] == [sentence]


@pytest.mark.parametrize(
    ("topic", "sentence"),
    [
        ("Django", 'Nothing here has the slug "Django".'),
        ({"slug": "django", "name": "Django"}, 'Send the slug alone, as text: "django", say.'),
    ],
)
def test_a_refused_topic_says_how_topics_are_named(api, learner, topic, sentence):
    TopicFactory(slug="django")
    answer = api(learner).post(CHALLENGES, {"title": "Slow", "topics": [topic]})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["detail"]) == ("/topics/0", sentence)
