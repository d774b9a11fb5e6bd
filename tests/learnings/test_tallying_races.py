"""Counts stay true whoever writes, folds, mends and reads at the same moment."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from learnings import curating, leaving, tallying
from learnings.models import Challenge, Learning, Status, Topic, TopicTally
from learnings.tallying import keeping
from tests.factories.accounts import UserFactory
from tests.factories.learnings import PUBLISHED_AT, ChallengeFactory, LearningFactory, TopicFactory
from tests.holding import held
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
    assert sum(folded) > 0
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


def pause(barrier: threading.Barrier) -> None:
    """Wait for the other one, unless it waits for us."""
    with contextlib.suppress(threading.BrokenBarrierError):
        barrier.wait(1)


def test_two_merges_of_the_same_entries_wait_for_each_other(monkeypatch):
    first, second, third, fourth = TopicFactory.create_batch(4)
    for topics in ([first, third, fourth], [first, second, third]):
        LearningFactory(published=True, topics=topics)
    barrier, update = threading.Barrier(2), QuerySet.update

    def update_slowly(rows, **values):
        if rows.model is Learning.topics.through:
            pause(barrier)  # each has deleted a link, and moves the others
        return update(rows, **values)

    monkeypatch.setattr(QuerySet, "update", update_slowly)

    merges = [
        functools.partial(curating.merge, topic, into=into)
        for topic, into in ((first, second), (third, fourth))
    ]
    assert together(*merges) == [second, fourth]
    assert shown() == there()


def test_a_merge_and_an_import_wait_for_each_other(monkeypatch):
    topic, into = TopicFactory.create_batch(2)
    known = LearningFactory(published=True, topics=[topic])
    barrier, move = threading.Barrier(2), curating._move_entries

    def move_slowly(through, *topics):
        if through is Learning.topics.through:
            pause(barrier)
        move(through, *topics)

    monkeypatch.setattr(curating, "_move_entries", move_slowly)

    def bring() -> None:
        """As an import does: hold what its author has, then add to it."""
        with transaction.atomic():
            list(Learning.objects.select_for_update(no_key=True).filter(author=known.author_id))
            LearningFactory(author=known.author).topics.add(into)
            pause(barrier)

    assert together(lambda: curating.merge(topic, into=into), bring) == [into, None]
    assert shown() == there()


def test_a_merge_and_a_departure_wait_for_each_other(monkeypatch):
    topic, into = TopicFactory.create_batch(2)
    person = UserFactory()
    for factory in (LearningFactory, ChallengeFactory):
        factory(author=person, published=True, topics=[topic])
    is_held, hold = threading.Event(), curating._hold

    def hold_slowly(model, topic) -> None:
        hold(model, topic)
        is_held.set()
        time.sleep(0.3)  # in which the other one holds whatever is left

    monkeypatch.setattr(curating, "_hold", hold_slowly)

    def leave() -> None:
        assert is_held.wait(PATIENCE)
        leaving.leave(person, at=timezone.now())

    assert together(lambda: curating.merge(topic, into=into), leave) == [into, None]
    assert shown() == there()


def test_triggers_are_made_on_a_hub_that_is_written_to(monkeypatch):
    monkeypatch.setattr(keeping, "PAUSE", 0.05)
    topic = TopicFactory()
    challenge = ChallengeFactory(published=True, topics=[topic])
    tallying.drop(using="default")
    Challenge.objects.filter(pk=challenge.pk).update(status=Status.RETRACTED)
    is_held = threading.Event()

    def write_for_long() -> None:
        with held("learnings_challenge"):
            is_held.set()
            time.sleep(2.5)  # longer than making triggers waits for the table

    def complete() -> bool:
        assert is_held.wait(PATIENCE)
        return tallying.complete(using="default")

    assert together(write_for_long, complete) == [None, True]
    assert shown() == there() == {topic.pk: (0, 0)}


def test_of_two_who_make_triggers_one_does():
    tallying.drop(using="default")

    def complete() -> bool:
        return tallying.complete(using="default")

    assert sorted(together(complete, complete)) == [False, True]
