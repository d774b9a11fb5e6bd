"""Announcements, deliveries and promises in the admin site: to look at, not to touch."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from foundation.models import Promise
from tests.curating import signed_in
from tests.factories.notifications import (
    AnnouncementFactory,
    NotificationFactory,
    SubscriptionFactory,
)

pytestmark = pytest.mark.django_db


def a_promise(key="k", kept_at=None):
    now = timezone.now()
    return Promise.objects.create(task="t", key=key, made_at=now, due_at=now, kept_at=kept_at)


@pytest.mark.parametrize(
    ("model", "make"),
    [
        ("notifications_announcement", AnnouncementFactory),
        ("notifications_notification", NotificationFactory),
        ("notifications_subscription", SubscriptionFactory),
        ("foundation_promise", a_promise),
    ],
)
def test_not_even_a_superuser_touches_what_the_hub_writes(model, make):
    client = signed_in(User.objects.create_superuser("root@example.org"))
    row = make()

    answers = [
        client.post(reverse(f"admin:{model}_change", args=(row.pk,)), {"_save": "Save"}),
        client.post(reverse(f"admin:{model}_delete", args=(row.pk,)), {"post": "yes"}),
        client.post(reverse(f"admin:{model}_add"), {}),
    ]
    client.post(
        reverse(f"admin:{model}_changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert type(row).objects.filter(pk=row.pk).exists()


def test_promises_are_told_apart_by_whether_they_were_kept(admin_user):
    owed, kept = a_promise("owed"), a_promise("kept", kept_at=timezone.now())
    client = signed_in(admin_user)

    def listed(state):
        page = client.get(reverse("admin:foundation_promise_changelist"), {"owed": state})
        return list(page.context["cl"].result_list)

    assert (listed("yes"), listed("no")) == ([owed], [kept])
