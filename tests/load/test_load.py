"""A quarter of a minute of mixed load on a hub of its own, with the settings of production.

`make load` is the same for as long as you like. Here nobody asks about slopes of memory: in so
short a time everything is still warming up.
"""

from __future__ import annotations

import contextlib
import os

import psycopg
import pytest

from benchmarks.load.reconciling import differences
from benchmarks.load.running import Plan, finished

pytestmark = pytest.mark.services(queue=False)

SECONDS = float(os.environ.get("NEXUS_LOAD_SECONDS") or 15)
END_A_SESSION = """
    UPDATE accounts_tokenfamily SET revoked_at = now() WHERE id =
    (SELECT id FROM accounts_tokenfamily WHERE revoked_at IS NULL ORDER BY user_id LIMIT 1)
"""
RATE = 12.0  # requests a second: what a busy machine does beside other tests


@pytest.fixture(scope="module")
def load():
    """A load that is over; its hub still stands."""
    with finished(Plan(seconds=SECONDS, rate=RATE, seed=20)) as found:
        yield found


def test_everything_acknowledged_is_there_once_and_nothing_failed(load):
    report = load.report

    assert report.faults == [], report.as_text()


def test_every_request_was_answered_and_people_did_what_people_do(load):
    log = load.report.log

    assert log.answered == log.sent > 0.7 * SECONDS * RATE
    assert {"list", "detail", "poll", "create", "submit", "mark", "mistake"} <= log.waits.keys()
    assert load.ledger.entries
    assert any(entry.was_submitted for entry in load.ledger.entries.values())


def test_processes_connections_and_backlog_were_watched(load):
    series = load.report.series

    assert all(len(values) > SECONDS / 2 for values in series.values())
    assert min(series["memory web"]) > 10
    assert max(series["connections PostgreSQL"]) <= 30
    assert max(series["connections Redis"]) <= 60
    assert series["promises owed"]


@contextlib.contextmanager
def _undone(load):
    """A way to ask and to change its database; all changes are undone at the end."""
    with psycopg.connect(load.database_url) as connection:

        def query(sql):
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

        yield query
        connection.rollback()


@pytest.mark.parametrize(
    ("defect", "tells"),
    [
        ("DELETE FROM notifications_notification", "was told 0 times, not 1"),
        ("UPDATE learnings_challenge SET votes_count = votes_count + 1", "votes and has"),
        (END_A_SESSION, "ends are 1, acknowledged were 0"),
    ],
)
def test_a_defect_of_this_very_database_is_found(load, defect, tells):
    with _undone(load) as query:
        query(defect)

        found = differences(query, load.ledger, mail=load.mail)

    assert any(tells in line for line in found), found
