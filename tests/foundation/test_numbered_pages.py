"""Numbered pages: a count that costs the same however long the list is, and a way to every page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.http import paging
from learnings.models import Learning
from tests.factories.learnings import (
    ChallengeFactory,
    ImportRunFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

LIST = "/api/v1/learnings/"
START = datetime(2026, 1, 1, tzinfo=UTC)


def links(answer) -> dict[str, str]:
    """Addresses of the `Link` header by relation."""
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("Link", ""))
    return {name: address for address, name in found}


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def culprit(answer) -> tuple[int, str, str]:
    body = answer.json()
    (found,) = body["errors"]
    return answer.status_code, found["parameter"], found["code"]


@pytest.mark.parametrize(
    "ordering", ["", "published_at", "-created_at", "votes_count", "-votes_count", "updated_at"]
)
def test_numbered_pages_hold_every_row_once_in_order(api, learner, ordering):
    for number in range(10):
        LearningFactory(
            published=True,
            published_at=START + timedelta(days=number // 4),
            created_at=START + timedelta(days=number // 3),
            votes_count=number // 5,
        )
    field = ordering.lstrip("-") or "published_at"
    descends = ordering.startswith("-") or not ordering
    rows = sorted(Learning.objects.all(), key=lambda r: (getattr(r, field), r.pk), reverse=descends)
    client = api(learner)

    address = f"{LIST}?page=1&page_size=3" + (f"&ordering={ordering}" if ordering else "")
    shown = []
    while address:
        answer = client.get(address)
        assert (answer.json()["count"], answer.json()["count_exact"]) == (10, True)
        shown += ids(answer)
        address = answer.json()["next"]

    assert shown == [row.pk for row in rows]


def test_a_numbered_page_leads_to_its_neighbours_and_to_both_ends(api, learner):
    LearningFactory.create_batch(5, published=True)
    client = api(learner)

    first, middle, last = (client.get(f"{LIST}?page={n}&page_size=2") for n in (1, 2, 3))

    here = "http://testserver/api/v1/learnings/"
    assert list(middle.json()) == ["count", "count_exact", "next", "previous", "results"]
    assert middle.json()["next"] == f"{here}?page=3&page_size=2"
    assert middle.json()["previous"] == f"{here}?page=1&page_size=2"
    assert links(middle) == {
        "next": f"{here}?page=3&page_size=2",
        "prev": f"{here}?page=1&page_size=2",
        "first": f"{here}?page=1&page_size=2",
        "last": f"{here}?page=3&page_size=2",
    }
    assert set(links(first)) == {"next", "first", "last"}
    assert set(links(last)) == {"prev", "first", "last"}
    assert (first.json()["previous"], last.json()["next"]) == (None, None)


def test_past_the_end_is_empty_and_leads_back_to_the_last_page(api, learner):
    LearningFactory.create_batch(3, published=True)

    beyond = api(learner).get(f"{LIST}?page=9&page_size=2").json()

    assert (beyond["results"], beyond["count"], beyond["next"]) == ([], 3, None)
    assert beyond["previous"] == "http://testserver/api/v1/learnings/?page=2&page_size=2"


def test_an_empty_list_is_one_empty_page(api, learner):
    answer = api(learner).get(f"{LIST}?page=1")

    assert answer.json() == {
        "count": 0, "count_exact": True, "next": None, "previous": None, "results": [],
    }  # fmt: skip
    assert set(links(answer)) == {"first", "last"}


def test_without_a_page_nothing_is_counted(api, learner):
    LearningFactory(published=True)
    client = api(learner)
    client.get("/api/v1/me/")

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(LIST)

    assert list(answer.json()) == ["next", "previous", "results"]
    assert not any("COUNT(" in query["sql"].upper() for query in queries)


@pytest.mark.parametrize(
    "number", ["0", "-1", "1.5", "1e1", "", "%20", "one", "%D9%A1", "+1", "00"]
)
def test_what_is_no_page_is_refused(api, learner, number):
    assert culprit(api(learner).get(f"{LIST}?page={number}")) == (400, "page", "invalid")


@pytest.mark.parametrize(
    "query", ["page=501", "page=101&page_size=100", "page=10001&page_size=1", "page=" + "9" * 3000]
)
def test_a_page_that_begins_beyond_ten_thousand_rows_is_too_deep(api, learner, query):
    answer = api(learner).get(f"{LIST}?{query}")

    assert culprit(answer) == (400, "page", "page_too_deep")
    assert answer.json()["code"] == "page_too_deep"


@pytest.mark.parametrize("query", ["page=500", "page=100&page_size=100", "page=10000&page_size=1"])
def test_the_last_page_with_a_number_is_not_too_deep(api, learner, query):
    assert api(learner).get(f"{LIST}?{query}").json()["results"] == []


def test_a_page_and_a_cursor_do_not_go_together(api, learner):
    LearningFactory.create_batch(2, published=True)
    client = api(learner)
    address = client.get(f"{LIST}?page_size=1").json()["next"]

    assert culprit(client.get(f"{address}&page=1")) == (400, "page", "page_or_cursor")


@pytest.mark.parametrize("name", ["page", "ordering"])
def test_what_is_sent_twice_could_be_obeyed_only_once(api, learner, name):
    value = {"page": "1", "ordering": "created_at"}[name]
    answer = api(learner).get(f"{LIST}?{name}={value}&{name}={value}")

    assert culprit(answer) == (400, name, "repeated")


class TestLongLists:
    """With a limit of ten rows in the place of ten thousand."""

    @pytest.fixture(autouse=True)
    def _soon_too_many(self, monkeypatch):
        monkeypatch.setattr(paging, "MAX_ROWS", 10)

    def test_more_rows_than_are_counted_say_so(self, api, learner):
        LearningFactory.create_batch(10, published=True)
        client = api(learner)
        exact = client.get(f"{LIST}?page=1")
        LearningFactory(published=True)

        over = client.get(f"{LIST}?page=1&page_size=3")

        assert (exact.json()["count"], exact.json()["count_exact"]) == (10, True)
        assert (over.json()["count"], over.json()["count_exact"]) == (10, False)
        assert set(links(over)) == {"next", "first"}

    def test_a_page_across_the_limit_ends_there_and_leads_no_further(self, api, learner):
        LearningFactory.create_batch(12, published=True)
        client = api(learner)

        last = client.get(f"{LIST}?page=4&page_size=3")

        assert len(ids(last)) == 1
        assert last.json()["next"] is None
        assert client.get(f"{LIST}?page=5&page_size=3").status_code == 400

    def test_a_link_of_the_server_is_never_too_deep(self, api, learner):
        LearningFactory.create_batch(10, published=True)
        client = api(learner)

        first = client.get(f"{LIST}?page=1&page_size=3")

        assert len(ids(client.get(links(first)["last"]))) == 1

    @pytest.mark.parametrize("address", [LIST, "/api/v1/challenges/", "/api/v1/me/entries/"])
    def test_the_database_stops_counting_at_the_limit(self, api, learner, address):
        client = api(learner)
        client.get("/api/v1/me/")

        with CaptureQueriesContext(connection) as queries:
            client.get(f"{address}?page=1")

        (count,) = (q["sql"] for q in queries if q["sql"].startswith("SELECT COUNT(*)"))
        # Of rows that the database stops reading one past the limit, and without what they show.
        assert re.search(r"LIMIT 11\)", count), count
        assert "problem_html" not in count
        assert "solution" not in count or "UNION" in count


LISTS = {
    "learnings": lambda owner: LearningFactory(published=True),
    "challenges": lambda owner: ChallengeFactory(published=True),
    "solutions": lambda owner: SolutionFactory(published=True),
    "topics": lambda owner: TopicFactory(),
    "users": lambda owner: None,
    "cohorts": lambda owner: None,
    "imports": lambda owner: ImportRunFactory(author=owner),
    "notifications": lambda owner: None,
    "subscriptions": lambda owner: None,
    "sources": lambda owner: None,
    "revisions": lambda owner: None,
    "me/entries": lambda owner: LearningFactory(author=owner),
    "me/bookmarks": lambda owner: None,
    "me/votes": lambda owner: None,
}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_numbered_pages(api, learner, name):
    LISTS[name](learner)

    body = api(learner).get(f"/api/v1/{name}/?page=1").json()

    assert body["count"] == len(body["results"])
    assert body["count_exact"] is True
