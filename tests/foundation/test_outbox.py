"""Promises: made with the transaction, rung after it, kept once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from foundation import doorbell, outbox
from foundation.models import Promise
from foundation.outbox import LONGEST_WAIT, RING_GRACE, OutsideTransaction, keeping, promise, sweep
from tests.together import together

TASK = "notifications.deliver"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def owe(key: str, *, due_at: datetime = NOON, rings: int = 0) -> Promise:
    return Promise.objects.create(task=TASK, key=key, made_at=NOON, due_at=due_at, rings=rings)


def owed() -> list[str]:
    return list(Promise.objects.filter(kept_at=None).order_by("pk").values_list("key", flat=True))


@pytest.mark.django_db(transaction=True)
class TestMaking:
    def test_a_promise_outside_a_transaction_is_refused(self, rings):
        with pytest.raises(OutsideTransaction):
            promise(TASK, key="receipt:1")

        assert owed() == []

    def test_a_promise_rings_once_the_transaction_has_committed(self, rings):
        with transaction.atomic():
            promise(TASK, key="receipt:1", kwargs={"order_id": 7})
            assert rings == []

        assert rings == [(TASK, {"order_id": 7, "promise": "receipt:1"})]
        assert owed() == ["receipt:1"]

    def test_what_is_rolled_back_was_never_promised(self, rings):
        with transaction.atomic():
            promise(TASK, key="receipt:1")
            transaction.set_rollback(True)

        assert (rings, owed()) == ([], [])

    def test_the_same_key_is_promised_once(self, rings):
        for _ in range(2):
            with transaction.atomic():
                promise(TASK, key="receipt:1")
                promise(TASK, key="receipt:1")

        assert len(rings) == 1
        assert owed() == ["receipt:1"]

    def test_a_ring_that_fails_in_an_unforeseen_way_fails_nothing_else(self, monkeypatch, rings):
        def broken(task, message, **_options):
            if message["promise"] == "first":
                raise AttributeError(task)
            rings.append((task, message))

        monkeypatch.setattr(doorbell, "_send", broken)

        with transaction.atomic():
            promise(TASK, key="first")
            promise(TASK, key="second")

        assert owed() == ["first", "second"]
        assert [message["promise"] for _, message in rings] == ["second"]


@pytest.mark.django_db
class TestKeeping:
    def test_a_task_that_arrives_twice_works_once(self):
        owe("receipt:1")
        worked = []

        for _ in range(2):
            with keeping("receipt:1") as still_owed:
                if still_owed:
                    worked.append("sent")

        assert worked == ["sent"]
        assert owed() == []

    def test_a_task_that_fails_leaves_its_promise_owed(self):
        owe("receipt:1")

        def fail() -> None:
            with keeping("receipt:1"):
                owe("made on the way")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()

        assert owed() == ["receipt:1"]

    def test_a_promise_that_nobody_made_is_not_owed(self):
        with keeping("receipt:404") as still_owed:
            assert still_owed is False

    def test_what_was_promised_is_forgotten_once_it_is_kept(self):
        """It may hold an e-mail address; the key alone tells a twin that nothing is owed."""
        Promise.objects.filter(pk=owe("receipt:1").pk).update(kwargs={"email": "lena@example.org"})

        with keeping("receipt:1"):
            pass

        assert Promise.objects.get().kwargs == {}

    def test_kept_promises_are_forgotten_after_a_week_and_owed_ones_never(self):
        owe("old and owed")
        Promise.objects.filter(pk=owe("old").pk).update(kept_at=NOON - timedelta(days=8))
        Promise.objects.filter(pk=owe("young").pk).update(kept_at=NOON - timedelta(days=6))

        assert outbox.forget(at=NOON) == 1
        assert set(Promise.objects.values_list("key", flat=True)) == {"old and owed", "young"}


@pytest.mark.django_db
class TestSweeping:
    def test_a_lost_ring_is_made_up_for_once_its_grace_is_over(self, rings):
        with transaction.atomic():  # the test's own transaction: its commit never comes
            promise(TASK, key="receipt:1", kwargs={"order_id": 7})
        now = timezone.now()

        assert sweep(at=now) == 0
        assert sweep(at=now + RING_GRACE) == 1
        assert rings == [(TASK, {"order_id": 7, "promise": "receipt:1"})]

    def test_what_is_kept_is_left_alone(self, rings):
        owe("receipt:1")
        with keeping("receipt:1"):
            pass

        assert sweep(at=NOON + timedelta(days=1)) == 0
        assert rings == []

    def test_waits_double_up_to_the_longest(self):
        row = owe("receipt:1")
        waits, at = [], NOON

        for _ in range(9):
            sweep(at=at)
            row.refresh_from_db()
            waits.append((row.due_at - at).total_seconds())
            at = row.due_at

        assert waits == [10, 20, 40, 80, 160, 320, 600, 600, 600]
        assert row.due_at - timedelta(seconds=waits[-1]) + LONGEST_WAIT == row.due_at

    def test_a_promise_owed_for_ages_is_still_rung(self):
        owe("receipt:1", rings=5000)

        assert sweep(at=NOON) == 1

    def test_what_the_broker_did_not_take_is_due_at_once_and_waits_no_longer(self, monkeypatch):
        for number in range(5):
            owe(f"receipt:{number}", due_at=NOON - timedelta(minutes=5 - number))
        taken = []

        def die_after_two(task, message, **_options):
            if len(taken) == 2:
                raise doorbell.NoBroker(task)
            taken.append(message["promise"])

        monkeypatch.setattr(doorbell, "_send", die_after_two)

        assert sweep(at=NOON) == 2
        left = Promise.objects.filter(due_at__lte=NOON)
        assert set(left.values_list("key", "rings")) == {(f"receipt:{n}", 0) for n in (2, 3, 4)}

        taken.clear()
        monkeypatch.setattr(doorbell, "_send", lambda _task, message, **_: taken.append(message))
        assert sweep(at=NOON) == 3

    def test_one_sweep_takes_no_more_than_its_share(self, rings, monkeypatch):
        monkeypatch.setattr(outbox, "SWEEP_SIZE", 3)
        for number in range(5):
            owe(f"receipt:{number}")

        assert [sweep(at=NOON), sweep(at=NOON)] == [3, 2]
        assert len({message["promise"] for _, message in rings}) == 5


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_two_sweeps_at_once_share_the_work(self, monkeypatch):
        for number in range(60):
            owe(f"receipt:{number}")
        taken: list[str] = []
        monkeypatch.setattr(
            doorbell, "_send", lambda _task, message, **_: taken.append(message["promise"])
        )

        rung = together(lambda: sweep(at=NOON), lambda: sweep(at=NOON))

        assert sum(rung) == 60
        assert len(taken) == len(set(taken)) == 60

    def test_a_sweep_does_not_wait_for_what_is_being_worked_on(self, monkeypatch):
        taken: list[str] = []
        monkeypatch.setattr(
            doorbell, "_send", lambda _task, message, **_: taken.append(message["promise"])
        )
        owe("in work")
        owe("lost")

        with keeping("in work"):
            assert together(lambda: sweep(at=NOON)) == [1]

        assert taken == ["lost"]

    def test_twins_of_one_task_work_once(self):
        owe("receipt:1")
        worked: list[int] = []

        def work() -> None:
            with keeping("receipt:1") as still_owed:
                if still_owed:
                    worked.append(1)

        assert together(*[work] * 8) == [None] * 8
        assert len(worked) == 1

    def test_one_key_promised_from_many_sides_is_one_promise(self):
        doorbell.breaker.open()  # rings are beside the point here

        def make() -> None:
            with transaction.atomic():
                promise(TASK, key="receipt:1")

        assert together(*[make] * 8) == [None] * 8
        assert owed() == ["receipt:1"]
