"""A hub behind a socket, shared by the tests of one file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from foundation import doorbell
from tests.conftest import MIGRATED_ROWS
from tests.contract.served.hubs import Hub, emptied_afterwards


@pytest.fixture(scope="session")
def served_at(django_db_setup) -> Iterator[str]:
    """Host and port of a server in threads of this process.

    Not pytest-django's `live_server`: that one empties all tables after each test.
    """
    server = LiveServer("127.0.0.1")
    yield server.url.removeprefix("http://")
    server.stop()


@pytest.fixture(scope="module")
def hub(served_at, django_db_blocker, pytestconfig) -> Iterator[Hub]:
    """A hub with people; what is written to it stays until the file's last test."""
    rows = pytestconfig.stash[MIGRATED_ROWS]
    with (
        django_db_blocker.unblock(), emptied_afterwards(rows), pytest.MonkeyPatch.context() as mute
    ):  # fmt: skip
        # Fixtures of a whole file come before the tests' own that catch messages to workers.
        mute.setattr(doorbell, "_send", lambda *_message, **_options: None)
        yield Hub(served_at)


@pytest.fixture(autouse=True)
def db(hub) -> None:
    """The hub's database, written for good: in a transaction of the test no server would see it."""
