"""Visits of contenders: checked, warmed, loaded, checked again; in random order, round by round."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks import wrk
from benchmarks.answers import Answer, WrongAnswer, ask, check, check_alike
from benchmarks.memory import Weight
from benchmarks.servers import Running
from benchmarks.spread import Spread
from benchmarks.stage import Stage
from benchmarks.works import LIST, PAGE, Case, Expected, Subject
from benchmarks.wrk import Load, Request

Say = Callable[[str], None]
CONNECTIONS: Final = 16
WARMING: Final = 24  # requests by hand, each on a new connection, so that every worker gets some
ALIKE: Final = {"hits/stock", "computed/sql", "computed/stock", "detail/sql", "detail/stock"}


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is measured."""

    rounds: int = 5
    seconds: float = 2
    connections: int = CONNECTIONS


@dataclass(slots=True)
class Figures:
    """What was seen of one case, round by round."""

    loads: list[Load] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Medians and spreads. Void where a single request failed."""
        failed = sum(load.failed for load in self.loads)
        return {
            "rate": Spread.of([load.rate for load in self.loads]).as_json(),
            "p50": Spread.of([load.p50 for load in self.loads]).as_json(),
            "p99": Spread.of([load.p99 for load in self.loads]).as_json(),
            "requests": sum(load.requests for load in self.loads),
            "bytes": round(sum(load.bytes for load in self.loads) / self._answered()),
            "failed": failed,
            "void": failed > 0 or not all(load.requests for load in self.loads),
        }

    def _answered(self) -> int:
        return max(1, sum(load.requests for load in self.loads))


class Measuring:
    """Visits to the contenders of one stage."""

    def __init__(self, stage: Stage, *, say: Say) -> None:
        self.stage = stage
        self._say = say
        self._warmed: set[str] = set()
        self._weights: dict[str, list[Weight]] = {}
        self.subject, self._reference = _rehearse(stage)

    def measure(self, cases: Sequence[Case], pace: Pace) -> dict[str, dict[str, Any]]:
        """Figures of each case by its name.

        Raises:
            WrongAnswer: a contender does not do what it is measured for.
        """
        figures = {case.name: Figures() for case in cases}
        for number in range(pace.rounds):
            self._say(f"  round {number + 1} of {pace.rounds}, {len(cases)} contenders")
            for case in random.sample(cases, len(cases)):
                figures[case.name].loads.append(self.visit(case, pace))
        return {name: seen.as_json() for name, seen in figures.items()}

    def visit(self, case: Case, pace: Pace) -> Load:
        """Load one contender for some seconds.

        Raises:
            WrongAnswer: it does not do what it is measured for.
        """
        running = self.stage.running(case.server)
        try:
            self._warm(case, running, pace)
            load = self._load(case, running, pace)
            check(_settled(running.port, case.request), case.expected)
        except WrongAnswer as error:
            raise WrongAnswer(f"{case.name}: {error}\n{running.last_words()}") from error
        return load

    def weights(self) -> dict[str, dict[str, float]]:
        """The heaviest that any worker of each server was under load, in MB."""
        return {
            name: {
                "rss": round(max(weight.rss for weight in seen), 1),
                "pss": round(max(weight.pss for weight in seen), 1),
            }
            for name, seen in self._weights.items()
            if seen
        }

    def _warm(self, case: Case, running: Running, pace: Pace) -> None:
        if case.server not in self._warmed:
            self._warmed.add(case.server)
            self._load(case, running, Pace(seconds=1, connections=pace.connections))
        for _ in range(WARMING):
            answer = ask(running.port, case.request)
        check(answer, case.expected)
        if case.name in ALIKE:
            check_alike(answer, self._reference[case.work == "detail"])

    def _load(self, case: Case, running: Running, pace: Pace) -> Load:
        def weigh() -> None:
            self._weights.setdefault(case.server, []).extend(running.weights())

        return wrk.run(
            case.request,
            port=running.port,
            connections=pace.connections,
            seconds=pace.seconds,
            folder=self.stage.folder,
            meanwhile=weigh,
        )


def _settled(port: int, request: Request) -> Answer:
    """An answer that is not the first after a page's lifetime ended."""
    ask(port, request)
    return ask(port, request)


def _rehearse(stage: Stage) -> tuple[Subject, tuple[Answer, Answer]]:
    """Ask Nexus for the list and its first entry, and lay their bytes out for others to send.

    Returns what requests are about, and Nexus' answers: the list, the detail.

    Raises:
        WrongAnswer: Nexus does not answer as it should.
    """
    running = stage.running("nexus")
    port = running.port
    signed = {"Authorization": f"Bearer {stage.tokens['access']}"}
    page = ask(port, Request(LIST, headers=signed))
    try:
        check(page, Expected(rows=PAGE))
    except WrongAnswer as error:
        raise WrongAnswer(f"Nexus: {error}\n{running.last_words()}") from error
    number = page.json["results"][0]["id"]
    entry = ask(port, Request(f"{LIST}{number}/", headers=signed))
    check(entry, Expected())
    (stage.bodies / "list.json").write_bytes(page.body)
    (stage.bodies / "detail.json").write_bytes(entry.body)
    subject = Subject(
        tokens=stage.tokens,
        challenge=number,
        topic=stage.facts.common_topic,
        tag=page.headers["etag"],
    )
    return subject, (page, entry)
