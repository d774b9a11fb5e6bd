import socket
import time
from datetime import timedelta

import pytest
from celery import current_app
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from foundation.models import Promise
from nexus import health

NOWHERE = "redis://:secret@127.0.0.1:1/0"  # nothing listens at port 1


def promise_made(ago: timedelta) -> None:
    made_at = timezone.now() - ago
    Promise.objects.create(task="t", key=f"k{ago}", made_at=made_at, due_at=made_at)


@pytest.fixture
def silent():
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_it_is_alive_without_any_of_its_parts(client):
    answer = client.get("/healthz")  # no database: this test has not asked for one

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


def test_every_part_is_named_with_its_state_and_latency(client, db):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    found = answer.json()
    assert found["status"] == "ok"
    assert set(found["components"]) == {"database", "migrations", "cache", "broker", "outbox"}
    for component in found["components"].values():
        assert component["status"] == "ok"
        assert component["latency_ms"] >= 0


def use_broker(monkeypatch, url):
    # Celery looks into the environment by itself, and believes it more than its settings.
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    monkeypatch.setitem(current_app.conf, "broker_url", url)


def test_a_dead_broker_is_named_and_does_not_take_the_hub_out_of_service(client, db, monkeypatch):
    use_broker(monkeypatch, NOWHERE)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["components"]["broker"]["status"] == "err"
    assert answer.json()["components"]["cache"]["status"] == "ok"
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_frozen_broker_is_named_soon(client, db, monkeypatch, silent, scheme):
    use_broker(monkeypatch, f"{scheme}://127.0.0.1:{silent}//")

    began = time.monotonic()
    answer = client.get("/readyz")

    assert time.monotonic() - began < 3 * health.BROKER_PATIENCE
    assert answer.json()["components"]["broker"]["status"] == "err"


def test_a_dead_cache_is_named_and_does_not_take_the_hub_out_of_service(client, db, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOWHERE}
    }

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["components"]["cache"]["status"] == "err"
    assert "secret" not in answer.content.decode()


def test_a_dead_database_takes_the_hub_out_of_service(client, monkeypatch):
    def refuse():
        raise OperationalError("connection to server at db.internal failed")

    monkeypatch.setattr(connections["default"], "ensure_connection", refuse)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    found = answer.json()
    assert found["status"] == "unavailable"
    assert found["components"]["database"]["error"] == "OperationalError"
    assert found["components"]["cache"]["status"] == "ok"
    assert "db.internal" not in answer.content.decode()


def test_a_schema_that_is_behind_takes_the_hub_out_of_service(client, db):
    MigrationRecorder(connection).record_unapplied("learnings", "0001_initial")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "learnings.0001_initial" in answer.json()["components"]["migrations"]["error"]


def test_promises_that_nobody_keeps_are_told_with_their_age(client, db):
    promise_made(timedelta(minutes=5))

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert "1 promises wait, the oldest for 300 s" in answer.json()["components"]["outbox"]["error"]


def test_work_that_came_just_now_is_no_lag(db):
    promise_made(timedelta(seconds=3))

    assert health.backlog(at=timezone.now()) == health.Backlog(owed=1, lag=timedelta())


def test_health_is_never_answered_from_a_cache(client, db):
    for path in ("/healthz", "/readyz"):
        assert "no-store" in client.get(path)["Cache-Control"]
