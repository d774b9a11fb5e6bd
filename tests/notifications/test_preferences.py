"""Which events come by e-mail: a person's choice, and the link that makes it for them."""

from __future__ import annotations

import ast
from datetime import UTC, datetime

import pytest
from django.core import mail, signing
from django.db import transaction
from django.test import Client

from accounts.models import User
from foundation.models import Promise
from notifications import delivery
from notifications.announcing import Audience, announce
from notifications.models import (
    Announcement,
    Delivery,
    EmailPreference,
    Event,
    Notification,
)
from notifications.preferring import BY_EMAIL, unsubscribe_address, wish, wishes
from tests.architecture.sources import modules, tree
from tests.factories.accounts import UserFactory
from tests.problems import culprits
from tests.together import together

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PREFERENCES = "/api/v1/me/notification-preferences/"


def published_for(*people: User) -> None:
    with transaction.atomic():
        announce(
            Event.ENTRY_PUBLISHED,
            key=f"published:{Promise.objects.count()}",
            text="Published: DRF",
            target="/api/v1/learnings/1/",
            audience=Audience(people=people, by_email=True),
            by=None,
            at=NOON,
        )


def link_in(message) -> str:
    return message.message()["List-Unsubscribe"].strip("<>")


def path_of(person: User, event: Event = Event.ENTRY_PUBLISHED) -> str:
    address = unsubscribe_address(person, event)
    return address[address.index("/unsubscribe/") :]


def test_everything_that_can_comes_until_somebody_says_otherwise(api, learner):
    answer = api(learner).get(PREFERENCES)

    assert answer.json() == {"email": {event.value: True for event in BY_EMAIL}}


def test_one_switch_is_thrown_and_the_others_stay(api, learner):
    client = api(learner)
    client.patch(PREFERENCES, {"email": {"ENTRY_PUBLISHED": False, "ENTRY_REJECTED": False}})

    answer = client.patch(PREFERENCES, {"email": {"ENTRY_REJECTED": True}})

    assert answer.status_code == 200
    off = {name for name, comes in answer.json()["email"].items() if not comes}
    assert off == {"ENTRY_PUBLISHED"}
    assert client.get(PREFERENCES).json() == answer.json()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"email": {"TOPIC_ENTRY": False}}, {("/email/TOPIC_ENTRY", "unknown")}),
        ({"email": {"ENTRY_PUBLISHED": "later"}}, {("/email/ENTRY_PUBLISHED", "invalid")}),
        ({"email": {"ENTRY_PUBLISHED": None}}, {("/email/ENTRY_PUBLISHED", "null")}),
        ({"email": ["ENTRY_PUBLISHED"]}, {("/email", "invalid")}),
        ({"email": None}, {("/email", "null")}),
        ({"sms": {}}, {("/sms", "unknown")}),
    ],
)
def test_what_is_no_switch_is_named(api, learner, body, expected):
    answer = api(learner).patch(PREFERENCES, body)

    assert answer.status_code == 400
    assert culprits(answer) == expected
    assert all(wishes(learner).values())


def test_a_muted_event_is_told_in_the_app_only(api, learner, other_learner, work_off):
    api(learner).patch(PREFERENCES, {"email": {"ENTRY_PUBLISHED": False}})

    published_for(learner, other_learner)
    work_off()

    assert [message.to for message in mail.outbox] == [[other_learner.email]]
    assert Notification.objects.count() == 2
    assert Delivery.objects.count() == 1


def test_who_mutes_between_promise_and_sending_gets_none(learner, work_off):
    published_for(learner)
    delivery.deliver(Announcement.objects.get().pk)
    assert Delivery.objects.count() == 1
    wish(learner, {Event.ENTRY_PUBLISHED: False})

    work_off()

    assert mail.outbox == []


def test_each_email_says_how_to_stop_it(learner, work_off, settings):
    settings.BASE_URL = "https://hub.example.org"
    published_for(learner)
    work_off()

    [message] = mail.outbox
    assert link_in(message).startswith("https://hub.example.org/unsubscribe/")
    assert message.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link_in(message) in message.body


def test_one_click_is_offered_over_https_only(learner, work_off, settings):
    settings.BASE_URL = "http://localhost:8000"
    published_for(learner)
    work_off()

    assert mail.outbox[0].message()["List-Unsubscribe-Post"] is None


def test_an_email_leads_to_the_frontend_if_there_is_one(learner, work_off, settings):
    settings.FRONTEND_URL = "https://app.example.org"
    published_for(learner)
    work_off()

    assert "https://app.example.org/learnings/1/" in mail.outbox[0].body


def test_looking_at_the_link_changes_nothing(learner):
    client = Client()

    for method in (client.get, client.head):
        answer = method(path_of(learner))
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
    assert "Stop e-mails about “Published”" in client.get(path_of(learner)).content.decode()

    assert all(wishes(learner).values())


@pytest.mark.parametrize("sent", [{}, {"List-Unsubscribe": "One-Click"}])
def test_a_post_stops_that_event_without_a_log_in_or_a_csrf_token(learner, other_learner, sent):
    answer = Client(enforce_csrf_checks=True).post(path_of(learner), sent)

    assert answer.status_code == 200
    assert "no e-mails about" in answer.content.decode()
    assert {event for event, comes in wishes(learner).items() if not comes} == {
        Event.ENTRY_PUBLISHED
    }
    assert all(wishes(other_learner).values())


def test_a_forged_link_is_a_page_that_is_not_there(learner, settings):
    good = path_of(learner)
    foreign = signing.dumps({"user": learner.pk, "event": "ENTRY_PUBLISHED"}, salt="another")
    for path in (f"{good[:-3]}xx/", f"/unsubscribe/{foreign}/", "/unsubscribe/x/"):
        assert Client().post(path).status_code == 404, path
    assert all(wishes(learner).values())


@pytest.mark.django_db
def test_a_link_of_somebody_who_is_gone_is_not_there():
    person = UserFactory()
    path = path_of(person)
    person.is_active = False
    person.save()
    assert Client().post(path).status_code == 404
    person.delete()
    assert Client().post(path).status_code == 404
    assert not EmailPreference.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_switches_thrown_at_the_same_moment_both_stay_thrown():
    person = UserFactory()

    together(*(lambda event=event: wish(person, {event: False}) for event in BY_EMAIL))

    assert not any(wishes(person).values())


def test_exactly_what_is_announced_by_email_can_be_muted():
    announced = set()
    for path in modules(of=("learnings", "notifications", "accounts")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "announce":
                wanted = [
                    word
                    for part in ast.walk(node)
                    if isinstance(part, ast.keyword) and (word := part).arg == "by_email"
                ]
                if wanted:
                    announced.add(node.args[0].attr)

    assert announced == {event.value for event in BY_EMAIL}
