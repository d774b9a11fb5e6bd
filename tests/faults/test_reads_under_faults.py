"""Redis and PostgreSQL go away while a hub is read: what readers get, and what becomes of writes.

Each fault prints its figures (`pytest -s`); benchmarks/faults.py takes them at leisure.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from foundation.caching import PAGE_TTL, PAUSE
from tests.faults.reading import Answer, Load, percentile, recovered_after
from tests.faults.reading_hub import PERSONAL, ReadingHub, patient_hub, reading_hub
from tests.faults.servers import NotHere, wait_for

pytestmark = pytest.mark.services(queue=False)  # its hub has no broker

EVERY = 0.1  # seconds between two reads: no more than a busy machine can compute meanwhile
# What follows is for a machine with nothing else to do; `patience` adds what a busy one needs.
AT_ONCE = 1.0  # seconds for an answer for which nobody waits; it takes some milliseconds
LONGEST = 4.0  # seconds for a read at worst; half a second is usual
SETTLING = 4.0  # seconds beyond what is promised
PAGES = 6  # reads of one page, which meet both web processes
BOTH = 20  # reads of one page that one process alone will not get, but once in half a million


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[ReadingHub]:
    try:
        with reading_hub(tmp_path_factory.mktemp("hub")) as made:
            yield made
    except NotHere as missing:
        pytest.skip(f"no servers to break: {missing}")


@pytest.fixture(scope="module")
def patient(hub, tmp_path_factory) -> Iterator[ReadingHub]:
    with patient_hub(hub, tmp_path_factory.mktemp("patient")) as made:
        yield made


@pytest.fixture
def steady(hub):
    with read_steadily(hub) as load:
        yield load


@contextlib.contextmanager
def read_steadily(hub: ReadingHub) -> Iterator[Load]:
    """The load of a test: warm at its beginning, and judged at its end."""
    hub.warm()
    wait_until_remembered(hub)
    with hub.steady_reads(every=EVERY) as load:
        time.sleep(0.4)
        yield load
    assert not [answer.excuse for answer in load.answers if answer.excuse]
    slowest = max(load.answers, key=lambda answer: answer.latency)
    limit = patience(LONGEST, load)
    assert slowest.latency < limit, f"{slowest.path} got {slowest.status} after so long"


def patience(seconds: float, load: Load) -> float:
    """So many seconds on this machine as busy as it was: requests take turns with all the rest."""
    return seconds + 10 * load.lag


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
    assert tell("Redis frozen", steady.answers, begun, ended) < patience(PAUSE + SETTLING, steady)


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
    assert tell("Redis closed", steady.answers, begun, ended) < patience(PAUSE + SETTLING, steady)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_of_postgresql_delays_nobody_and_loses_nothing(patient, mode):
    warmed = time.monotonic()
    with read_steadily(patient) as load, create_steadily(patient, f"During {mode}") as written:
        wait_for("a write before", lambda: any(a.is_good for a in written.values()))
        begun = time.monotonic()
        patient.postgresql.stop(mode)
        gone = time.monotonic()
        # A second time, should the machine have had better things to do.
        cold = [together(patient, "/api/v1/topics/") for _ in range(2)]
        wait_for("reads meanwhile", lambda: are_of_each_kind(load.answers, gone))
        back = time.monotonic()
        patient.postgresql.start()
        ended = time.monotonic()
        wait_for("reads afterwards", lambda: are_of_each_kind(load.answers, ended))
        wait_for("a write afterwards", lambda: any(a.due >= ended for a in written.values()))
    answers, writes = load.answers, list(written.values())
    tell(f"PostgreSQL {mode}", answers, begun, ended)
    away = [a for a in answers if gone <= a.due and a.ended <= back]
    shared, personal = of_each_kind(away)

    assert all(answer.is_good for answer in [*answers, *writes] if answer.due >= ended)
    # What is remembered needs no database, and waits for nobody who does.
    in_time = [a for a in of_each_kind(answers)[0] if a.ended < warmed + PAGE_TTL]
    assert {answer.cache for answer in in_time} == {"HIT"}
    assert percentile(shared, 0.5) < 1000 * patience(AT_ONCE, load)
    # Who does is told at once.
    assert all(answer.is_away for answer in personal)
    assert percentile(personal, 0.5) < 1000 * patience(AT_ONCE, load)
    # Of those who want a page that nobody has computed, none waits for another to do it.
    assert all(answer.is_away for answer in [*cold[0], *cold[1]])
    assert min(percentile(each, 1) for each in cold) < 1000 * patience(AT_ONCE, load)
    # Acknowledged = stored; what was not acknowledged may be.
    acknowledged = {title for title, answer in written.items() if answer.status == 201}
    stored = {title for (title,) in patient.sql("SELECT title FROM learnings_learning")}
    assert acknowledged <= stored
    assert not [answer.excuse for answer in writes if answer.excuse]


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


def of_each_kind(answers: list[Answer]) -> tuple[list[Answer], list[Answer]]:
    """What was asked of shared pages, and of one's own."""
    kinds: tuple[list[Answer], list[Answer]] = [], []
    for answer in answers:
        kinds[answer.path == PERSONAL].append(answer)
    return kinds


def are_of_each_kind(answers: list[Answer], since: float) -> bool:
    """Whether enough was asked and answered since then to judge by."""
    return all(len(kind) >= 4 for kind in of_each_kind([a for a in answers if a.due >= since]))


def wait_until_remembered(hub: ReadingHub) -> None:
    """Until each process has got over its pause, and its pages are hits again."""
    deadline = time.monotonic() + 12 * PAUSE
    while {hub.ask(hub.shared[2]).cache for _ in range(BOTH)} != {"HIT"}:
        assert time.monotonic() < deadline, "the hub does not use its cache again"
        time.sleep(0.1)


@contextlib.contextmanager
def create_steadily(hub: ReadingHub, title: str) -> Iterator[dict[str, Answer]]:
    """Begin a learning every 50 ms; what came of each, by its title, in their order."""
    written: dict[str, Answer] = {}
    enough = threading.Event()

    def write() -> None:
        while not enough.wait(0.05):
            name = f"{title} {len(written)}"
            written[name] = hub.create(name)

    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(write)
        try:
            yield written
        finally:
            enough.set()
        writing.result()


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
