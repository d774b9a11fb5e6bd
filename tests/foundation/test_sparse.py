"""`fields` trims what is read, by exact names, everywhere."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nexus.documentation import swagger_document
from notifications.models import Subscription
from tests.factories.accounts import CohortFactory
from tests.factories.learnings import (
    ChallengeFactory,
    ImportRunFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    SourceFactory,
    TopicFactory,
)

BASE = "/api/v1/"


def refused(answer) -> tuple[int, str, str]:
    body = answer.json()
    (found,) = body["errors"]
    return answer.status_code, found["parameter"], found["code"]


LISTS = {
    "learnings/": (lambda me: LearningFactory(published=True), "title,id"),
    "challenges/": (lambda me: ChallengeFactory(published=True), "solved,author"),
    "solutions/": (lambda me: SolutionFactory(published=True), "challenge"),
    "topics/": (lambda me: TopicFactory(), "slug,learnings_count"),
    "users/": (lambda me: None, "display_name"),
    "cohorts/": (lambda me: CohortFactory(), "name"),
    "imports/": (lambda me: ImportRunFactory(author=me), "id,status"),
    "sources/": (lambda me: SourceFactory(user=me), "url"),
    "revisions/": (lambda me: RevisionFactory(learning__author=me), "type,entry"),
    "me/entries/": (lambda me: LearningFactory(author=me), "type,learning"),
}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_shows_the_chosen_fields_and_no_others(api, learner, address):
    make, fields = LISTS[address]
    make(learner)

    rows = api(learner).get(f"{BASE}{address}?fields={fields}").json()["results"]

    assert rows
    assert all(set(row) == set(fields.split(",")) for row in rows)


@pytest.mark.parametrize("mode", ["", "&page=1"])
def test_the_page_around_the_rows_stays_whole(api, learner, mode):
    LearningFactory(published=True)

    whole = api(learner).get(f"{BASE}learnings/?page_size=20{mode}").json()
    trimmed = api(learner).get(f"{BASE}learnings/?page_size=20&fields=id{mode}").json()

    assert list(trimmed) == list(whole)


@pytest.mark.parametrize("kind", ["learning", "challenge", "solution", "topic", "user", "me"])
def test_a_detail_shows_the_chosen_fields_and_no_others(api, learner, kind):
    address, fields = {
        "learning": lambda: (f"learnings/{LearningFactory(published=True).pk}/", "kind,id"),
        "challenge": lambda: (f"challenges/{ChallengeFactory(published=True).pk}/", "topics"),
        "solution": lambda: (f"solutions/{SolutionFactory(published=True).pk}/", "accepted"),
        "topic": lambda: (f"topics/{TopicFactory().slug}/", "aliases"),
        "user": lambda: (f"users/{learner.pk}/", "bio,role"),
        "me": lambda: ("me/", "email"),
    }[kind]()

    answer = api(learner).get(f"{BASE}{address}?fields={fields}")

    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == set(fields.split(","))


def test_a_subscription_is_trimmed_like_everything_else(api, learner):
    Subscription.objects.create(user=learner, subject=TopicFactory(slug="git").subject)

    rows = api(learner).get(f"{BASE}subscriptions/?fields=topic").json()["results"]

    assert rows == [{"topic": "git"}]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("titel", "invalid_choice"),
        ("id,titel", "invalid_choice"),
        ("author.id", "invalid_choice"),
        ("ID", "invalid_choice"),
        ("id,%20title", "invalid_choice"),
        ("password", "invalid_choice"),
        ("", "blank"),
        (",", "blank"),
        ("id,", "blank"),
        ("id,id", "repeated"),
        ("id&fields=title", "repeated"),
        ("%D9%A1", "invalid_choice"),
        ("id%00", "invalid"),
    ],
)
@pytest.mark.parametrize("rows", [0, 1])
def test_what_is_no_field_is_refused(api, learner, value, code, rows):
    LearningFactory.create_batch(rows, published=True)

    answer = api(learner).get(f"{BASE}learnings/?fields={value}")

    assert refused(answer) == (400, "fields", code)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("source", "invalid_choice"),
        ("solutions", "invalid_choice"),  # which only challenges have
        ("author,", "blank"),
        ("", "blank"),
        ("author,author", "repeated"),
        ("author&expand=topics", "repeated"),
        ("author.groups", "invalid_choice"),
    ],
)
@pytest.mark.parametrize("detail", [False, True])
def test_what_is_no_expansion_is_refused(api, learner, value, code, detail):
    learning = LearningFactory(published=True)
    address = f"{BASE}learnings/{learning.pk}/" if detail else f"{BASE}learnings/"

    answer = api(learner).get(f"{address}?expand={value}")

    assert refused(answer) == (400, "expand", code)


def test_where_nothing_can_be_expanded_the_parameter_is_unknown(api, learner):
    for address in ("topics/", "users/", "me/", "me/votes/", f"users/{learner.pk}/"):
        answer = api(learner).get(f"{BASE}{address}?expand=author")
        assert refused(answer) == (400, "expand", "unknown"), address


@pytest.mark.parametrize("parameter", ["fields=id", "expand=author"])
def test_writes_know_neither(api, learner, parameter):
    draft = LearningFactory(author=learner)
    client = api(learner)
    name = parameter.partition("=")[0]
    body = {"title": "T", "kind": "CONCEPT"}

    answers = [
        client.post(f"{BASE}learnings/?{parameter}", body),
        client.patch(f"{BASE}learnings/{draft.pk}/?{parameter}", {"title": "T"}),
        client.delete(f"{BASE}learnings/{draft.pk}/?{parameter}"),
        client.post(f"{BASE}learnings/{draft.pk}/submit/?{parameter}"),
        client.put(f"{BASE}learnings/{draft.pk}/bookmark/?{parameter}"),
    ]

    assert [refused(answer) for answer in answers] == [(400, name, "unknown")] * 5


def test_what_nobody_asked_for_is_not_fetched(api, learner):
    ChallengeFactory(published=True, topics=[TopicFactory()])
    client = api(learner)
    client.get(f"{BASE}me/")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"{BASE}challenges/?fields=id,title")

    asked = [q["sql"] for q in queries if "learnings_challenge" in q["sql"]]
    assert asked
    assert not any("problem" in sql or "learnings_solution" in sql for sql in asked)
    assert not any("learnings_topic" in q["sql"] for q in queries)


def test_trimmed_and_whole_lists_are_remembered_apart(api, learner):
    LearningFactory(published=True, title="T")
    client = api(learner)

    first = [client.get(f"{BASE}learnings/{query}") for query in ("", "?fields=title")]
    again = [client.get(f"{BASE}learnings/{query}") for query in ("", "?fields=title")]

    assert [answer["X-Cache"] for answer in first + again] == ["MISS", "MISS", "HIT", "HIT"]
    assert again[1].json()["results"] == [{"title": "T"}]
    assert len(again[0].json()["results"][0]) > 10


def documented_lists() -> dict[str, list[str]]:
    """Names that `fields` may hold, by the address of each list without variables."""
    return {
        path: parameter["items"]["enum"]
        for path, item in swagger_document()["paths"].items()
        for parameter in item.get("get", {}).get("parameters", [])
        if parameter.get("name") == "fields" and "{" not in path
    }


def test_every_documented_name_is_known_where_it_is_documented(api, curator):
    client = api(curator)
    for path, names in documented_lists().items():
        with_expansion = "&expand=solutions" if "solutions" in names else ""
        answer = client.get(f"/api/v1{path}?fields={','.join(names)}{with_expansion}")
        assert answer.status_code == 200, (path, answer.json())
        assert refused(client.get(f"/api/v1{path}?fields=no_field")) == (
            400, "fields", "invalid_choice",
        ), path  # fmt: skip
