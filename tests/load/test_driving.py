"""Requests go out when they are due, waits count from then, and whatever is wrong is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time

import pytest

from benchmarks.load import asking
from benchmarks.load.client import Client
from benchmarks.load.driving import Log, drive
from benchmarks.load.reporting import Report
from benchmarks.load.sampling import BACKLOG, CONNECTIONS, MEMORY
from benchmarks.load.world import Ask, Lie, World

RATE, SECONDS = 60.0, 0.5
SEEDED = {
    "people": [
        {"id": n, "email": f"{n}@example.org", "curates": n < 2, "access": "a", "refresh": "r"}
        for n in range(1, 5)
    ],
    "followers": {"one": [1], "another": [2]},
    "published": {"learning": [[1, 1]], "challenge": [[1, 1]], "solution": [[1, 1]]},
}


class Server:
    """Answers everything alike, after a while."""

    def __init__(self, status=200, body=None, *, after=0.0) -> None:
        packed = json.dumps(body or {}).encode()
        self.answer = f"HTTP/1.1 {status} -\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
        self.answer += packed
        self.after = after
        self.at_work = []

    async def serve(self, reader, writer) -> None:
        self.at_work.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError), contextlib.closing(writer):
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.lower().split(b"\r\n")
                size = next((line for line in lines if line.startswith(b"content-length")), b":0")
                await reader.readexactly(int(size.split(b":")[1]))
                await asyncio.sleep(self.after)
                writer.write(self.answer)


def put_under_load(server: Server, world: World | None = None, *, seed=1) -> Log:
    async def run():
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listener:
            client = Client("127.0.0.1", listener.sockets[0].getsockname()[1])
            found = Log()
            await drive(
                world or World(SEEDED), client, found, rate=RATE, seconds=SECONDS, seed=seed
            )
            await client.close()
            await asyncio.gather(*server.at_work)
            return found

    return asyncio.run(run())


@pytest.fixture
def only_details(monkeypatch):
    """Everybody looks at entries, and nothing else happens."""
    monkeypatch.setattr(asking, "SHARES", {"detail": asking.SHARES["detail"]})


PUBLISHED = {"id": 1, "status": "PUBLISHED"}


def report(log: Log, **changes) -> Report:
    usual = {
        "settings": {"seconds": 600},
        "log": log,
        "series": {},
        "largest": {},
        "processor": {},
        "drained_in": 0.0,
        "differences": [],
    }
    return Report(**{**usual, **changes})


def test_a_load_without_a_fault_holds(only_details):
    log = put_under_load(Server(200, PUBLISHED))

    assert log.sent == log.answered > 10
    assert report(log).faults == []


def test_one_500_is_one_too_many(only_details):
    log = put_under_load(Server(200, PUBLISHED))
    log.statuses[500] += 1

    assert report(log).faults == ["status 500 was seen"]


def test_unexpected_answers_are_told_in_words(only_details):
    log = put_under_load(Server(500, {"code": "server_error"}))

    assert log.wrong == log.sent
    assert "500" in log.samples[0]
    assert "server_error" in log.samples[0]
    assert not report(log).held


def test_an_answer_that_contradicts_an_earlier_one_is_told(only_details):
    log = put_under_load(Server(200, {"id": 1, "status": "DRAFT"}))

    assert log.wrong == log.sent
    assert Lie.__name__ in log.samples[0]


def test_a_lost_answer_leaves_its_creation_in_doubt(monkeypatch):
    monkeypatch.setattr(asking, "SHARES", {"create": asking.SHARES["create"]})
    world = World(SEEDED)

    log = put_under_load(Server(503), world)

    assert world.ledger.in_doubt.total() == log.sent
    assert world.ledger.entries == {}


def test_no_request_waits_for_the_answer_to_another(only_details):
    begun = time.perf_counter()

    log = put_under_load(Server(200, PUBLISHED, after=0.3))

    # One after the other they would take nine seconds.
    assert time.perf_counter() - begun < 5
    assert min(log.waits["detail"]) >= 0.3


def test_waits_count_from_when_a_request_was_due(monkeypatch):
    def plan(world, rng):
        time.sleep(0.03)  # the client itself is late, ever more
        return Ask("detail", "GET", "/", (200,), world.people[0])

    monkeypatch.setattr(asking, "SHARES", {"detail": (1, plan)})

    log = put_under_load(Server(200))

    assert max(log.delays) > 0.2
    assert max(log.waits["detail"]) >= max(log.delays)


def test_a_seed_repeats_the_arrivals_and_their_kinds():
    def arrivals(seed):
        world = World(SEEDED)
        asked = []
        original = asking.planned

        def planned(kind, world, rng):
            ask = original(kind, world, rng)
            asked.append((kind, ask.path, ask.person.id))
            return ask

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asking, "planned", planned)
            put_under_load(Server(418), world, seed=seed)
        return asked

    assert arrivals(3) == arrivals(3) != arrivals(4)


@pytest.mark.parametrize("rule", [MEMORY, CONNECTIONS, BACKLOG])
def test_growth_to_the_end_is_not_flat_and_warming_up_is(rule):
    growing = [float(10 * n) for n in range(100)]
    warming = [float(10 * min(n, 20)) for n in range(100)]

    assert not rule.allows(growing)
    assert rule.allows(warming)


def test_growth_is_a_fault_once_the_run_is_long_enough_to_tell():
    series = {"memory web": [float(n) for n in range(100, 200)]}

    long = report(Log(), series=series)
    short = report(Log(), series=series, settings={"seconds": 15})

    assert long.faults == ["memory web grew from 137.0 to 187.0"]
    assert short.faults == []


def test_a_process_that_takes_too_much_is_a_fault_however_short_the_run():
    found = report(Log(), largest={"web": 601.0, "worker": 90.0}, settings={"seconds": 15})

    assert found.faults == ["a process of web took 601 MiB"]
