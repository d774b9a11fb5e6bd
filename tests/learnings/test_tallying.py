"""What is published under a topic is counted, whichever way it changes."""

from __future__ import annotations

import contextlib

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from learnings import curating, marking, publishing, tallying, tasks
from learnings.models import Challenge, Learning, Status, Topic, TopicTally
from tests.factories.accounts import UserFactory
from tests.factories.learnings import (
    PUBLISHED_AT,
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)
from tests.tallies import shown, there, write_raw

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[LearningFactory, ChallengeFactory], ids=["learning", "challenge"])
def make(request):
    """Make entries of either kind."""
    return request.param


@pytest.fixture
def topic() -> Topic:
    return TopicFactory()


@pytest.fixture
def count(make, topic):
    """`count()` is what is counted under `topic` of the kind that `make` makes."""

    def asked() -> int:
        assert shown() == there()
        return shown()[topic.pk][make is ChallengeFactory]

    return asked


class TestWhatChangesIt:
    def test_publishing_and_retracting(self, make, topic, count, curator):
        entry = make(in_review=True, topics=[topic, TopicFactory()])
        assert count() == 0

        publishing.publish(entry, by=curator, at=timezone.now())
        assert count() == 1

        publishing.retract(entry, by=curator, at=timezone.now())
        assert count() == 0

    def test_deleting_what_is_published(self, make, topic, count):
        make(published=True, topics=[topic])
        make(published=True, topics=[topic]).delete()
        assert count() == 1

    def test_deleting_its_author(self, make, topic, count):
        author = UserFactory()
        for _ in range(3):
            make(author=author, published=True, topics=[topic])
        make(published=True, topics=[topic])
        assert count() == 4

        author.delete()
        assert count() == 1

    def test_the_topics_of_what_is_published(self, make, topic, count):
        entry, other = make(published=True), TopicFactory()
        entry.topics.add(topic, other)
        assert count() == 1
        entry.topics.set([other])
        assert count() == 0
        entry.topics.set([topic])
        entry.topics.clear()
        assert count() == 0

    def test_a_topic_that_goes_is_gone_from_its_entries(self, make, topic, count):
        gone = TopicFactory()
        make(published=True, topics=[topic, gone])
        gone.delete()
        assert count() == 1
        assert not TopicTally.objects.filter(topic=gone.pk).exclude(change__in=(1, -1))

    def test_merging(self, make, topic, count):
        merged = TopicFactory(is_proposed=True)
        make(published=True, topics=[topic, merged])
        make(published=True, topics=[merged])
        make(topics=[merged])

        curating.merge(merged, into=topic)

        assert count() == 2

    def test_many_at_once(self, make, topic, count):
        for _ in range(3):
            make(topics=[topic])
        rows = make._meta.model.objects.all()
        rows.update(status=Status.PUBLISHED, published_at=PUBLISHED_AT)
        assert count() == 3
        rows.filter(pk=rows[0].pk).update(status=Status.RETRACTED)
        assert count() == 2

    def test_whoever_writes_without_the_hub(self, make, topic, count):
        table = make._meta.model._meta.db_table
        column = f"{make._meta.model._meta.model_name}_id"
        entry, other = make(published=True), make(published=True)
        for row in (entry, other):
            write_raw(f"INSERT INTO {table}_topics ({column}, topic_id) VALUES (%s, %s)",
                      row.pk, topic.pk)  # fmt: skip
        assert count() == 2
        # The entry first: its links may outlive it until the transaction ends.
        write_raw(f"DELETE FROM {table} WHERE id = %s", entry.pk)
        assert count() == 1
        write_raw(f"DELETE FROM {table}_topics WHERE {column} = %s", entry.pk)
        assert count() == 1
        write_raw(f"UPDATE {table} SET id = 1000000 WHERE id = %s", other.pk)
        write_raw(f"UPDATE {table}_topics SET {column} = 1000000 WHERE {column} = %s", other.pk)
        assert count() == 1

    def test_links_may_come_before_their_entry(self, make, topic, count):
        model = make._meta.model
        links, column = f"{model._meta.db_table}_topics", f"{model._meta.model_name}_id"
        write_raw(f"INSERT INTO {links} ({column}, topic_id) VALUES (1000000, %s)", topic.pk)
        make(id=1_000_000, published=True)
        assert count() == 1


class TestWhatDoesNot:
    def test_what_is_not_published(self, make, topic, count):
        for state in ({}, {"in_review": True}, {"rejected": True}, {"retracted": True}):
            make(**state, topics=[topic])
        assert count() == 0

    def test_solutions_are_not_counted(self, topic):
        SolutionFactory(published=True, topics=[topic])
        assert shown() == {topic.pk: (0, 0)}

    def test_votes_and_edits_note_nothing(self, make, topic, count, other_learner):
        entry = make(published=True, topics=[topic])
        noted = TopicTally.objects.count()

        marking.vote(entry, by=other_learner)
        entry.title = "Other words"
        entry.save()
        entry.topics.add(topic)

        assert (count(), TopicTally.objects.count()) == (1, noted)

    def test_steps_on_the_way_note_nothing(self, make, topic, learner, curator):
        entry = make(author=learner, topics=[topic])
        publishing.submit(entry, by=learner, at=timezone.now())
        publishing.reject(entry, by=curator, reason="Say more.", at=timezone.now())
        assert not TopicTally.objects.exists()

    def test_what_was_rolled_back(self, make, topic, count):
        class Regretted(Exception):
            pass

        entry = make(topics=[topic])
        with contextlib.suppress(Regretted), transaction.atomic():
            make._meta.model.objects.filter(pk=entry.pk).update(
                status=Status.PUBLISHED, published_at=PUBLISHED_AT
            )
            assert count() == 1
            raise Regretted
        assert count() == 0
        assert not TopicTally.objects.exists()


class TestFolding:
    def test_many_rows_become_one_and_the_sum_stays(self, make, topic, count):
        for _ in range(4):
            make(published=True, topics=[topic])
        make._meta.model.objects.first().delete()

        assert tasks.fold() is None

        assert count() == 3
        assert [row.change for row in TopicTally.objects.all()] == [3]

    def test_what_sums_up_to_nothing_goes(self, topic, count, make):
        make(published=True, topics=[topic]).delete()
        assert tallying.fold() == 2
        assert not TopicTally.objects.exists()
        assert count() == 0

    def test_one_row_of_each_stays_as_it_is(self):
        topic, other = TopicFactory(), TopicFactory()
        LearningFactory(published=True, topics=[topic])
        ChallengeFactory(published=True, topics=[topic, other])
        rows = list(TopicTally.objects.order_by("pk").values())

        assert tallying.fold() == 0

        assert list(TopicTally.objects.order_by("pk").values()) == rows

    def test_it_happens_once_a_minute(self, topic, time_machine):
        time_machine.move_to(PUBLISHED_AT)
        tasks.fold()
        for _ in range(2):
            LearningFactory(published=True, topics=[topic])
        tasks.fold()
        assert TopicTally.objects.count() == 2


ENTRIES, TOPICS = range(4), range(3)
_act = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(ENTRIES), st.sampled_from(
        [Status.DRAFT, Status.PUBLISHED, Status.RETRACTED])),
    st.tuples(st.just("topics"), st.sampled_from(ENTRIES), st.sets(st.sampled_from(TOPICS))),
    st.tuples(st.just("delete"), st.sampled_from(ENTRIES), st.booleans()),
    st.tuples(st.just("all"), st.sampled_from([Learning, Challenge]), st.sampled_from(
        [Status.PUBLISHED, Status.RETRACTED])),
    st.tuples(st.just("merge"), st.sampled_from(TOPICS), st.sampled_from(TOPICS)),
    st.tuples(st.just("fold"), st.none(), st.none()),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(acts=st.lists(st.tuples(_act, st.booleans()), max_size=12))
def test_whatever_happens_the_count_is_true(acts):
    with transaction.atomic():
        author = UserFactory()
        topics = TopicFactory.create_batch(3)
        entries = [
            factory(author=author, published_at=PUBLISHED_AT, topics=topics[number:])
            for number, factory in enumerate([LearningFactory, ChallengeFactory] * 2)
        ]
        for act, is_regretted in acts:
            with transaction.atomic():
                _do(act, entries, topics)
                assert shown() == there()
                transaction.set_rollback(is_regretted)
            assert shown() == there()
        transaction.set_rollback(True)


def _do(act, entries, topics):
    match act:
        case ("status", number, status):
            entry = entries[number]
            type(entry).objects.filter(pk=entry.pk).update(status=status)
        case ("topics", number, chosen):
            entry = entries[number]
            if type(entry).objects.filter(pk=entry.pk).exists():
                known = [topics[n] for n in chosen]
                entry.topics.set(Topic.objects.filter(pk__in=[topic.pk for topic in known]))
        case ("delete", number, is_raw):
            entry = entries[number]
            if is_raw:
                table, name = entry._meta.db_table, entry._meta.model_name
                write_raw(f"DELETE FROM {table} WHERE id = %s", entry.pk)
                write_raw(f"DELETE FROM {table}_topics WHERE {name}_id = %s", entry.pk)
            else:
                type(entry).objects.filter(pk=entry.pk).delete()
        case ("all", model, status):
            model.objects.update(status=status)
        case ("merge", number, into):
            with contextlib.suppress(curating.NotMergeable), transaction.atomic():
                curating.merge(topics[number], into=topics[into])
        case ("fold", _, _):
            tallying.fold()


def test_a_sum_is_read_from_the_index_alone():
    if connection.vendor != "postgresql":
        pytest.skip("this is PostgreSQL's plan")
    topic = TopicFactory()
    TopicTally.objects.bulk_create(
        TopicTally(topic_id=topic.pk + n, kind="learning", change=1) for n in range(5_000)
    )
    write_raw("ANALYZE learnings_topictally")
    plan = Topic.objects.with_counts().filter(pk=topic.pk).explain()
    assert plan.count("Index Only Scan using topic_tally") == 2
