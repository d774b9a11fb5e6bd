"""Delivery: everybody concerned hears once, however often it is run."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction

from accounts.models import Role, User
from foundation.models import Promise
from notifications import delivery, tasks
from notifications.announcing import Audience, announce
from notifications.models import Announcement, Delivery, Event, Notification, Subscription
from tests.factories.accounts import UserFactory
from tests.together import together

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def announced(text: str = "Published: DRF", *, by: User | None = None, **audience) -> Announcement:
    key = f"published:{Announcement.objects.count()}"
    with transaction.atomic():
        announce(
            Event.ENTRY_PUBLISHED,
            key=key,
            text=text,
            target="/api/v1/learnings/1/",
            audience=Audience(**audience),
            by=by,
            at=NOON,
        )
    return Announcement.objects.get(key=key)


def follower(*subjects: str) -> User:
    user = UserFactory()
    for subject in subjects:
        Subscription.objects.create(user=user, subject=subject)
    return user


def heard() -> list[int]:
    """Who has notifications, as often as they have one."""
    return list(Notification.objects.order_by("user").values_list("user", flat=True))


@pytest.mark.django_db
class TestInApp:
    def test_followers_people_and_curators_hear(self, curator, admin_user):
        one, both = follower("topic:1"), follower("topic:1", "topic:2")
        follower("topic:3")
        person = UserFactory()

        delivery.deliver(
            announced(people=[person], followers_of=["topic:1", "topic:2"], curators=True).pk
        )

        assert heard() == [curator.pk, admin_user.pk, one.pk, both.pk, person.pk]

    def test_delivering_again_tells_nobody_twice(self):
        readers = [follower("topic:1") for _ in range(3)]
        happening = announced(followers_of=["topic:1"])

        for _ in range(3):
            delivery.deliver(happening.pk)

        assert heard() == [reader.pk for reader in readers]

    def test_who_has_read_it_keeps_it_read(self):
        follower("topic:1")
        happening = announced(followers_of=["topic:1"])
        delivery.deliver(happening.pk)
        Notification.objects.update(read_at=NOON)

        delivery.deliver(happening.pk)

        assert Notification.objects.get().read_at == NOON

    def test_the_actor_is_not_told_of_their_own_deed(self):
        actor, other = follower("topic:1"), follower("topic:1")

        delivery.deliver(announced(by=actor, people=[actor], followers_of=["topic:1"]).pk)

        assert heard() == [other.pk]

    def test_the_deactivated_and_the_deleted_are_not_told(self):
        gone, away = follower("topic:1"), follower("topic:1")
        happening = announced(people=[gone, away], followers_of=["topic:1"])
        gone.delete()
        User.objects.filter(pk=away.pk).update(is_active=False)

        delivery.deliver(happening.pk)

        assert heard() == []

    def test_a_superuser_counts_as_a_curator_once(self):
        user = UserFactory(role=Role.ADMIN, is_superuser=True)

        delivery.deliver(announced(curators=True).pk)

        assert heard() == [user.pk]

    def test_an_announcement_that_is_gone_is_nobodys(self, work_off):
        announced(curators=True).delete()

        assert work_off() == 1
        assert heard() == []

    def test_many_hear_in_few_queries(self, django_assert_max_num_queries, monkeypatch):
        monkeypatch.setattr(delivery, "BATCH", 20)
        readers = [follower("topic:1").pk for _ in range(45)]
        happening = announced(followers_of=["topic:1"])

        with django_assert_max_num_queries(12):
            delivery.deliver(happening.pk)

        assert heard() == readers


@pytest.mark.django_db
class TestByEmail:
    def test_those_named_get_an_email_and_followers_do_not(self, work_off):
        author, reader = UserFactory(), follower("topic:1")

        announced(people=[author], followers_of=["topic:1"], by_email=True)
        work_off()

        assert [message.to for message in mail.outbox] == [[author.email]]
        assert heard() == [author.pk, reader.pk]

    def test_it_says_what_happened_and_where(self, work_off):
        announced("Published: DRF", people=[UserFactory()], by_email=True)
        work_off()

        [message] = mail.outbox
        assert message.subject == "[Nexus] Published: DRF"
        assert "/api/v1/learnings/1/" in message.body

    def test_it_is_sent_once_however_often_it_is_asked_for(self, work_off):
        announced(people=[UserFactory()], by_email=True)
        work_off()

        sent = Delivery.objects.get().pk
        delivery.send_email(sent)
        again = Promise.objects.filter(task=delivery.SEND_EMAIL)
        assert again.update(kept_at=None, kwargs={"delivery_id": sent}) == 1
        work_off()

        assert len(mail.outbox) == 1

    def test_a_repeated_email_carries_the_same_message_id(self, work_off):
        announced(people=[UserFactory()], by_email=True)
        work_off()
        Delivery.objects.update(sent_at=None)  # the worker died between the answer and the commit

        delivery.send_email(Delivery.objects.get().pk)

        first, second = (message.message()["Message-ID"] for message in mail.outbox)
        assert first == second == f"<{Delivery.objects.get().message_id}@localhost>"

    def test_a_mail_server_that_fails_leaves_the_email_owed_and_the_notification_there(
        self, work_off, monkeypatch
    ):
        author = UserFactory()
        happening = announced(people=[author], by_email=True)
        with monkeypatch.context() as away:
            away.setattr(mail.EmailMessage, "send", _refuse)
            with pytest.raises(ConnectionRefusedError):
                work_off()
        assert heard() == [author.pk]
        assert Delivery.objects.get().sent_at is None
        assert Promise.objects.get(kept_at=None).task == "notifications.send_email"

        work_off()

        assert len(mail.outbox) == 1
        assert Delivery.objects.get().sent_at
        assert Notification.objects.get().announcement == happening

    def test_who_is_deactivated_meanwhile_gets_none(self, work_off):
        author = UserFactory()
        delivery.deliver(announced(people=[author], by_email=True).pk)
        User.objects.filter(pk=author.pk).update(is_active=False)

        work_off()

        assert mail.outbox == []
        assert not Promise.objects.filter(kept_at=None).exists()

    @pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
    def test_a_title_cannot_write_headers(self, work_off, break_):
        announced(
            f"New: x{break_}Bcc: all@example.org{break_}{break_}body",
            people=[UserFactory()],
            by_email=True,
        )
        work_off()

        message = mail.outbox[0].message()
        assert message["Bcc"] is None
        assert str(message["Subject"]) == "[Nexus] New: x Bcc: all@example.org body"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_workers_that_deliver_at_the_same_moment_tell_everybody_once():
    readers = [follower("topic:1").pk for _ in range(30)]
    happening = announced(followers_of=["topic:1"])
    act = {"announcement_id": happening.pk, "promise": f"deliver:{happening.pk}"}

    results = together(
        *[lambda: tasks.deliver(**act)] * 4, *[lambda: delivery.deliver(happening.pk)] * 4
    )

    assert results == [None] * 8
    assert heard() == readers


def _refuse(*_arguments, **_options):
    raise ConnectionRefusedError
