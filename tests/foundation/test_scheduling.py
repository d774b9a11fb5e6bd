"""Scheduled jobs run once per slot."""

from datetime import UTC, datetime, timedelta

import pytest

from foundation import tasks
from foundation.models import Promise, ScheduleSlot
from foundation.scheduling import forget_slots, take_slot
from tests.together import together

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEN = timedelta(seconds=10)


@pytest.mark.django_db
def test_a_slot_is_taken_once():
    assert take_slot("sweep", every=TEN, at=NOON)
    assert not take_slot("sweep", every=TEN, at=NOON + timedelta(seconds=9.9))
    assert take_slot("sweep", every=TEN, at=NOON + TEN)


@pytest.mark.django_db
def test_jobs_take_slots_apart():
    assert take_slot("sweep", every=TEN, at=NOON)
    assert take_slot("forget", every=TEN, at=NOON)


@pytest.mark.django_db
def test_slots_are_forgotten_after_two_days():
    take_slot("sweep", every=TEN, at=NOON - timedelta(days=3))
    take_slot("sweep", every=TEN, at=NOON)

    assert forget_slots(at=NOON) == 1
    assert ScheduleSlot.objects.count() == 1


@pytest.mark.django_db
def test_two_beats_sweep_once_per_slot(rings, time_machine):
    time_machine.move_to(NOON)
    Promise.objects.create(task="notifications.deliver", key="a", made_at=NOON, due_at=NOON)

    tasks.sweep()
    Promise.objects.update(due_at=NOON)
    tasks.sweep()

    assert len(rings) == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_many_beats_at_one_moment_one_gets_the_slot():
    taken = together(*[lambda: take_slot("sweep", every=TEN, at=NOON)] * 8)

    assert sorted(taken) == [False] * 7 + [True]
