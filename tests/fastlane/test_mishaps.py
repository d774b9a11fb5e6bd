"""What goes wrong behind the fast lane costs time, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts import tokens
from foundation import caching
from learnings.models import Challenge, Status
from nexus.fastlane import FastLane
from tests.factories.learnings import ChallengeFactory
from tests.fastlane.calling import Ask, Counted, ask, django_alone

pytestmark = pytest.mark.services(queue=False)

LIST = "/api/v1/challenges/"


@pytest.fixture
def django():
    return Counted(django_alone())


@pytest.fixture
def lane(django):
    return FastLane(django)


@pytest.fixture
def entry(db, _lasting_connections):
    return ChallengeFactory(published=True, title="First words")


@pytest.fixture
def asked(entry, learner):
    access = tokens.start_family(learner, at=timezone.now()).access
    return Ask(LIST).but(Authorization=f"Bearer {access}")


def _keys(kind: str) -> list[bytes]:
    return list(cache._cache.get_client(write=True).scan_iter(f"{cache.make_key(kind)}:*"))


def _left(reply: Any) -> int:
    return int(reply.header("RateLimit").partition("r=")[2].partition(";")[0])


def test_a_body_that_redis_let_go_is_asked_for_again(lane, asked):
    whole = [ask(lane, asked) for _time in range(2)][1]
    bodies = [key for key in _keys("copy") if key.endswith(b":body")]
    assert cache._cache.get_client(write=True).delete(*bodies) == 1

    again = ask(lane, asked)

    assert (again.code, again.body) == (200, whole.body)


def test_words_and_entity_tag_are_of_one_revision_though_a_bump_is_late(lane, asked, entry):
    detail = Ask(f"{LIST}{entry.pk}/", headers=asked.headers)
    for _time in range(2):
        ask(lane, detail)
    # As between another's commit and its bump: no signal, and a page that others have voided.
    Challenge._base_manager.filter(pk=entry.pk).update(title="New words", revision=2)
    _bump("users")

    found = ask(lane, detail)

    assert found.header("X-Cache") == "MISS"
    assert (found.json()["title"], found.header("ETag").partition(".")[0]) == ("New words", '"2')


def test_who_was_looked_at_anew_is_known_again(lane, asked, django, learner):
    for _time in range(2):
        ask(lane, asked)
    _bump(f"reader:{learner.pk}")

    for _time in range(3):
        ask(lane, asked)
    before = django.calls

    assert ask(lane, asked).header("X-Cache") == "HIT"
    assert django.calls == before


def test_what_is_gone_costs_one_request_of_the_quota(lane, asked, entry):
    detail = Ask(f"{LIST}{entry.pk}/", headers=asked.headers)
    for _time in range(2):
        ask(lane, detail)
    Challenge._base_manager.filter(pk=entry.pk).update(status=Status.RETRACTED)
    _bump("challenges", entry.subjects_of_row(entry.pk)[0])

    replies = [ask(lane, detail) for _time in range(3)]

    assert [reply.code for reply in replies] == [404] * 3
    first, second, third = map(_left, replies)
    assert (first - second, second - third) == (1, 1)


def test_a_recipe_that_fails_is_django_s_to_answer(lane, asked, monkeypatch):
    for _time in range(2):
        ask(lane, asked)
    _bump("challenges")

    def broken(_recipe: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("foundation.http.recipes.Recipe.make", broken)

    assert ask(lane, asked).code == 200


def _bump(*subjects: str) -> None:
    caching.bump_now(*subjects)
