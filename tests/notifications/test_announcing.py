"""Announcing: written with what happened, once."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from foundation.models import Promise
from foundation.outbox import OutsideTransaction
from notifications.announcing import Audience, announce
from notifications.models import Announcement, Event
from tests.factories.accounts import UserFactory

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def say(text: str = "Published: DRF", *, key: str = "published:1", **audience) -> None:
    announce(
        Event.ENTRY_PUBLISHED,
        key=key,
        text=text,
        target="/api/v1/learnings/1/",
        audience=Audience(**audience),
        by=None,
        at=NOON,
    )


@pytest.mark.django_db
class TestAnnouncing:
    def test_it_writes_down_who_is_to_hear_and_promises_to_tell_them(self):
        people = [UserFactory(), UserFactory()]

        say(people=[*people, people[0]], followers_of=["topic:2", "topic:1", "topic:2"])

        made = Announcement.objects.get()
        assert made.recipients == sorted(person.pk for person in people)
        assert made.subjects == ["topic:1", "topic:2"]
        assert made.created_at == NOON
        promised = Promise.objects.get()
        assert promised.task == "notifications.deliver"
        assert promised.kwargs == {"announcement_id": made.pk}

    def test_the_same_happening_is_announced_once(self):
        say("first")
        say("again")

        assert Announcement.objects.get().text == "first"
        assert Promise.objects.count() == 1

    def test_a_text_becomes_one_line_that_fits(self):
        say("a\r\nBcc: all@example.org\u2028" + "x" * 1000)

        text = Announcement.objects.get().text
        assert text.startswith("a Bcc: all@example.org x")
        assert len(text) == 500
        assert text.endswith("x…")


@pytest.mark.django_db(transaction=True)
def test_announcing_outside_a_transaction_is_refused_and_leaves_nothing_behind():
    with pytest.raises(OutsideTransaction):
        say()

    assert not Announcement.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_announced(rings):
    with transaction.atomic():
        say()
        transaction.set_rollback(True)

    assert not Announcement.objects.exists()
    assert rings == []
