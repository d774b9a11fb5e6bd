"""Counts stay true whoever writes, folds, mends and reads at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from learnings import curating, tallying
from learnings.models import Challenge, Learning, Status, Topic, TopicTally
from tests.factories.learnings import PUBLISHED_AT, ChallengeFactory, LearningFactory, TopicFactory
from tests.tallies import shown, there, write_raw
from tests.together import PATIENCE, together

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def set_status(entry, status: Status) -> None:
    type(entry).objects.filter(pk=entry.pk).update(status=status, published_at=PUBLISHED_AT)


def one_within_the_other(outer: Callable[[], object], inner: Callable[[], object]) -> None:
    """Begin `inner` when `outer` has written, and commit `outer` when `inner` waits for it."""
    written, process = threading.Event(), []

    def first() -> None:
        with transaction.atomic():
            outer()
            written.set()
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until and not (process and is_waiting(process[0])):
                time.sleep(0.01)
            assert is_waiting(process[0]), "they pass one another"

    def second() -> None:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            process.append(cursor.fetchone()[0])
            assert written.wait(PATIENCE)
            inner()

    assert together(first, second) == [None, None]


def is_waiting(process: int) -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [process])
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("is_first", [True, False], ids=["publisher first", "publisher second"])
@pytest.mark.parametrize("change", ["add", "remove", "merge"])
def test_what_is_published_while_its_topics_change_is_counted_once(change, is_first):
    topic, other = TopicFactory(), TopicFactory()
    entry = ChallengeFactory(topics=[] if change == "add" else [topic])
    changes = {
        "add": lambda: entry.topics.add(topic),
        "remove": lambda: entry.topics.remove(topic),
        "merge": lambda: curating.merge(topic, into=other),
    }
    acts = [lambda: set_status(entry, Status.PUBLISHED), changes[change]]

    one_within_the_other(*(acts if is_first else reversed(acts)))

    assert shown() == there()
    assert sum(challenges for _, challenges in shown().values()) == (change != "remove")


def test_who_publish_under_the_same_topics_do_not_wait_for_each_other():
    topics = TopicFactory.create_batch(2)
    mine, yours = [
        [ChallengeFactory(topics=[topic]) for topic in order] for order in (topics, topics[::-1])
    ]
    both = threading.Barrier(2)

    def publish(entries) -> None:
        with transaction.atomic():
            for entry in entries:
                set_status(entry, Status.PUBLISHED)
                both.wait(PATIENCE)  # neither has committed, both go on

    assert together(lambda: publish(mine), lambda: publish(yours)) == [None, None]
    assert set(shown().values()) == {(0, 2)}


def test_an_edit_of_a_topic_is_not_waited_for():
    topic = TopicFactory()
    entry = LearningFactory(topics=[topic])
    published = threading.Event()

    def edit() -> None:
        with transaction.atomic():
            Topic.objects.select_for_update().get(pk=topic.pk)
            assert published.wait(PATIENCE), "it is waited for"

    def publish() -> None:
        set_status(entry, Status.PUBLISHED)
        published.set()

    assert together(edit, publish) == [None, None]


def test_nobody_ever_reads_a_wrong_sum_while_others_write_and_fold():
    topic = TopicFactory()
    for _ in range(5):
        LearningFactory(published=True, topics=[topic])
    toggled = [LearningFactory(topics=[topic]) for _ in range(2)]
    waiting, folded, seen, written = list(toggled), [], set(), []

    def write() -> None:
        entry = waiting.pop()
        try:
            for _ in range(60):
                with transaction.atomic():  # to whoever looks from outside nothing changes
                    set_status(entry, Status.PUBLISHED)
                    set_status(entry, Status.RETRACTED)
        finally:
            written.append(entry)

    def repeat(act: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            while len(written) < len(toggled):
                act()

        return run

    fold = repeat(lambda: folded.append(tallying.fold()))
    read = repeat(lambda: seen.add(shown()[topic.pk]))
    assert together(write, write, fold, fold, read) == [None] * 5

    tallying.fold()
    assert sum(folded) > 100
    assert seen == {(5, 0)} == set(shown().values())
    assert TopicTally.objects.count() == 1


def test_a_folder_passes_over_what_another_one_holds():
    topics = TopicFactory.create_batch(2)
    for _ in range(2):
        LearningFactory(published=True, topics=topics)
    held, folded = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(TopicTally.objects.select_for_update().filter(topic=topics[0]))
            held.set()
            assert folded.wait(PATIENCE), "it is waited for"

    def fold() -> int:
        assert held.wait(PATIENCE)
        count = tallying.fold()
        folded.set()
        return count

    assert together(hold, fold) == [None, 2]
    assert set(shown().values()) == {(2, 0)}


def test_two_who_mend_at_once_mend_once():
    topic = TopicFactory()
    for _ in range(3):
        ChallengeFactory(published=True, topics=[topic])
    write_raw("DELETE FROM learnings_topictally")

    found = together(*[tallying.mend] * 4)

    assert sorted(map(len, found)) == [0, 0, 0, 1]
    assert shown() == {topic.pk: (0, 3)}


def test_mending_does_not_disturb_who_writes():
    topic = TopicFactory()
    entries = [ChallengeFactory(topics=[topic]) for _ in range(40)]

    def publish() -> None:
        for entry in entries:
            set_status(entry, Status.PUBLISHED)

    def mend() -> list[object]:
        return [tallying.mend() for _ in range(20)]

    assert together(publish, mend) == [None, [{}] * 20]
    assert shown() == {topic.pk: (0, 40)}
    assert not Learning.objects.exists()
    assert Challenge.objects.published().count() == 40
