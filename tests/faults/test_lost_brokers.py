"""Brokers that are away when they are needed."""

import pytest

from notifications.models import Notification
from tests import brokers
from tests.faults.happenings import EMAIL_EVERY, happen, nothing_is_owed, people, sweep
from tests.faults.hub import wait_until
from tests.own_time import own_time
from tests.wires import closed_port, frozen_port

pytestmark = pytest.mark.services

HAPPENINGS = 20


@pytest.mark.parametrize("away", [closed_port, frozen_port])
def test_a_broker_that_is_away_at_commit_delays_nobody_and_loses_nothing(rabbit_hub, away):
    author, *followers = people()

    with away() as port, brokers.broker(f"amqp://127.0.0.1:{port}//"):
        started = own_time()
        happen(0, author)
        first = own_time() - started
        for number in range(1, HAPPENINGS):
            happen(number, author)
        rest = own_time() - started - first
    rabbit_hub.start_worker()
    wait_until(nothing_is_owed, doing=sweep)

    assert first < 0.5
    assert rest < 0.1 * HAPPENINGS
    assert Notification.objects.count() == HAPPENINGS * (1 + len(followers))
    emails = rabbit_hub.emails()
    assert len(emails) == len(set(emails)) == HAPPENINGS / EMAIL_EVERY
