"""No request holds the database for long: what takes too long is stopped, and said."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InternalError, connection, transaction
from django.utils import timezone
from psycopg.errors import IdleInTransactionSessionTimeout, InFailedSqlTransaction

from accounts.models import Role
from benchmarks import seeding
from foundation import doorbell
from foundation.http import idempotency, problems
from foundation.postgresql import bounds
from learnings import curating
from learnings.admin import reviewing
from learnings.models import Challenge, Status, Topic
from nexus import metrics
from nexus.celery import app
from nexus.embedded import Background
from nexus.settings.environment import Environment
from tests.architecture.sources import ROOT
from tests.factories.accounts import UserFactory
from tests.factories.learnings import ChallengeFactory, TopicFactory
from tests.holding import BOUND, bounded_connection, held, session
from tests.together import PATIENCE, together

pytestmark = pytest.mark.services

LIST = "/api/v1/challenges/"


@pytest.fixture
def bounded(transactional_db, settings) -> Iterator[None]:
    with bounded_connection(settings):
        yield


def bound_here() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


@pytest.fixture
def client(bounded, api, learner):
    made = api(learner)
    assert made.get(LIST).status_code == 200  # who it is, is known from here on
    return made


def test_a_read_that_takes_too_long_is_a_problem_within_the_bound(client):
    ChallengeFactory(published=True)
    with held("learnings_challenge"):
        began = time.monotonic()
        answer = client.get(f"{LIST}?page_size=7")
        took = time.monotonic() - began

    assert (answer.status_code, answer.json()["code"]) == (503, "too_slow")
    assert answer.headers["Retry-After"] == "5"
    assert BOUND <= took < 4 * BOUND


def test_the_next_request_is_answered_on_the_same_connection(client):
    before = session()
    with held("learnings_challenge"):
        assert client.get(f"{LIST}?page_size=7").status_code == 503

    assert client.get(f"{LIST}?page_size=7").status_code == 200
    assert session() == before


def test_it_is_logged_once_with_its_route(client, caplog):
    detail = f"{LIST}{ChallengeFactory(published=True).pk}/"
    with held("learnings_challenge"), caplog.at_level(logging.INFO):
        client.get(detail)

    told = [line.getMessage() for line in caplog.records if line.levelno >= logging.WARNING]
    assert told == [
        "The database was stopped after its time: GET /api/v1/challenges/(?P<pk>[0-9]{1,18})/$"
    ]


def test_a_write_that_takes_too_long_leaves_nothing(client):
    topic = TopicFactory()
    body = {"title": "Slow", "problem": "It takes.", "topics": [topic.slug]}
    with held("learnings_challenge_topics"):
        answer = client.post(LIST, body)

    assert (answer.status_code, answer.json()["code"]) == (503, "too_slow")
    assert not Challenge.objects.exists()
    assert client.post(LIST, body).status_code == 201


def test_a_twin_waits_as_long_as_ever_and_hears_that_the_first_is_at_work(client, monkeypatch):
    monkeypatch.setattr(idempotency, "PATIENCE", 2)
    body = {"title": "Twice", "problem": "It takes.", "topics": []}
    with held("foundation_keptanswer"):
        answer = client.post(LIST, body, headers={"Idempotency-Key": "one"})

    assert (answer.status_code, answer.json()["code"]) == (409, "still_running")


def test_after_the_claim_of_a_key_statements_are_bounded_again(client):
    body = {"title": "Once", "problem": "It takes.", "topics": [TopicFactory().slug]}
    with held("learnings_challenge_topics"):
        answer = client.post(LIST, body, headers={"Idempotency-Key": "two"})

    assert (answer.status_code, answer.json()["code"]) == (503, "too_slow")
    assert client.post(LIST, body, headers={"Idempotency-Key": "two"}).status_code == 201


def test_a_scrape_that_counts_for_too_long_does_not_say_that_the_database_is_away(bounded):
    with held("learnings_challenge"):
        gauges = {family.name: family for family in metrics.HubCollector().collect()}

    assert [sample.value for sample in gauges["nexus_database_up"].samples] == [1]
    assert "nexus_outbox_lag_seconds" in gauges  # what somebody is woken for
    assert "nexus_imports" not in gauges


def test_a_hub_whose_lists_are_slow_is_ready(client):
    with held("learnings_challenge"):
        assert client.get(LIST + "?page_size=7").status_code == 503
        found = client.get("/readyz").json()["components"]

    assert found["database"]["status"] == "ok"


def test_a_transaction_in_which_nothing_happens_is_ended(bounded, monkeypatch):
    monkeypatch.setattr(bounds, "IDLE_IN_TRANSACTION", 0.1)
    connection.close()

    def idle() -> None:
        with transaction.atomic():
            session()
            time.sleep(0.5)
            session()

    with pytest.raises(DatabaseError):
        idle()
    connection.close_if_unusable_or_obsolete()  # as before each request
    assert session()


def test_a_session_that_was_ended_for_idling_is_a_part_that_is_away():
    ended = InternalError("terminating connection due to idle-in-transaction timeout")
    ended.__cause__ = IdleInTransactionSessionTimeout()
    bug = InternalError("current transaction is aborted")
    bug.__cause__ = InFailedSqlTransaction()

    assert problems._translated(ended)[:2] == (503, "unavailable")
    assert problems._translated(bug) is None


# --- Who is bounded ----------------------------------------------------------------------------


def test_what_is_done_whole_or_not_at_all_may_take_longer(bounded):
    with transaction.atomic():
        bounds.lift()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [1.2 * BOUND])

    assert bound_here() == "1s"


def test_a_merge_of_topics_is_such(bounded):
    topic, into = TopicFactory.create_batch(2)
    is_held = threading.Event()

    def hold_for_long() -> None:
        with held("learnings_topic"):
            is_held.set()
            time.sleep(1.5 * BOUND)

    def merge() -> Topic:
        assert is_held.wait(PATIENCE)
        return curating.merge(topic, into=into)

    assert together(hold_for_long, merge) == [None, into]


def test_one_entry_that_somebody_holds_stops_no_other_of_many(bounded, monkeypatch):
    monkeypatch.setattr(doorbell, "_send", lambda *_args, **_options: None)
    curator = UserFactory(role=Role.CURATOR)
    first, second, third = ChallengeFactory.create_batch(3, status=Status.IN_REVIEW)
    is_held, is_told = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Challenge.objects.select_for_update().get(pk=second.pk)
            is_held.set()
            assert is_told.wait(PATIENCE)

    def publish() -> reviewing.Outcome:
        assert is_held.wait(PATIENCE)
        try:
            return reviewing.publish_all([first, second, third], by=curator, at=timezone.now())
        finally:
            is_told.set()

    _held, outcome = together(hold, publish)
    assert [entry.pk for entry in outcome.done] == [first.pk, third.pk]
    assert [(entry.pk, said) for entry, said in outcome.refused] == [
        (second.pk, "Something else is changing it. Try again in a moment.")
    ]


def test_a_process_that_serves_nobody_is_not_bounded(transactional_db, settings, monkeypatch):
    monkeypatch.setattr(bounds._process, "serves", False)  # others here may have opened the doors
    settings.STATEMENT_TIMEOUT = BOUND
    connection.close()

    assert bound_here() == "0"


def test_the_worker_and_the_beat_of_an_embedded_hub_are_not_bounded(bounded, monkeypatch):
    found = {}
    background = Background(app)

    def look(name: str) -> None:
        found[name] = bound_here()
        connection.close()

    monkeypatch.setattr(background._beat, "start", lambda: look("beat"))
    monkeypatch.setattr(background._stopping, "wait", lambda _time: True)
    monkeypatch.setattr("nexus.embedded.WorkController", lambda **_options: Worker(look))
    monkeypatch.setattr(background._stopping, "is_set", iter([False, True]).__next__)
    background.start()
    for thread in [*background._threads, threading.Thread(target=look, args=["request"])]:
        if thread not in background._threads:
            thread.start()
        thread.join(10)

    assert found == {"beat": "0", "worker": "0", "request": "1s"}


class Worker:
    """A worker that does one piece of work and ends."""

    def __init__(self, look) -> None:
        self._look = look

    def start(self) -> None:
        self._look("worker")


def test_a_pool_keeps_bounded_connections_apart_from_others(bounded, monkeypatch):
    found = []
    with monkeypatch.context() as patched:
        for serves in (True, False, True):
            patched.setattr(bounds._process, "serves", serves)
            pooled = connection.copy()
            pooled.settings_dict["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 2}}
            with pooled.cursor() as cursor:
                cursor.execute("SHOW statement_timeout")
                found.append(cursor.fetchone()[0])
            pooled.close()
        for serves in (True, False):
            patched.setattr(bounds._process, "serves", serves)
            pooled.close_pool()

    assert found == ["1s", "0", "1s"]


@pytest.mark.parametrize(
    ("door", "expected"),
    [("nexus.wsgi", "1500ms"), ("nexus.asgi", "1500ms"), ("nexus.celery", "0")],
)
def test_in_production_what_serves_is_bounded_and_what_works_is_not(
    transactional_db, door, expected, tmp_path
):
    asking = (
        f"import django, {door}; django.setup(); from django.db import connection as line;"
        " cursor = line.cursor(); cursor.execute('SHOW statement_timeout');"
        " print(cursor.fetchone()[0])"
    )
    given = {
        "DJANGO_SETTINGS_MODULE": "nexus.settings.production", "NEXUS_SECRET_KEY": "s" * 50,
        "NEXUS_ALLOWED_HOSTS": "localhost", "NEXUS_STATEMENT_TIMEOUT": "1.5", "NEXUS_DEMO": "0",
        "REDIS_URL": "redis://127.0.0.1:1/0", "CELERY_BROKER_URL": "memory://",
        "DATABASE_URL": seeding.address(
            os.environ["DATABASE_URL"], connection.settings_dict["NAME"]
        ),
        "NEXUS_DATA_DIR": str(tmp_path),
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", asking], check=True, cwd=ROOT, env={**os.environ, **given},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert told.stdout.strip() == expected


@pytest.mark.parametrize("given", ["", "five", "-1", "1e3", "5s", "inf"])
def test_a_bound_that_is_no_number_of_seconds_refuses_to_start(monkeypatch, given):
    monkeypatch.setenv("NEXUS_STATEMENT_TIMEOUT", given)

    with pytest.raises(ImproperlyConfigured, match="NEXUS_STATEMENT_TIMEOUT"):
        Environment.read()
