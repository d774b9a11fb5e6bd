"""Lists: what they hold, in which order, page by page."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from foundation.http import paging
from tests.factories.learnings import (
    PUBLISHED_AT,
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
)

ROWS = 7


@pytest.fixture(scope="module")
def rows(hub):
    """Published learnings, the newest first; two pairs were published at one moment."""
    minutes = (6, 5, 5, 3, 2, 2, 0)
    made = [
        LearningFactory(author=hub.people["author"], published=True,
                        published_at=PUBLISHED_AT + timedelta(minutes=number))
        for number in minutes
    ]  # fmt: skip
    for state in ({}, {"in_review": True}, {"rejected": True}, {"retracted": True}):
        LearningFactory(author=hub.people["author"], **state)
    made.sort(key=lambda row: (row.published_at, row.pk), reverse=True)
    return [row.pk for row in made]


def links(answer) -> dict[str, str]:
    """Addresses in the `Link` header, by relation."""
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["Link"] or "")
    return {relation: address for address, relation in found}


def local(address: str) -> str:
    """An absolute address without its host."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def walk(client, path: str, way: str = "next"):
    """All pages from `path` on, following the body's links."""
    while path:
        answer = client.get(path)
        assert answer.status == 200, answer.body
        yield answer
        path = answer.json[way] and local(answer.json[way])


def test_a_list_without_status_holds_what_is_published_whoever_asks_newest_first(hub, rows):
    for client in (hub.author, hub.other, hub.curator, hub.admin):
        assert client.get("learnings/").ids == rows


@pytest.mark.parametrize("status", ["DRAFT", "IN_REVIEW", "REJECTED", "RETRACTED", "PUBLISHED"])
def test_a_status_holds_what_the_reader_may_see(hub, rows, status):
    path = f"learnings/?status={status}"
    everything = ROWS if status == "PUBLISHED" else 1

    assert len(hub.author.get(path).ids) == len(hub.curator.get(path).ids) == everything
    assert len(hub.other.get(path).ids) == (ROWS if status == "PUBLISHED" else 0)


def test_author_me_holds_ones_own_in_every_state(hub, rows):
    assert len(hub.author.get("learnings/?author=me").ids) == ROWS + 4
    assert hub.curator.get("learnings/?author=me").ids == []


@pytest.mark.parametrize(("path", "shared"), [
    ("learnings/", True), ("learnings/?page=1", True), ("learnings/?kind=CONCEPT", True),
    ("learnings/?author=me", False), ("learnings/?status=PUBLISHED", False),
    ("learnings/?status=DRAFT&author=me", False),
])  # fmt: skip
def test_shared_lists_are_cached_and_personal_ones_never(hub, rows, path, shared):
    first, second = hub.author.get(path), hub.other.get(path)

    assert [a.headers["X-Cache"] for a in (first, second)] == (
        ["MISS", "HIT"] if shared else [None, None]
    )


def test_cursors_lead_through_tied_rows_without_repeats_or_gaps_and_back(hub, rows):
    pages = list(walk(hub.other, "learnings/?page_size=2"))

    assert [row for page in pages for row in page.ids] == rows
    assert [len(page.ids) for page in pages] == [2, 2, 2, 1]
    assert pages[0].json["previous"] is None
    assert pages[-1].json["next"] is None
    back = list(walk(hub.other, local(pages[-1].json["previous"]), "previous"))
    assert [page.ids for page in back] == [page.ids for page in pages[-2::-1]]


def test_cursors_are_stable_while_rows_are_added(hub, rows):
    first = hub.other.get("learnings/?page_size=3")
    newer = LearningFactory(published=True, published_at=PUBLISHED_AT + timedelta(days=1))
    second = hub.other.get(local(first.json["next"]))
    assert newer.pk in hub.other.get("learnings/").ids
    newer.delete()

    assert first.ids + second.ids == rows[:6]


def test_links_are_in_the_header_too(hub, rows):
    middle = hub.other.get(local(hub.other.get("learnings/?page_size=2").json["next"]))
    assert links(middle) == {"next": middle.json["next"], "prev": middle.json["previous"]}

    numbered = hub.other.get("learnings/?page=2&page_size=2")
    assert set(links(numbered)) == {"next", "prev", "first", "last"}


def test_addresses_are_absolute_from_the_requests_host_cached_or_not(hub, rows):
    port = hub.host.rpartition(":")[2]
    for host in (hub.host, f"localhost:{port}", hub.host):
        answer = hub.other.get("learnings/?page_size=2", Host=host)
        assert answer.json["next"].startswith(f"http://{host}/api/v1/learnings/?")
        assert f"<http://{host}/" in answer.headers["Link"]


def test_numbered_pages_count(hub, rows):
    answer = hub.other.get("learnings/?page=3&page_size=3")

    assert answer.ids == rows[6:]
    assert (answer.json["count"], answer.json["count_exact"]) == (ROWS, True)
    assert answer.json["next"] is None
    assert local(answer.json["previous"]) == "/api/v1/learnings/?page=2&page_size=3"


def test_a_page_past_the_end_is_empty(hub, rows):
    answer = hub.other.get("learnings/?page=4&page_size=3")
    assert (answer.ids, answer.json["count"]) == ([], ROWS)


def test_a_page_past_10000_rows_is_too_deep(hub):
    assert hub.other.get("learnings/?page=100&page_size=100").status == 200
    refused = hub.other.get("learnings/?page=101&page_size=100")
    assert refused.code == (400, "page_too_deep")
    assert refused.culprits == {("page", "page_too_deep")}


def test_a_count_ends_at_the_most_that_is_counted(hub, rows, monkeypatch):
    monkeypatch.setattr(paging, "MAX_ROWS", 5)  # as 10,000 would be among more

    answer = hub.other.get("learnings/?page=1&page_size=2&kind=CONCEPT")

    assert (answer.json["count"], answer.json["count_exact"]) == (5, False)


def test_a_page_with_a_cursor_is_refused(hub, rows):
    cursor = local(hub.other.get("learnings/?page_size=2").json["next"])
    assert hub.other.get(f"{cursor}&page=1").culprits == {("page", "page_or_cursor")}


@pytest.mark.parametrize("size", ["0", "101", "-1", "ten", "1.5", "", "99999999999"])
def test_a_page_holds_1_to_100_rows(hub, size):
    assert hub.other.get(f"learnings/?page_size={size}").culprits == {("page_size", "invalid")}


def test_a_page_holds_20_rows_unless_asked_otherwise(hub):
    ChallengeFactory.create_batch(21, author=hub.people["other"], published=True)

    assert len(hub.author.get("challenges/").ids) == 20
    assert len(hub.author.get("challenges/?page_size=1").ids) == 1
    assert len(hub.author.get("challenges/?page_size=100").ids) == 21


@pytest.mark.parametrize("key", ["published_at", "created_at", "updated_at", "votes_count"])
def test_lists_are_ordered_both_ways_and_ids_break_ties(hub, rows, key):
    def values(path: str) -> list[tuple]:
        found = [row for page in walk(hub.other, path) for row in page.json["results"]]
        assert sorted(row["id"] for row in found) == sorted(rows)
        return [(row[key], row["id"]) for row in found]

    rising, falling = (values(f"learnings/?page_size=2&ordering={sign}{key}") for sign in ("", "-"))

    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)


@pytest.mark.parametrize("mode", ["", "&page=1"])
def test_votes_are_what_votes_count_orders_by(hub, rows, mode):
    hub.other.put(f"learnings/{rows[-1]}/vote/")
    assert hub.other.get(f"learnings/?ordering=-votes_count&page_size=1{mode}").ids == [rows[-1]]
    hub.other.delete(f"learnings/{rows[-1]}/vote/")


def test_solutions_of_a_challenge_are_a_list_like_others(hub):
    challenge = ChallengeFactory(published=True)
    made = SolutionFactory.create_batch(3, challenge=challenge, published=True)
    SolutionFactory(challenge=challenge, author=hub.people["other"])
    path = f"challenges/{challenge.pk}/solutions/"

    pages = list(walk(hub.other, f"{path}?page_size=2"))

    assert [row for page in pages for row in page.ids] == [row.pk for row in reversed(made)]
    assert len(hub.other.get(f"{path}?author=me").ids) == 1
    challenge.delete()
