"""The Celery app on another broker and a queue of its own, for a while."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from celery import current_app
from kombu import Connection

from foundation import doorbell
from nexus.celery import TRANSPORT_OPTIONS, queues


@contextlib.contextmanager
def broker(url: str, *, queue: str = "nexus") -> Iterator[None]:
    """Send rings to `queue` of the broker at `url`; as before at the end."""
    conf = current_app.conf
    changes = settings(url, queue)
    kept = {name: conf[name] for name in changes}
    named = os.environ.pop("CELERY_BROKER_URL", None)  # Celery prefers it to its settings
    _change(changes)
    try:
        yield
    finally:
        if named is not None:
            os.environ["CELERY_BROKER_URL"] = named
        _change(kept)


def settings(url: str, queue: str) -> dict[str, Any]:
    """What Celery must be told to live on `queue` of the broker at `url`."""
    work, _ = queues(queue)
    return {
        "broker_url": url,
        "broker_transport_options": TRANSPORT_OPTIONS.get(urlsplit(url).scheme, {}),
        "task_queues": [work],
        "task_default_queue": work.name,
        "task_default_exchange": work.exchange.name,
        "task_default_routing_key": work.routing_key,
    }


def delete(url: str, queue: str) -> None:
    """Remove a queue, its dead letters and their exchanges from a real broker."""
    with Connection(url) as connection:
        for entity in queues(queue):
            bound = entity(connection.default_channel)
            bound.declare()  # Redis' client deletes only what it has declared
            bound.delete()
            bound.exchange(connection.default_channel).delete()


def waiting(url: str, queue: str) -> int:
    """How many messages wait in a queue. One that nobody has declared yet has none."""
    with Connection(url) as connection:
        try:
            return connection.default_channel.queue_declare(queue, passive=True).message_count
        except connection.channel_errors:
            return 0


def _change(changes: dict[str, Any]) -> None:
    current_app.conf.update(changes)
    current_app.__dict__.pop("amqp", None)  # remembers its queues
    doorbell.lines.drop_all()
