"""What the worker is told that no test of its behaviour would notice in time."""

from types import SimpleNamespace

import pytest
from django.conf import settings

import nexus.celery
from foundation.tasks import SWEEP_EVERY
from nexus.celery import TRANSPORT_OPTIONS, app


def worker(pool: str) -> SimpleNamespace:
    return SimpleNamespace(pool_cls=SimpleNamespace(__module__=f"celery.concurrency.{pool}"))


@pytest.fixture
def pooled(monkeypatch):
    """Settings whose database has a pool of connections."""
    options = {"pool": {"max_size": 10}, "sslmode": "prefer"}
    made = SimpleNamespace(DATABASES={"default": {"OPTIONS": options}, "other": {}})
    monkeypatch.setattr(nexus.celery, "settings", made)
    return options


def test_prefork_children_share_no_pool_of_database_connections(pooled):
    nexus.celery._use_no_pool(worker("prefork"))

    assert pooled == {"sslmode": "prefer"}


@pytest.mark.parametrize("pool", ["solo", "thread"])
def test_threads_beside_a_server_leave_the_servers_pool_alone(pooled, pool):
    nexus.celery._use_no_pool(worker(pool))

    assert "pool" in pooled


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_redis_hands_a_message_out_again_only_when_its_task_cannot_run_any_more(scheme):
    options = TRANSPORT_OPTIONS[scheme]

    assert options["visibility_timeout"] >= 2 * app.conf.task_time_limit
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 10


def test_the_broker_of_this_run_gets_its_own_options():
    expected = TRANSPORT_OPTIONS.get(settings.BROKER_SCHEME, {})

    assert expected.items() <= app.conf.broker_transport_options.items()


def test_a_message_is_acknowledged_after_its_work_and_returned_if_the_child_dies():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_every_job_of_beat_is_a_task_and_a_late_sweep_is_dropped():
    app.loader.import_default_modules()

    for job in app.conf.beat_schedule.values():
        assert job["task"] in app.tasks
    sweep = app.conf.beat_schedule["sweep"]
    assert sweep["schedule"] == sweep["options"]["expires"] == SWEEP_EVERY.total_seconds()
