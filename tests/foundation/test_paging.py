"""Keyset pages: no repeats, no gaps, both ways, whatever ties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from learnings.models import Learning, Status
from tests.factories.accounts import CohortFactory
from tests.factories.learnings import LearningFactory

LIST = "/api/v1/learnings/"
START = datetime(2026, 1, 1, tzinfo=UTC)


def walk(client, address, link="next"):
    """Ids of all rows from a page on, following its links."""
    pages = []
    while address:
        body = client.get(address).json()
        pages.append([row["id"] for row in body["results"]])
        address = body[link]
        assert len(pages) < 100, "the pages lead in a circle"
    return pages


@pytest.mark.parametrize(
    "ordering", ["", "published_at", "-created_at", "votes_count", "-votes_count", "updated_at"]
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_pages_hold_every_row_once_in_order(api, learner, ordering, size):
    for number in range(10):
        LearningFactory(
            published=True,
            published_at=START + timedelta(days=number // 4),
            created_at=START + timedelta(days=number // 3),
            votes_count=number // 5,
        )
    field = ordering.lstrip("-") or "published_at"
    descends = ordering.startswith("-") or not ordering
    rows = Learning.objects.all()
    expected = [
        row.pk for row in sorted(rows, key=lambda r: (getattr(r, field), r.pk), reverse=descends)
    ]
    client = api(learner)
    address = f"{LIST}?page_size={size}" + (f"&ordering={ordering}" if ordering else "")

    pages = walk(client, address)
    assert [pk for page in pages for pk in page] == expected

    last = address
    while following := client.get(last).json()["next"]:
        last = following
    backwards = walk(client, last, link="previous")
    assert [pk for page in reversed(backwards) for pk in page] == expected


@pytest.mark.parametrize("ordering", ["starts_on", "-starts_on"])
def test_a_list_in_the_order_of_days_has_pages_too(api, learner, ordering):
    for number in range(7):
        day = date(2026, 1, 1 + number // 3)
        CohortFactory(slug=f"cohort-{number}", starts_on=day, ends_on=date(2026, 12, 31))
    address = f"/api/v1/cohorts/?page_size=2&ordering={ordering}"

    found = [pk for page in walk(api(learner), address) for pk in page]
    whole = api(learner).get(f"/api/v1/cohorts/?page_size=100&ordering={ordering}").json()
    assert found == [row["id"] for row in whole["results"]]
    assert len(found) == 7


def test_rows_without_a_value_come_last_and_none_is_lost(api, learner):
    dated = [
        LearningFactory(author=learner, published=True, published_at=START + timedelta(days=n // 2))
        for n in range(5)
    ]
    drafts = [LearningFactory(author=learner) for _ in range(4)]
    client = api(learner)
    for ordering, of_dated in (("published_at", dated), ("-published_at", dated[::-1])):
        address = f"{LIST}?author=me&ordering={ordering}&page_size=2"
        pages = walk(client, address)
        found = [pk for page in pages for pk in page]
        assert found[:5] == [row.pk for row in of_dated]
        assert sorted(found[5:]) == [row.pk for row in drafts]
        last = address
        while following := client.get(last).json()["next"]:
            last = following
        backwards = walk(client, last, link="previous")
        assert [pk for page in reversed(backwards) for pk in page] == found


def test_rows_that_come_and_go_between_pages_cause_no_repeats_and_no_gaps(api, learner):
    old = [LearningFactory(published=True, published_at=START) for _ in range(6)]
    client = api(learner)
    first = client.get(f"{LIST}?page_size=3").json()

    LearningFactory(published=True, published_at=START + timedelta(days=1))
    Learning.objects.filter(pk=old[-1].pk).update(status=Status.RETRACTED)
    second = client.get(first["next"]).json()

    shown = [row["id"] for row in first["results"] + second["results"]]
    assert shown == [row.pk for row in reversed(old)]


def test_the_first_page_has_no_previous_and_the_last_no_next(api, learner):
    for _ in range(3):
        LearningFactory(published=True)
    client = api(learner)
    first = client.get(f"{LIST}?page_size=2")
    assert first.json()["previous"] is None
    assert 'rel="prev"' not in first["Link"]
    last = client.get(first.json()["next"])
    assert last.json()["next"] is None
    assert 'rel="prev"' in last["Link"]
    assert client.get(last.json()["previous"]).json()["previous"] is None
    empty = client.get(f"{LIST}?kind=GOAL")
    assert empty.json() == {"next": None, "previous": None, "results": []}
    assert "Link" not in empty


@pytest.mark.parametrize(
    "cursor",
    [
        "bm90IGpzb24",  # not json
        "WzEsMl0",  # [1,2]
        "WyJ4IiwxLDBd",  # ["x",1,0]: not a moment
        "WzEsMSwwXQ",  # [1,1,0]: a number where a moment belongs
        "WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NSwwXQ",  # a huge id
        "WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsMSwyXQ",  # backwards: 2
        "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxLDBd",  # before the calendar
        "NQ",  # 5: nothing to take apart
        "bnVsbA",  # null
        "WzEsMSxbXV0",  # [1,1,[]]
        "WzEsMSx7fV0",  # [1,1,{}]
        "W" * 3000,
        "%00",
        "é",
    ],
)
def test_a_cursor_of_somebody_elses_making_is_refused(api, learner, cursor):
    LearningFactory(published=True)
    answer = api(learner).get(f"{LIST}?cursor={cursor}")
    body = answer.json()
    assert answer.status_code == 400, body
    assert body["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize(
    "cursor",
    [
        "WyJcdTAwMDAiLDEsMF0",  # ["\u0000",1,0]
        "WyJcdWQ4MDAiLDEsMF0",  # ["\ud800",1,0]
    ],
)
def test_a_cursor_with_text_that_no_database_holds_is_refused(api, learner, cursor):
    answer = api(learner).get(f"/api/v1/topics/?cursor={cursor}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "cursor"
