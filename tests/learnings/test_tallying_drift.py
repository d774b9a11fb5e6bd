"""What was miscounted is noticed and mended, and triggers that went come back."""

from __future__ import annotations

import logging

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from learnings import apps, tallying, tasks
from learnings.models import TopicTally
from tests.factories.learnings import PUBLISHED_AT, ChallengeFactory, LearningFactory, TopicFactory
from tests.tallies import shown, there, write_raw

pytestmark = pytest.mark.django_db
LINKS = "learnings_challenge_topics"
IS_SQLITE = connection.vendor == "sqlite"


def drop(trigger: str, table: str) -> None:
    write_raw(f"DROP TRIGGER {trigger}" + ("" if IS_SQLITE else f" ON {table}"))


def is_present(trigger: str) -> bool:
    known = "sqlite_master WHERE name" if IS_SQLITE else "pg_trigger WHERE tgname"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {known} = %s", [trigger])
        return bool(cursor.fetchone()[0])


def alter(model: str, name: str, field: models.Field) -> None:
    """Do what a migration does that alters a field. It rebuilds SQLite's tables."""
    operation = migrations.AlterField(model, name, field)
    before = MigrationLoader(connection).project_state()
    after = before.clone()
    operation.state_forwards("learnings", after)
    with connection.schema_editor() as editor:
        operation.database_forwards("learnings", editor, before, after)


@pytest.mark.django_db(transaction=True)
def test_a_lost_trigger_is_made_again_and_what_it_missed_is_counted():
    topic = TopicFactory()
    drop(f"{LINKS}_added", LINKS)
    ChallengeFactory(published=True, topics=[topic])
    assert shown() != there()

    call_command("migrate", verbosity=0)

    assert shown() == there() == {topic.pk: (0, 1)}
    ChallengeFactory(published=True, topics=[topic])
    assert shown() == {topic.pk: (0, 2)}


def test_a_trigger_of_an_older_form_is_made_anew():
    if IS_SQLITE:
        drop("learnings_learning_gone", "learnings_learning")
        write_raw("CREATE TRIGGER learnings_learning_gone AFTER DELETE ON learnings_learning"
                  " BEGIN SELECT 1; END")  # fmt: skip
    else:
        write_raw("COMMENT ON TRIGGER learnings_learning_gone ON learnings_learning IS 'older'")
    assert tallying.complete(using="default")
    assert not tallying.complete(using="default")


@pytest.mark.skipif(IS_SQLITE, reason="SQLite cannot switch triggers off")
@pytest.mark.django_db(transaction=True)
def test_a_trigger_that_was_switched_off_is_switched_on():
    topic = TopicFactory()
    write_raw(f"ALTER TABLE {LINKS} DISABLE TRIGGER USER")
    ChallengeFactory(published=True, topics=[topic])

    assert tallying.complete(using="default")

    LearningFactory(published=True, topics=[topic])
    assert shown() == there() == {topic.pk: (1, 1)}


def test_nothing_is_written_while_all_is_in_place():
    LearningFactory(published=True, topics=[TopicFactory()])
    rows = list(TopicTally.objects.values())

    assert tallying.complete(using="default") is False

    assert list(TopicTally.objects.values()) == rows


def test_a_drift_is_mended_once_a_day_and_said(caplog, time_machine):
    time_machine.move_to(PUBLISHED_AT)
    topic, other = TopicFactory(name="Redis"), TopicFactory()
    ChallengeFactory(published=True, topics=[topic, other])
    write_raw("UPDATE learnings_topictally SET change = 5 WHERE topic_id = %s", topic.pk)

    with caplog.at_level(logging.WARNING):
        tasks.recount()

    assert shown() == there()
    assert [record.getMessage() for record in caplog.records] == [
        "Published entries were miscounted, and are counted right now: {'redis (challenges)': -4}"
    ]
    TopicTally.objects.all().delete()
    tasks.recount()
    assert shown() != there()


def test_what_is_noted_of_a_topic_that_is_gone_is_no_drift(caplog):
    TopicTally.objects.create(topic_id=1_000_000, kind="learning", change=-2)

    assert tallying.mend() == {}

    assert not caplog.records
    assert tallying.fold() == 2
    assert not TopicTally.objects.exists()


def test_what_is_right_is_left_alone(caplog):
    LearningFactory(published=True, topics=TopicFactory.create_batch(2))
    assert tallying.mend() == {}
    assert (TopicTally.objects.count(), caplog.records) == (2, [])


@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_leaves_no_count():
    topic = TopicFactory()
    ChallengeFactory(published=True, topics=[topic])

    call_command("flush", verbosity=0, interactive=False)

    again = TopicFactory(id=topic.pk)
    assert shown() == {again.pk: (0, 0)}


@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_after_a_test_leaves_no_tally():
    """Nobody mends them then (tests/conftest.py), and ids can be used again."""
    topics = TopicFactory.create_batch(2)
    LearningFactory(published=True, topics=topics)
    ChallengeFactory(published=True, topics=topics)

    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)

    assert not TopicTally.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_migration_may_rebuild_the_tables():
    topic = TopicFactory()
    ChallengeFactory(published=True, topics=[topic])
    for length in (65, 64):
        apps.clear_the_way(using="default", plan=["a migration"])
        alter("challenge", "source_commit", models.CharField(max_length=length, blank=True))
        ChallengeFactory(published=True, topics=[topic])  # as a migration of data would
        apps.complete_tallies(using="default")
        apps.complete_search(using="default")
        assert is_present(f"{LINKS}_added")
        assert is_present("learnings_challenge_gone")
        assert shown() == there()


@pytest.mark.django_db(transaction=True)
def test_the_migration_can_be_taken_back_and_counts_what_there_is():
    topic = TopicFactory()
    try:
        call_command("migrate", "learnings", "0009", verbosity=0)
        assert not is_present("learnings_challenge_made")
        ChallengeFactory(published=True, topics=[topic])
        LearningFactory(topics=[topic])
    finally:
        call_command("migrate", "learnings", verbosity=0)
    assert shown() == there() == {topic.pk: (0, 1)}
