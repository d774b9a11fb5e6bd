"""Hubs to break: on RabbitMQ and on Redis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests import brokers
from tests.faults.hub import Hub


@pytest.fixture(params=["rabbitmq", "redis"])
def hub(request, tmp_path, transactional_db) -> Iterator[Hub]:
    """A hub on a queue of its own. Rings go there until the test ends."""
    yield from _hub(request.param, tmp_path)


@pytest.fixture
def rabbit_hub(tmp_path, transactional_db) -> Iterator[Hub]:
    """The same, on RabbitMQ only."""
    yield from _hub("rabbitmq", tmp_path)


def _hub(kind: str, folder: Path) -> Iterator[Hub]:
    made = Hub(_broker_url(kind), f"nexus-faults-{os.getpid()}", folder)
    with brokers.broker(made.broker_url, queue=made.queue):
        try:
            yield made
        finally:
            made.kill_all()
    brokers.delete(made.broker_url, made.queue)


def _broker_url(kind: str) -> str:
    if kind == "rabbitmq":
        if settings.BROKER_SCHEME not in {"amqp", "pyamqp", "amqps"}:
            pytest.skip("CELERY_BROKER_URL is not a RabbitMQ")
        return settings.CELERY_BROKER_URL
    # Beside the cache, in a database of its own: unacknowledged messages share one key there.
    cache = urlsplit(settings.CACHES["default"]["LOCATION"])
    number = (int(cache.path.strip("/") or 0) + 8) % 16  # Redis has 16 unless told otherwise
    return cache._replace(path=f"/{number}").geturl()
