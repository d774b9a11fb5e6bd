"""Known names in running text, and words that only look like them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnings.importing.mentions import Mentions
from learnings.taxonomy import CAUTIONS, starters


@pytest.fixture(scope="module")
def mentions() -> Mentions[str]:
    rows = starters()
    pairs = [(row.name, row.name) for row in rows]
    pairs += [(alias, row.name) for row in rows for alias in row.aliases]
    return Mentions(pairs, CAUTIONS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Celery lost its tasks when RabbitMQ restarted.", ["Celery", "RabbitMQ"]),
        ("we moved from postgres to MongoDB", ["PostgreSQL", "MongoDB"]),
        ("The Django REST framework, not Django", ["Django REST framework", "Django"]),
        ("Django REST\nframework", ["Django REST framework"]),
        ("Django\n\nREST framework", ["Django", "REST"]),
        ("node js, NodeJS and Node.js are one", ["Node.js"]),
        ("CI/CD and ci cd", ["CI/CD"]),
        ("a HTML/CSS page", ["HTML", "CSS"]),
        ("Python 3.11 and python3", ["Python"]),
        ("Dockerfiles", ["Docker"]),
        ("JWTs expire", ["JSON Web Tokens"]),
        ("an N+1 query problem", ["N+1 queries"]),
        ("a Redis-backed list", ["Redis"]),
        ("`docker-compose up` failed", ["Docker Compose"]),
        ("a plain C++ class and a C# one", ["C++", "C#"]),
        ("**Redis**: [Nginx](https://django.example/celery)", ["Redis", "Nginx"]),
        ("a race condition in our webhook", ["Concurrency", "Webhooks"]),
        ("K8s", ["Kubernetes"]),
        ("use TS, not JS", ["TypeScript", "JavaScript"]),
    ],
)
def test_names_are_found(mentions, text, found):
    assert mentions.found_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Go to the settings page. Where to go next? Let's Go!",
        "Where to Go Next",
        "we go over the rest of the errors",
        "The rest of it",
        "THE REST OF THE LOG WAS EMPTY",
        "Make sure that it works; make it so",
        "How We Make Decisions Together",
        "How to Express Yourself in Code",
        "Express your ideas",
        "React to changes quickly; users react",
        "a swift answer. Swift answers help",
        "in spring 2024, and in Spring",
        "C: the third point, vitamin C, plan C, drive c",
        "R",
        "a flask of coffee",
        "less is more. Less is more.",
        "Next, render the page. Render it.",
        "a black box",
        "her requests were slow. Requests were slow.",
        "the ts file, cd into a folder, js",
        "the net result, 3.net",
        "cached_redis_client or my_django",
        "see https://example.org/django/redis?x=celery and www.redis.example",
        "mail redis@example.org",
        "the `...rest` parameter and `c`",
        "Poetry helps the soul",
        "the node of a tree. Node one fails.",
        "I was logging in and testing it",
        "read the documentation of the components",
        "Redisson, redistribute, ungit, gitter",
    ],
)
def test_words_that_only_look_like_names_are_left_alone(mentions, text):
    assert mentions.found_in(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("we wrote it in Go", ["Go"]),
        ("a service in Go, with Make", ["Go", "Make"]),
        ("our Express API crashed", ["Express"]),
        ("with Express and MongoDB", ["Express", "MongoDB"]),
        ("React re-renders too often", ["React"]),
        ("the state of React", ["React"]),
        ("Flask app crashed", ["Flask"]),
        ("running `go build` and `make test`", ["Go", "Make"]),
        ("written in `C` and `R`", ["C", "R"]),
        ("a REST endpoint", ["REST"]),
        ("REST API", ["REST"]),
        ("```\nflask run\n```\n", ["Flask"]),
        ("ported to Swift", []),  # "to" makes it a verb too often
        ("an iOS app in Swift", ["Swift"]),
    ],
)
def test_ambiguous_names_count_where_they_look_like_names(mentions, text, found):
    assert mentions.found_in(text) == found


def test_ten_thousand_texts_against_all_names_take_no_time_to_speak_of(mentions):
    text = "We had a race condition in Celery when RabbitMQ went away; go to the rest of it. " * 3

    started = time.process_time()
    for number in range(10_000):
        mentions.found_in(f"{number} {text}")
    assert time.process_time() - started < 30  # about 2 s; the machine may be busy


@pytest.mark.parametrize(
    "piece",
    [
        "node ", "Django REST ", "C ", "REST ", "`", "```\n", "](", "http://", "www.", "a/", "-",
        "_", "n+1+", "Go ", "a",
    ],
)  # fmt: skip
def test_time_grows_with_length_only(mentions, piece):
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        started = time.process_time()
        mentions.found_in(text)
        return time.process_time() - started

    seconds(1_000)
    # A busy machine may spoil one comparison; what grows by the square fails each of them.
    assert any(seconds(160_000) < 30 * max(seconds(20_000), 0.02) for _ in range(3))


@given(st.text(max_size=400))
def test_any_text_can_be_read(text):
    Mentions([("C++", 1), ("CI/CD", 2), ("Go", 3), ("!!", 4)], CAUTIONS).found_in(text)
