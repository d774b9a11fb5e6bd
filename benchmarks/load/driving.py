"""Sending requests when they are due, and noting what came back and how late."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from . import asking
from .client import Broken, Client
from .world import Ask, Lie, World

MOST_IN_FLIGHT: Final = 2_000  # requests; more of them only measure this machine's memory
SAMPLES: Final = 20  # of what went wrong, in words


@dataclass(slots=True)
class Log:
    """What a load has seen. Times are in seconds."""

    sent: int = 0
    in_flight: int = 0
    answered: int = 0
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    delays: list[float] = field(default_factory=list)  # of this client, from due to sent
    statuses: Counter[int] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)  # X-Cache of lists and details
    wrong: int = 0
    samples: list[str] = field(default_factory=list)
    processor: float = 0.0  # used by this client
    took: float = 0.0

    def complain(self, about: str) -> None:
        """Note something that must not happen."""
        self.wrong += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(about)


def schedule(rate: float, seconds: float, rng: random.Random) -> list[float]:
    """Moments, in seconds from the beginning, at which requests are due: a Poisson process."""
    moments, at = [], rng.expovariate(rate)
    while at < seconds:
        moments.append(at)
        at += rng.expovariate(rate)
    return moments


async def drive(
    world: World, client: Client, log: Log, *, rate: float, seconds: float, seed: int
) -> None:
    """Ask `rate` times a second, whatever the answers, and wait for the last of them.

    What is seen goes to `log`, as it is seen.
    """
    rng = random.Random(seed)
    moments = schedule(rate, seconds, rng)
    kinds = asking.kinds(rng, len(moments))
    on_their_way: set[asyncio.Task[None]] = set()
    begun, processor = time.perf_counter(), time.process_time()
    for number, (moment, kind) in enumerate(zip(moments, kinds, strict=True)):
        due = begun + moment
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        if len(on_their_way) >= MOST_IN_FLIGHT:
            log.complain(f"{MOST_IN_FLIGHT} requests wait for their answers: it cannot keep up")
            break
        # Each choice by dice of its own: what came before does not change it.
        ask = asking.planned(kind, world, random.Random(f"{seed}:{number}"))
        task = asyncio.create_task(_one(client, ask, due, log))
        on_their_way.add(task)
        task.add_done_callback(on_their_way.discard)
    while on_their_way:
        await asyncio.wait(on_their_way)
    log.took, log.processor = time.perf_counter() - begun, time.process_time() - processor


async def _one(client: Client, ask: Ask, due: float, log: Log) -> None:
    log.sent += 1
    log.in_flight += 1
    log.delays.append(time.perf_counter() - due)
    what = f"{ask.kind}: {ask.method} {ask.path}"
    try:
        answer = await asking.send(client, ask)
    except (OSError, EOFError, Broken) as error:
        log.complain(f"{what}: no answer, {error!r}")
        ask.otherwise()
        return
    finally:
        log.in_flight -= 1
    log.waits[ask.kind].append(time.perf_counter() - due)
    log.answered += 1
    log.statuses[answer.status] += 1
    if "x-cache" in answer.headers:
        log.hits[answer.headers["x-cache"]] += 1
    if answer.status not in ask.expected:
        log.complain(f"{what}: {answer.status} {answer.body[:300].decode(errors='replace')}")
        ask.otherwise()
        return
    try:
        ask.then(answer)
    except (Lie, LookupError, TypeError, ValueError) as error:
        log.complain(f"{what}: {error!r}")
