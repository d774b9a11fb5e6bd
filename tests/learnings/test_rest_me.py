"""What is personal: own entries of all types, bookmarks and votes, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learnings.models import Bookmark, Challenge, Status, Vote
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

ENTRIES = "/api/v1/me/entries/"
BOOKMARKS = "/api/v1/me/bookmarks/"
VOTES = "/api/v1/me/votes/"
START = datetime(2026, 1, 1, tzinfo=UTC)
FACTORIES = {
    "learning": LearningFactory,
    "challenge": ChallengeFactory,
    "solution": SolutionFactory,
}


def key(item) -> tuple[str, int]:
    """Type and id of an item's entry, which must stand where its type says and nowhere else."""
    held = {kind: item[kind] for kind in FACTORIES if item[kind] is not None}
    ((kind, entry),) = held.items()
    assert item["type"] == kind.upper()
    return kind, entry["id"]


def keys(answer) -> list[tuple[str, int]]:
    assert answer.status_code == 200, answer.content
    return [key(item) for item in answer.json()["results"]]


def named(entry) -> tuple[str, int]:
    return entry.type_name, entry.pk


def mark(model, user, entry, *, at=START):
    return model.objects.create(user=user, created_at=at, **{entry.type_name: entry})


def culprit(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["parameter"]


def walk(client, address, link="next"):
    """Keys of all rows from a page on, following its links; the address of the last page."""
    found = []
    while address:
        last = address
        page = client.get(address)
        found.append(keys(page))
        address = page.json()[link]
        assert len(found) < 50, "the pages lead in a circle"
    return found, last


def joined(pages) -> list[tuple[str, int]]:
    return [row for page in pages for row in page]


class TestEntries:
    def test_all_types_in_all_states_stand_in_one_list_newest_first(self, api, learner):
        made = [
            LearningFactory(author=learner, created_at=START),
            SolutionFactory(author=learner, created_at=START + timedelta(days=3), rejected=True),
            ChallengeFactory(author=learner, created_at=START + timedelta(days=1), published=True),
            LearningFactory(author=learner, created_at=START + timedelta(days=2), retracted=True),
        ]

        found = keys(api(learner).get(ENTRIES))

        assert found == [named(made[n]) for n in (1, 3, 2, 0)]

    def test_nobody_sees_another_ones_not_even_curators(self, api, learner, other_learner, curator):
        mine = LearningFactory(author=learner, published=True)
        ChallengeFactory(author=other_learner, in_review=True)
        SolutionFactory(author=other_learner, published=True)

        assert keys(api(learner).get(ENTRIES)) == [named(mine)]
        assert keys(api(curator).get(ENTRIES)) == []

    @pytest.mark.parametrize("size", [1, 2, 5, 100])
    def test_pages_hold_every_entry_once_also_where_types_and_moments_tie(self, api, learner, size):
        for number in range(4):
            for factory in FACTORIES.values():
                factory(author=learner, created_at=START + timedelta(days=number // 2))
        client = api(learner)
        everything = keys(client.get(f"{ENTRIES}?page_size=100"))
        assert len(set(everything)) == 12

        pages, last = walk(client, f"{ENTRIES}?page_size={size}")
        assert joined(pages) == everything
        backwards, _ = walk(client, last, link="previous")
        assert joined(reversed(backwards)) == everything
        numbered, _ = walk(client, f"{ENTRIES}?page=1&page_size={size}")
        assert joined(numbered) == everything
        oldest, _ = walk(client, f"{ENTRIES}?ordering=created_at&page_size={size}")
        assert joined(oldest) == everything[::-1]

    def test_type_and_status_narrow_the_list(self, api, learner):
        draft = LearningFactory(author=learner)
        waiting = ChallengeFactory(author=learner, in_review=True)
        client = api(learner)

        assert keys(client.get(f"{ENTRIES}?type=LEARNING")) == [named(draft)]
        assert keys(client.get(f"{ENTRIES}?status=IN_REVIEW")) == [named(waiting)]
        assert keys(client.get(f"{ENTRIES}?type=LEARNING&status=IN_REVIEW")) == []
        assert client.get(f"{ENTRIES}?status=DRAFT&page=1").json()["count"] == 1

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("type=learning", "type"),
            ("type=NOTE", "type"),
            ("status=OPEN", "status"),
            ("author=me", "author"),
            ("ordering=votes_count", "ordering"),
            ("cursor=x", "cursor"),
            ("cursor=WyJcdTAwMDAiLDEsMF0", "cursor"),
            ("cursor=WzEsMSwwXQ", "cursor"),
            ("fields=title", "fields"),
            ("expand=source", "expand"),
            ("page=0", "page"),
        ],
    )
    def test_a_bad_parameter_is_named(self, api, learner, query, name):
        LearningFactory(author=learner)
        assert culprit(api(learner).get(f"{ENTRIES}?{query}")) == (400, name)

    def test_an_entry_is_shown_as_at_its_own_address(self, api, learner):
        entries = [
            factory(author=learner, topics=[TopicFactory()]) for factory in FACTORIES.values()
        ]
        client = api(learner)
        for expand in ("", "?expand=author,topics"):
            shown = {key(item): item for item in client.get(f"{ENTRIES}{expand}").json()["results"]}
            for entry in entries:
                own = client.get(f"/api/v1/{entry.type_name}s/{entry.pk}/{expand}").json()
                assert shown[named(entry)][entry.type_name] == own

    def test_fields_choose_the_types_to_fetch(self, api, learner):
        LearningFactory(author=learner)
        ChallengeFactory(author=learner, created_at=START)

        rows = api(learner).get(f"{ENTRIES}?fields=type").json()["results"]

        assert rows == [{"type": "LEARNING"}, {"type": "CHALLENGE"}]

    def test_it_is_never_remembered(self, api, learner):
        client = api(learner)
        for address in (ENTRIES, BOOKMARKS, VOTES):
            for _ in range(2):
                answer = client.get(address)
                assert "X-Cache" not in answer
                assert "private" in answer["Cache-Control"]


class TestBookmarks:
    def test_the_newest_bookmark_is_first_whatever_it_is_of(self, api, learner, other_learner):
        made = [factory(published=True) for factory in FACTORIES.values()]
        for number, entry in enumerate(made):
            mark(Bookmark, learner, entry, at=START + timedelta(days=number))
        mark(Bookmark, other_learner, LearningFactory(published=True))

        answer = api(learner).get(BOOKMARKS)

        assert keys(answer) == [named(entry) for entry in reversed(made)]
        assert answer.json()["results"][-1]["bookmarked_at"] == "2026-01-01T00:00:00Z"

    def test_what_the_reader_may_no_longer_see_is_left_out(
        self, api, learner, other_learner, curator
    ):
        gone = ChallengeFactory(published=True, author=other_learner)
        under = SolutionFactory(published=True, challenge=gone)
        mine = LearningFactory(author=learner)
        for reader in (learner, curator, other_learner):
            for number, entry in enumerate((gone, under)):
                mark(Bookmark, reader, entry, at=START + timedelta(days=number))
        mark(Bookmark, learner, mine)
        Challenge.objects.filter(pk=gone.pk).update(status=Status.RETRACTED)

        assert keys(api(learner).get(BOOKMARKS)) == [named(mine)]
        assert api(learner).get(f"{BOOKMARKS}?page=1").json()["count"] == 1
        assert keys(api(other_learner).get(BOOKMARKS)) == [named(gone)]
        assert keys(api(curator).get(BOOKMARKS)) == [named(under), named(gone)]

    def test_only_one_type(self, api, learner):
        entry = SolutionFactory(published=True)
        mark(Bookmark, learner, entry)
        mark(Bookmark, learner, LearningFactory(published=True))

        assert keys(api(learner).get(f"{BOOKMARKS}?type=SOLUTION")) == [named(entry)]

    def test_pages_hold_every_bookmark_once(self, api, learner):
        for _ in range(3):
            for factory in FACTORIES.values():
                mark(Bookmark, learner, factory(published=True))
        pages, _ = walk(api(learner), f"{BOOKMARKS}?page_size=2")
        assert len(set(joined(pages))) == len(joined(pages)) == 9


class TestVotes:
    def test_a_list_page_learns_which_of_its_entries_to_mark(self, api, learner, other_learner):
        liked, plain, theirs = ChallengeFactory.create_batch(3, published=True)
        same_id = LearningFactory(pk=liked.pk, published=True)
        for user, entry in ((learner, liked), (learner, same_id), (other_learner, theirs)):
            mark(Vote, user, entry)
        ids = f"{liked.pk},{plain.pk},{theirs.pk}"
        client = api(learner)

        found = client.get(f"{VOTES}?type=CHALLENGE&ids={ids}&fields=type,id").json()["results"]

        assert found == [{"type": "CHALLENGE", "id": liked.pk}]
        both = client.get(f"{VOTES}?ids={ids}").json()["results"]
        assert {row["type"] for row in both} == {"CHALLENGE", "LEARNING"}

    def test_whoever_names_ids_gets_them_on_one_page(self, api, learner):
        made = LearningFactory.create_batch(30, published=True)
        for entry in made:
            mark(Vote, learner, entry)
        ids = ",".join(str(entry.pk) for entry in made)
        client = api(learner)

        body = client.get(f"{VOTES}?type=LEARNING&ids={ids}").json()

        assert len(body["results"]) == 30
        assert body["next"] is None
        assert len(client.get(VOTES).json()["results"]) == 20

    def test_all_votes_newest_first(self, api, learner):
        made = [factory(published=True) for factory in FACTORIES.values()]
        for number, entry in enumerate(made):
            mark(Vote, learner, entry, at=START + timedelta(days=number))

        rows = api(learner).get(VOTES).json()["results"]

        assert [(row["type"].lower(), row["id"]) for row in rows] == [
            named(entry) for entry in reversed(made)
        ]
        assert rows[-1]["voted_at"] == "2026-01-01T00:00:00Z"

    @pytest.mark.parametrize(
        "ids",
        ["", "x", "1,", "1,,2", "-1", "1.5", "%D9%A1", "1, 2", "9" * 19, ",".join("1" * 101),
         "1&ids=2"],
    )  # fmt: skip
    def test_what_are_no_ids_is_refused(self, api, learner, ids):
        assert culprit(api(learner).get(f"{VOTES}?type=LEARNING&ids={ids}")) == (400, "ids")


@pytest.mark.parametrize("address", [ENTRIES, BOOKMARKS, VOTES])
def test_a_personal_list_costs_the_same_queries_for_one_row_and_for_many(api, learner, address):
    client = api(learner)
    client.get("/api/v1/me/")
    counts = []
    for rows in (1, 9):
        for _ in range(rows):
            for factory in FACTORIES.values():
                entry = factory(author=learner, topics=[TopicFactory()], published=True)
                mark(Bookmark, learner, entry)
                mark(Vote, learner, entry)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(f"{address}?page_size=100").json()["results"]
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(shown) == 30


def test_the_index_leads_to_what_is_personal(api, learner):
    client = api(learner)
    index = client.get("/api/v1/").json()

    for name in ("my_entries", "my_bookmarks", "my_votes"):
        assert client.get(index[name]).status_code == 200
