"""A person's own notifications, over HTTP."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Event, Notification
from tests.factories.notifications import ANNOUNCED_AT, NotificationFactory
from tests.problems import culprits

NOTIFICATIONS = "/api/v1/notifications/"
READ = "/api/v1/notifications/read/"


def texts(response):
    assert response.status_code == 200
    return [found["text"] for found in response.json()["results"]]


def unread_of(user):
    return set(Notification.objects.visible_to(user).unread().values_list("pk", flat=True))


def test_a_notification_says_what_happened_and_where(api, learner):
    notification = NotificationFactory(user=learner)

    answer = api(learner).get(NOTIFICATIONS)

    assert answer.json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "id": notification.pk,
                "event": "ENTRY_PUBLISHED",
                "text": "Published: a challenge",
                "target": notification.announcement.target,
                "read_at": None,
                "created_at": "2026-03-02T12:00:00Z",
            }
        ],
    }
    assert answer["Cache-Control"] == "private, no-cache"
    assert "X-Cache" not in answer


def test_nobody_reads_the_notifications_of_others_not_even_a_curator(
    api, learner, other_learner, curator
):
    NotificationFactory(user=learner, text="for Lena")
    NotificationFactory(user=other_learner, text="for Omar")

    assert texts(api(learner).get(NOTIFICATIONS)) == ["for Lena"]
    assert texts(api(curator).get(NOTIFICATIONS)) == []
    assert api().get(NOTIFICATIONS).status_code == 401
    assert api().post(READ, {"all": True}).status_code == 401


def test_the_newest_comes_first_and_pages_have_no_gaps(api, learner):
    made = [
        NotificationFactory(user=learner, created_at=ANNOUNCED_AT + timedelta(hours=number // 2))
        for number in range(5)
    ]
    client = api(learner)
    seen, address = [], f"{NOTIFICATIONS}?page_size=2"
    while address:
        page = client.get(address).json()
        seen += [found["id"] for found in page["results"]]
        address = page["next"]

    assert seen == [notification.pk for notification in reversed(made)]


def test_unread_ones_and_events_are_found(api, learner):
    NotificationFactory(user=learner, text="old", read_at=ANNOUNCED_AT)
    NotificationFactory(user=learner, text="new")
    NotificationFactory(user=learner, text="sent back", event=Event.ENTRY_REJECTED)
    client = api(learner)

    assert texts(client.get(f"{NOTIFICATIONS}?unread=true")) == ["sent back", "new"]
    assert texts(client.get(f"{NOTIFICATIONS}?unread=false")) == ["old"]
    assert texts(client.get(f"{NOTIFICATIONS}?event=ENTRY_REJECTED")) == ["sent back"]
    assert texts(client.get(f"{NOTIFICATIONS}?event=ENTRY_PUBLISHED&unread=true")) == ["new"]


@pytest.mark.parametrize(
    ("query", "culprit"),
    [
        ("unread=maybe", ("unread", "invalid")),
        ("unread=1", ("unread", "invalid")),
        ("event=PARTY", ("event", "invalid")),
        ("read=true", ("read", "unknown")),
        ("ordering=-text", ("ordering", "unknown")),
    ],
)
def test_a_bad_parameter_is_named(api, learner, query, culprit):
    refused = api(learner).get(f"{NOTIFICATIONS}?{query}")

    assert refused.status_code == 400
    assert culprits(refused) == {culprit}


def test_some_are_marked_as_read_and_those_of_others_never(api, learner, other_learner):
    mine, kept = NotificationFactory(user=learner), NotificationFactory(user=learner)
    foreign = NotificationFactory(user=other_learner)

    answer = api(learner).post(READ, {"ids": [mine.pk, foreign.pk, 999_999]})

    assert (answer.status_code, answer.content) == (204, b"")
    assert unread_of(learner) == {kept.pk}
    assert unread_of(other_learner) == {foreign.pk}


def test_all_are_marked_as_read_and_what_was_read_before_keeps_its_time(
    api, learner, other_learner
):
    old = NotificationFactory(user=learner, read_at=ANNOUNCED_AT)
    NotificationFactory.create_batch(3, user=learner)
    foreign = NotificationFactory(user=other_learner)

    assert api(learner).post(READ, {"all": True}).status_code == 204

    assert unread_of(learner) == set()
    assert unread_of(other_learner) == {foreign.pk}
    old.refresh_from_db()
    assert old.read_at == ANNOUNCED_AT


@pytest.mark.parametrize(
    ("body", "culprit"),
    [
        ({}, ("", "ids_or_all")),
        ({"ids": [1], "all": True}, ("", "ids_or_all")),
        ({"all": False}, ("/all", "not_true")),
        ({"all": "perhaps"}, ("/all", "invalid")),
        ({"ids": []}, ("/ids", "empty")),
        ({"ids": 7}, ("/ids", "not_a_list")),
        ({"ids": [1, "x"]}, ("/ids/1", "invalid")),
        ({"ids": [2**63]}, ("/ids/0", "max_value")),
        ({"ids": list(range(1001))}, ("/ids", "max_length")),
        ({"every": True}, ("/every", "unknown")),
    ],
)
def test_a_bad_mark_is_refused_and_marks_nothing(api, learner, body, culprit):
    notification = NotificationFactory(user=learner)

    refused = api(learner).post(READ, body)

    assert refused.status_code == 400
    assert culprits(refused) == {culprit}
    assert unread_of(learner) == {notification.pk}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_makes_or_changes_notifications(api, learner, method):
    assert getattr(api(learner), method)(NOTIFICATIONS, {}).status_code == 405


def test_a_list_of_fifty_costs_as_many_queries_as_a_list_of_one(api, learner):
    client = api(learner)
    NotificationFactory(user=learner)
    client.get(NOTIFICATIONS)  # from here on the reader is remembered

    with CaptureQueriesContext(connection) as one:
        client.get(f"{NOTIFICATIONS}?page_size=50")
    NotificationFactory.create_batch(49, user=learner)
    with CaptureQueriesContext(connection) as fifty:
        found = client.get(f"{NOTIFICATIONS}?page_size=50").json()["results"]

    assert len(found) == 50
    assert len(one) == len(fifty) == 1
