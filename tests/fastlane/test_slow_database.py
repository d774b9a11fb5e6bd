"""What the fast lane computes by itself is bounded, too, and asked once for each who asks."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.utils import timezone

from accounts import tokens
from foundation import caching
from nexus.fastlane import FastLane
from tests.factories.learnings import ChallengeFactory
from tests.fastlane.calling import Ask, ask, django_alone, lasting_connections
from tests.holding import BOUND, bounded_connection, held, session

pytestmark = pytest.mark.services(queue=False)

LIST = "/api/v1/challenges/"


@pytest.fixture
def lane(transactional_db, settings):
    with bounded_connection(settings), lasting_connections():
        yield FastLane(django_alone())


@pytest.fixture
def asked(lane, learner):
    ChallengeFactory(published=True)
    access = tokens.start_family(learner, at=timezone.now()).access
    made = Ask(LIST).but(Authorization=f"Bearer {access}")
    for _time in range(2):
        assert ask(lane, made).code == 200
    assert lane.templates  # the next one is made by its recipe
    return made


def test_a_recipe_that_takes_too_long_is_a_problem_and_django_does_not_try_again(lane, asked):
    before = session()
    caching.bump_now("challenges")
    asked_for: list[str] = []

    def note(execute, sql, *more):
        asked_for.append(sql)
        return execute(sql, *more)

    with held("learnings_challenge"), connection.execute_wrapper(note):
        began = time.monotonic()
        slow = ask(lane, asked)
        took = time.monotonic() - began

    assert (slow.code, slow.json()["code"]) == (503, "too_slow")
    assert slow.header("Retry-After") == "5"
    assert took >= BOUND
    # A recipe sends its statement past Django.
    assert [sql for sql in asked_for if "learnings_challenge" in sql] == []
    assert ask(lane, asked).code == 200
    assert (session(), connection.is_usable()) == (before, True)
