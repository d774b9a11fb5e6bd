"""Reading page after page while others write rows with the same sort keys."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, connections

from learnings.models import Learning, LearningKind, Status
from tests.factories.learnings import LearningFactory

LIST = "/api/v1/learnings/"
ENTRIES = "/api/v1/me/entries/"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 20  # seconds until a writer counts as stuck
WRITERS = 4
OLD = 40  # rows that are there before the walk begins

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time on SQLite"),
    pytest.mark.django_db(transaction=True),
]


class Writers:
    """Threads that publish learnings of one author, all at one moment, until they are told."""

    def __init__(self, author) -> None:
        self.author, self.made, self.errors = author, 0, []
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._write, daemon=True) for _ in range(WRITERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a writer is stuck"

    def _write(self) -> None:
        try:
            for number in range(40):
                if self._end.wait(0.002):
                    return
                Learning.objects.create(
                    author=self.author,
                    kind=LearningKind.CONCEPT,
                    title=f"New {number}",
                    status=Status.PUBLISHED,
                    published_at=MOMENT,
                    created_at=MOMENT,
                    updated_at=MOMENT,
                )
                self.made += 1
        except Exception as error:  # noqa: BLE001 - handed to the test
            self.errors.append(error)
        finally:
            connections.close_all()


@pytest.mark.parametrize("ordering", ["published_at", "created_at", "updated_at", "votes_count"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_walk_repeats_and_skips_nothing_while_ties_are_inserted(api, learner, ordering, sign):
    old = _old_rows(learner)
    client = api(learner)

    with Writers(learner) as writers:
        found = _walk(client, f"{LIST}?ordering={sign}{ordering}&page_size=7", key="id")

    assert writers.errors == []
    assert writers.made > 0
    assert len(set(found)) == len(found)
    assert old <= set(found)


def test_so_does_a_walk_over_several_tables(api, learner):
    old = _old_rows(learner)
    client = api(learner)

    with Writers(learner) as writers:
        found = _walk(client, f"{ENTRIES}?page_size=7", key="learning")

    assert (writers.errors, writers.made > 0) == ([], True)
    ids = [entry["id"] for entry in found]
    assert len(set(ids)) == len(ids)
    assert old <= set(ids)


def _old_rows(author) -> set[int]:
    moments = {"published_at": MOMENT, "created_at": MOMENT, "updated_at": MOMENT}
    rows = LearningFactory.create_batch(OLD, author=author, published=True, **moments)
    return {row.pk for row in rows}


def _walk(client, address, *, key):
    """What stands under `key` in each row, page after page, for at most 300 pages."""
    found = []
    for _ in range(300):
        page = client.get(address)
        assert page.status_code == 200, page.content
        found += [row[key] for row in page.json()["results"]]
        address = page.json()["next"]
        if address is None:
            return found
    pytest.fail("the walk does not end")
