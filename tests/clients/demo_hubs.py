"""A real hub with the demo's people, on what this test run stands on, for clients to talk to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.migrated import copied_database
from tests.nexus.running import Hub
from tests.present import has_services

REDIS_DATABASE = 12  # emptied before use: what it remembers belongs to another database's ids


@contextlib.contextmanager
def demo_hub(folder: Path, *, redis_database: int = REDIS_DATABASE, **more: str) -> Iterator[Hub]:
    """Run `manage.py up` with the demo: on SQLite, or on a PostgreSQL database and Redis.

    The worker stays within the process: other tests have the broker's queue. It fetches READMEs
    from nowhere but this machine. `more` are further variables of its environment.
    """
    with contextlib.ExitStack() as running:
        variables = {"NEXUS_SOURCE_HOSTS": "localhost", **more}
        if has_services():
            variables |= {
                "DATABASE_URL": running.enter_context(
                    copied_database(f"nexus_clients_{os.getpid()}")
                ),
                "REDIS_URL": _emptied_redis(redis_database),
            }
        hub = Hub(folder, demo=True, **variables)
        running.callback(hub.end)
        yield hub.wait_until_it_serves()
        code, _seconds = hub.stop()
        assert code == 0, hub.output


def _emptied_redis(number: int) -> str:
    url = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url
