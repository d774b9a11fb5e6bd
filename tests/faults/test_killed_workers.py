"""Workers that are killed in the middle of their work."""

import os
import signal

import pytest
from django.db.models import Count

from foundation.doorbell import ring_confirmed
from foundation.models import Promise
from notifications.models import Announcement, Notification
from tests import brokers
from tests.factories.accounts import UserFactory
from tests.faults.happenings import EMAIL_EVERY, happen, nothing_is_owed, people, sweep
from tests.faults.hub import children_of, wait_until

pytestmark = pytest.mark.services

HAPPENINGS = 200


def test_killed_children_and_workers_lose_nothing_and_tell_nobody_twice(hub):
    author, *followers = people()
    everything = HAPPENINGS * (1 + len(followers))
    emails = HAPPENINGS / EMAIL_EVERY

    first = hub.start_worker()
    for number in range(HAPPENINGS):
        happen(number, author)
    wait_until(lambda: Notification.objects.count() > everything / 10)
    os.kill(children_of(first)[0], signal.SIGKILL)
    wait_until(lambda: Notification.objects.count() > everything / 3)
    hub.kill(first)
    told_by_the_first = Notification.objects.count()
    hub.start_worker()
    wait_until(nothing_is_owed, doing=sweep)

    assert told_by_the_first < everything, "the worker was not killed in the middle"
    # Acknowledged = stored = effects.
    assert Announcement.objects.count() == HAPPENINGS
    assert Promise.objects.exclude(kept_at=None).count() == HAPPENINGS + emails
    heard = Notification.objects.values("user").annotate(of=Count("announcement", distinct=True))
    assert {row["user"]: row["of"] for row in heard} == {
        person.pk: HAPPENINGS for person in (author, *followers)
    }
    assert Notification.objects.count() == everything
    # A second copy, of a worker killed between the mail server's answer and the commit, would
    # carry the same Message-ID.
    assert len(set(hub.emails())) == emails


def test_a_message_that_kills_whoever_takes_it_is_put_aside(rabbit_hub):
    author = UserFactory()
    ring_confirmed("tests.die", {})

    rabbit_hub.start_worker(children=8)  # one dies at each attempt
    wait_until(lambda: brokers.waiting(rabbit_hub.broker_url, f"{rabbit_hub.queue}.dead") == 1)
    happen(1, author)
    wait_until(nothing_is_owed)

    assert Notification.objects.get().user == author
    assert brokers.waiting(rabbit_hub.broker_url, rabbit_hub.queue) == 0
