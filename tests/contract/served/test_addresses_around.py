"""Addresses: what is told to people, and everything that lies around the API."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from django.core import mail

from tests.factories.learnings import ChallengeFactory, TopicFactory
from tests.factories.notifications import NotificationFactory


def test_notifications_are_listed_and_marked_read_by_ids_or_all(hub):
    client = hub.join("reader")
    rows = NotificationFactory.create_batch(3, user=hub.people["reader"])
    others = NotificationFactory(user=hub.people["author"])

    assert len(client.get("notifications/").ids) == 3
    marked = client.post("notifications/read/", {"ids": [rows[0].pk, others.pk]})
    assert (marked.status, marked.body) == (204, b"")
    assert len(client.get("notifications/?unread=true").ids) == 2
    assert client.post("notifications/read/", {"all": True}).status == 204
    assert client.get("notifications/?unread=true").ids == []
    assert hub.author.get("notifications/?unread=true").ids == [others.pk]
    assert client.post("notifications/read/", {}).code == (400, "invalid")
    assert client.post("notifications/read/", {"ids": [1], "all": True}).code == (400, "invalid")


def test_topics_and_challenges_are_followed_and_let_go(hub):
    client = hub.join("follower")
    topic, challenge = TopicFactory(), ChallengeFactory(published=True)

    by_topic = client.made("subscriptions/", {"topic": topic.slug})
    by_challenge = client.made("subscriptions/", {"challenge": challenge.pk})

    assert (by_topic["topic"], by_topic["challenge"]) == (topic.slug, None)
    assert (by_challenge["topic"], by_challenge["challenge"]) == (None, challenge.pk)
    assert set(client.get("subscriptions/").ids) == {by_topic["id"], by_challenge["id"]}
    assert client.post("subscriptions/", {"topic": topic.slug}).status == 200, "followed already"
    both = {"topic": topic.slug, "challenge": challenge.pk}
    assert client.post("subscriptions/", both).code == (400, "invalid")
    assert client.delete(f"subscriptions/{by_topic['id']}/").status == 204
    assert client.get("subscriptions/").ids == [by_challenge["id"]]


def test_what_one_follows_is_heard_of_in_the_app_and_by_e_mail_with_an_unsubscribe_link(hub):
    person = hub.join("listener")
    challenge = ChallengeFactory(author=hub.people["listener"], in_review=True)

    assert hub.curator.post(f"challenges/{challenge.pk}/publish/").status == 200
    hub.work_off()

    (heard,) = person.get("notifications/").json["results"]
    assert heard["event"] == "ENTRY_PUBLISHED"
    assert person.get(heard["target"]).status == 200
    (letter,) = [m for m in mail.outbox if m.to == ["listener@example.org"]]
    link = re.search(r"/unsubscribe/[^\s>]+", letter.body)[0]
    assert hub.anonymous.get(link).status == 200


def test_preferences_say_which_events_come_by_e_mail(hub):
    client = hub.join("chooser")

    before = client.get("me/notification-preferences/").json
    changed = client.patch("me/notification-preferences/", {"email": {"ENTRY_PUBLISHED": False}})

    assert changed.status == 200
    assert changed.json == {"email": {**before["email"], "ENTRY_PUBLISHED": False}}
    refused = client.patch("me/notification-preferences/", {"email": {"BIRTHDAY": True}})
    assert {name for name, _ in refused.culprits} == {"/email/BIRTHDAY"}


@pytest.mark.parametrize("path", ["/swagger/", "/redoc/"])
def test_the_documentation_pages_need_nothing_from_elsewhere(hub, path):
    page = hub.anonymous.get(path)

    assert (page.status, page.media_type) == (200, "text/html")
    loaded = re.findall(
        r"""<(?:script|link|img)[^>]+(?:src|href)=["']([^"']+)""", page.body.decode()
    )
    assert loaded
    for address in loaded:
        assert address.startswith("/"), address
        assert hub.anonymous.get(address).status in {200, 302}, address


@pytest.mark.parametrize(("path", "read", "version"), [
    ("/swagger.json", json.loads, ("swagger", "2.0")),
    ("/swagger.yaml", yaml.safe_load, ("swagger", "2.0")),
    ("/openapi.json", json.loads, ("openapi", "3.1")),
])  # fmt: skip
def test_the_documents_are_served_to_anybody(hub, path, read, version):
    answer = hub.anonymous.get(path)

    assert answer.status == 200
    name, number = version
    assert read(answer.body)[name].startswith(number)


def test_healthz_says_that_it_lives(hub):
    assert hub.anonymous.get("/healthz").status == 200


def test_readyz_names_each_component(hub):
    ready = hub.anonymous.get("/readyz")

    assert ready.status == 200
    told = ready.body.decode()
    for component in ("database", "migrations", "cache", "broker", "outbox"):
        assert f'"{component}"' in told


def test_metrics_are_for_allowed_addresses_only(hub, settings):
    shown = hub.anonymous.get("/metrics")
    assert shown.status == 200
    assert shown.media_type == "text/plain"
    assert b"# TYPE " in shown.body

    settings.METRICS_ALLOW = ["192.0.2.1"]
    assert hub.anonymous.get("/metrics").status in {403, 404}


def test_the_landing_page_links_all_of_this(hub):
    page = hub.anonymous.get("/")

    assert (page.status, page.media_type) == (200, "text/html")
    for address in ("/swagger/", "/redoc/", "/openapi.json", "/admin/", "/api/v1/", "/readyz"):
        assert f'href="{address}"' in page.body.decode(), address


def test_the_admin_asks_who_is_there(hub):
    answer = hub.anonymous.get("/admin/")

    assert answer.status == 302
    assert answer.headers["Location"].startswith("/admin/login/")
    assert hub.anonymous.get("/admin/login/").status == 200


def test_each_code_of_an_error_has_its_place_on_the_page_that_type_names(hub):
    refused = hub.anonymous.get("me/")
    page, _, place = refused.json["type"].partition("#")

    shown = hub.anonymous.get(page)

    assert shown.status == 200
    assert f'id="{place}"' in shown.body.decode()
