"""Many who ask at once for what nobody has computed yet: one or two compute, all get the answer."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts import tokens
from foundation import caching, copies
from foundation.http.recipes import Recipe
from learnings.models import Challenge
from learnings.rest.v1.entries import EntryViewSet
from nexus.fastlane import FastLane
from tests.factories.accounts import UserFactory
from tests.factories.learnings import ChallengeFactory
from tests.fastlane.calling import Ask, Reply, ask, django_alone
from tests.together import PATIENCE

pytestmark = [pytest.mark.services(queue=False), pytest.mark.django_db(transaction=True)]

CLIENTS = 50
MOST = 2  # computations
LONG = 0.05  # seconds that one takes here, so that all others come meanwhile


@pytest.fixture
def lanes():
    """The applications of two processes, as far as what they keep to themselves goes."""
    django = django_alone()
    return [FastLane(django), FastLane(django)]


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """However long fifty threads take on a busy machine, nobody gives up waiting for another."""
    monkeypatch.setattr(caching, "PATIENCE", PATIENCE)
    monkeypatch.setattr(caching, "FLIGHT", PATIENCE)
    monkeypatch.setattr(copies, "FLIGHT", 1000 * PATIENCE)


@pytest.fixture
def computed(monkeypatch) -> list[str]:
    """By whom the list was computed, each time."""
    noted: list[str] = []

    def slow(place: Any, name: str) -> None:
        real = getattr(place, name)

        def compute(*args: Any, **kwargs: Any) -> Any:
            noted.append(name)
            time.sleep(LONG)
            return real(*args, **kwargs)

        monkeypatch.setattr(place, name, compute)

    slow(EntryViewSet, "computed_list")
    slow(Recipe, "make")
    return noted


@pytest.fixture
def page() -> Ask:
    """A list, asked for by somebody who is known already."""
    ChallengeFactory(title="Old", published=True)
    access = tokens.start_family(UserFactory(), at=timezone.now()).access
    return Ask("/api/v1/challenges/?page_size=3").but(Authorization=f"Bearer {access}")


def rename(entry: Challenge, title: str) -> None:
    entry.title = title
    entry.save()


def at_once(lanes: list[FastLane], page: Ask) -> list[Reply]:
    start, replies = threading.Barrier(CLIENTS), list[Reply]()

    def run(lane: FastLane) -> None:
        start.wait(PATIENCE)
        replies.append(ask(lane, page))
        connections.close_all()

    threads = [
        threading.Thread(target=run, args=(lanes[number % len(lanes)],), daemon=True)
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return replies


def test_a_page_that_nobody_has_seen_yet_is_computed_once(lanes, computed, page):
    ask(lanes[0], Ask("/api/v1/topics/", headers=page.headers))  # from here on, the asker is known

    replies = at_once(lanes, page)

    assert len(computed) <= MOST, computed
    assert {(reply.code, reply.body) for reply in replies} == {(200, replies[0].body)}
    assert len(replies) == CLIENTS


def test_so_is_one_that_a_write_has_voided(lanes, computed, page):
    for lane in (*lanes, *lanes):
        ask(lane, page)
    computed.clear()
    rename(Challenge.objects.get(), "New")

    replies = at_once(lanes, page)

    assert len(computed) <= MOST, computed
    assert {(reply.code, reply.body) for reply in replies} == {(200, replies[0].body)}
    assert b'"New"' in replies[0].body
    assert len(replies) == CLIENTS
