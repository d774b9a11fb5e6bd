"""Redis and PostgreSQL go away while a hub is read: what readers get, and what becomes of writes.

Each fault prints its figures (`pytest -s`); benchmarks/faults.py takes them at leisure.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from foundation.caching import PAUSE
from tests.faults.reading import Answer, percentile, recovered_after
from tests.faults.reading_hub import PERSONAL, ReadingHub, reading_hub
from tests.faults.servers import NotHere

pytestmark = pytest.mark.services

EVERY = 0.1  # seconds between two reads: no more than a busy machine can compute meanwhile
LONGEST = (
    4.0  # seconds for a read at worst; half a second where nothing else keeps the machine busy
)
SETTLING = 4.0  # seconds beyond what is promised, in which a busy machine gets to its work
PAGES = 6  # reads of one page, which meet both web processes


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[ReadingHub]:
    try:
        with reading_hub(tmp_path_factory.mktemp("hub")) as made:
            yield made
    except NotHere as missing:
        pytest.skip(f"no servers to break: {missing}")


@pytest.fixture
def steady(hub):
    """The load of a test: warm at its beginning, and judged at its end."""
    hub.warm()
    with hub.steady_reads(every=EVERY) as load:
        time.sleep(0.4)
        yield load
    assert not [answer.excuse for answer in load.answers if answer.excuse]
    slowest = max(load.answers, key=lambda answer: answer.latency)
    assert slowest.latency < LONGEST, f"{slowest.path} got {slowest.status} after so long"


def test_a_frozen_redis_costs_a_moment_and_its_bumps_are_made_up_for(hub, steady):
    name = "Renamed while Redis was frozen"
    hub.redis.freeze()
    begun = time.monotonic()
    time.sleep(0.6)  # both processes have noticed

    renamed = hub.rename(name)
    shown_meanwhile = {hub.shown_name() for _ in range(PAGES)}
    guesses = [log_in(hub, "a wrong guess") for _ in range(2)]
    owed = hub.sql("SELECT kwargs FROM foundation_promise WHERE kept_at IS NULL")
    time.sleep(max(0.0, begun + 1.5 - time.monotonic()))
    hub.redis.thaw()
    ended = time.monotonic()
    hub.keep_promises()
    wait_until_remembered(hub)

    assert renamed.status == 200
    assert shown_meanwhile == {name}
    # One a minute is let through: what Redis cannot count is counted in the database.
    assert [guess.status for guess in guesses] == [401, 429]
    assert any("users" in kwargs["names"] for (kwargs,) in owed)
    assert {hub.shown_name() for _ in range(PAGES)} == {name}
    assert all(answer.status == 200 for answer in steady.answers)
    assert tell("Redis frozen", steady.answers, begun, ended) < PAUSE + SETTLING


def test_a_redis_that_comes_back_empty_is_filled_again(hub, steady):
    hub.redis.close()
    begun = time.monotonic()
    renamed = hub.rename("Renamed while Redis was closed")
    time.sleep(0.4)
    hub.redis.start()
    ended = time.monotonic()
    wait_until_remembered(hub)

    assert renamed.status == 200
    assert {hub.shown_name() for _ in range(PAGES)} == {"Renamed while Redis was closed"}
    assert all(answer.status == 200 for answer in steady.answers)
    assert tell("Redis closed", steady.answers, begun, ended) < PAUSE + SETTLING


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_of_postgresql_delays_nobody_and_loses_nothing(hub, steady, mode):
    with ThreadPoolExecutor(1) as writer:
        enough = threading.Event()
        writing = writer.submit(create_steadily, hub, f"During {mode}", until=enough)
        time.sleep(0.3)
        begun = time.monotonic()
        hub.postgresql.stop(mode)
        cold = together(hub, "/api/v1/topics/")
        time.sleep(0.6)
        hub.postgresql.start()
        ended = time.monotonic()
        time.sleep(0.6)
        enough.set()
        written = writing.result()
    answers = steady.answers
    away = [a for a in answers if begun <= a.due and a.ended <= ended]
    later = [a for a in answers if a.due >= ended]

    assert all(answer.is_good for answer in later)
    # What is remembered needs no database, and waits for nobody who does.
    shared = [answer for answer in away if answer.path != PERSONAL]
    assert {answer.cache for answer in shared} == {"HIT"}
    assert any(answer.is_away for answer in away if answer.path == PERSONAL)
    assert percentile(away, 0.9) < 500  # milliseconds
    # Of those who want a page that nobody has computed, none waits for another to do it.
    assert all(answer.is_away and answer.latency < 1 for answer in cold)
    # Acknowledged = stored; what was not acknowledged may be.
    acknowledged = {title for title, answer in written.items() if answer.status == 201}
    stored = {title for (title,) in hub.sql("SELECT title FROM learnings_learning")}
    assert acknowledged <= stored
    assert written[max(written)].status == 201
    assert not [answer.excuse for answer in written.values() if answer.excuse]
    assert tell(f"PostgreSQL {mode}", answers, begun, ended) < SETTLING


def test_connections_that_a_restart_has_closed_cost_nobody_an_answer(hub):
    together(hub, PERSONAL)  # so that most threads have one
    hub.postgresql.stop("fast")
    hub.postgresql.start()

    assert all(answer.is_good for answer in together(hub, PERSONAL))


def log_in(hub: ReadingHub, password: str) -> Answer:
    body = {"email": hub.rows["email"], "password": password}
    return hub.ask("/api/v1/auth/token/", token="", method="POST", body=body)


def together(hub: ReadingHub, path: str) -> list[Answer]:
    """What a few readers get who ask at the same moment."""
    with ThreadPoolExecutor(PAGES) as readers:
        return list(readers.map(hub.ask, [path] * PAGES))


def wait_until_remembered(hub: ReadingHub) -> None:
    """Until each process has got over its pause, and its pages are hits again."""
    deadline = time.monotonic() + 4 * PAUSE
    while {hub.ask(hub.shared[2]).cache for _ in range(PAGES)} != {"HIT"}:
        assert time.monotonic() < deadline, "the hub does not use its cache again"
        time.sleep(0.1)


def create_steadily(hub: ReadingHub, title: str, *, until: threading.Event) -> dict[str, Answer]:
    """Begin a learning every 50 ms; what came of each, by its title."""
    written: dict[str, Answer] = {}
    while not until.wait(0.05):
        name = f"{title} {100 + len(written)}"
        written[name] = hub.create(name)
    return written


def tell(fault: str, answers: list[Answer], begun: float, ended: float) -> float:
    """Print what readers met; returns the seconds until all was as before."""
    during = [answer for answer in answers if begun <= answer.due < ended]
    recovery = recovered_after(answers, end=ended)
    figures = {
        "p50 ms": round(percentile(during, 0.5)),
        "p99 ms": round(percentile(during, 0.99)),
        "503": sum(answer.is_away for answer in during),
        "of": len(during),
        "recovered after s": round(recovery, 2),
    }
    sys.stdout.write(f"\n{fault}: {json.dumps(figures)}\n")
    return recovery
