"""A kept connection to PostgreSQL is looked at before each request, and seldom asked."""

from __future__ import annotations

import gc
import threading
import time

import pytest
from django.db import connection

pytestmark = [pytest.mark.services(queue=False), pytest.mark.django_db]


@pytest.fixture
def line():
    """A connection of its own, which may be cut, as it stands between two requests."""
    made = connection.copy()
    made.connect()
    assert made.is_usable()
    yield made
    made.close()


@pytest.fixture
def asked(line, monkeypatch):
    """How often the server was asked."""
    asked = []
    cursor = line.connection.cursor
    monkeypatch.setattr(line.connection, "cursor", lambda: asked.append(1) or cursor())
    return asked


def test_a_line_that_is_quiet_is_trusted(line, asked):
    assert line.is_usable()
    assert asked == []


def test_a_session_that_the_server_ended_is_noticed(line):
    _end(line)

    assert not line.is_usable()


def test_after_a_while_the_server_is_asked(line, asked, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr("foundation.postgresql.base.time.monotonic", lambda: now + 60)

    assert line.is_usable()
    assert len(asked) == 1


def test_after_an_error_the_server_is_asked(line, asked):
    line.errors_occurred = True

    assert line.is_usable()
    assert len(asked) == 1


def test_a_request_after_the_end_of_its_session_finds_a_new_one(line):
    line.settings_dict = {**line.settings_dict, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    line.close()
    line.connect()
    line.close_if_unusable_or_obsolete()  # as at the end of a request
    with line.cursor() as cursor:
        cursor.execute("SELECT 1")
    line.close_if_unusable_or_obsolete()
    _end(line)

    with line.cursor() as cursor:  # as in the next one
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def _end(line):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [line.connection.info.backend_pid])
        assert cursor.fetchone() == (True,)


@pytest.mark.services(queue=False)
@pytest.mark.django_db(transaction=True)
def test_a_connection_ends_with_its_thread_and_waits_for_no_garbage_collector():
    backends: list[int] = []

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.append(cursor.fetchone()[0])

    gc.disable()
    try:
        for _ in range(3):
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
        still = wait_for_none_of(backends)
    finally:
        gc.enable()

    assert len(set(backends)) == 3
    assert not still


def wait_for_none_of(backends: list[int]) -> list[int]:
    """The backends that are still there after a while: PostgreSQL ends one a moment later."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE pid = ANY(%s)", [backends])
            still = [row[0] for row in cursor.fetchall()]
        if not still:
            break
        time.sleep(0.02)
    return still
