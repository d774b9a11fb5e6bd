"""The same Nexus on different servers: speed, memory, and what slow clients do to it.

    make bench ARGS="--only serving"

Servers that are not installed are left out, and named. ASGI servers import `nexus.asgi`, which has
no fast lane.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks import slow_clients, wrk
from benchmarks.answers import WrongAnswer, ask, check
from benchmarks.measuring import WARMING, Measuring, Pace, Say
from benchmarks.servers import Running, Server
from benchmarks.spread import Spread
from benchmarks.stage import Places, Stage, stage
from benchmarks.works import Case, cases

MEASURED: Final = {
    "hits/nexus": "cached list",
    "computed/none": "computed list",
    "create/nexus": "create",
}
SLOW_SECONDS: Final = 6.0
SLOW_HEADS: Final = [
    "server", f"{slow_clients.SLOW} slow at", "p50 ms", "p99 ms", "answered", "failed",
]  # fmt: skip
UNIT: Final = "production"


@dataclass(slots=True)
class Seen:
    """What was seen of one way to serve."""

    rates: dict[str, float | None] = field(default_factory=dict)  # None where requests failed
    heaviest: float = 0  # worker's share of memory, in MB
    slow: list[list[str | float]] = field(default_factory=list)  # rows of its table


@dataclass(frozen=True, slots=True)
class Way:
    """A way to serve. Without a command: production's."""

    name: str
    command: tuple[str, ...] = ()


def granian(interface: str, workers: int, threads: int) -> Way:
    """Granian with so many processes, and threads in each."""
    application = "nexus.wsgi:application" if interface == "wsgi" else "nexus.asgi:application"
    threading = ("--blocking-threads", str(threads)) if interface == "wsgi" else ()
    return Way(
        f"granian {interface.upper()}, {workers} × {threads}",
        ("granian", "--interface", interface, "--host", "127.0.0.1", "--port", "{port}",
         "--workers", str(workers), *threading, application),
    )  # fmt: skip


def gunicorn(kind: str, workers: int, threads: int) -> Way:
    """Gunicorn with so many processes, and threads in each."""
    return Way(
        f"gunicorn {kind}, {workers} × {threads}",
        ("gunicorn", "--bind", "127.0.0.1:{port}", "--worker-class", kind, "--workers",
         str(workers), "--threads", str(threads), "--keep-alive", "5", "nexus.wsgi:application"),
    )  # fmt: skip


WAYS: Final = (
    Way(UNIT),
    granian("wsgi", 2, 1), granian("wsgi", 2, 8), granian("wsgi", 1, 8), granian("wsgi", 4, 2),
    granian("asgi", 2, 1),
    gunicorn("sync", 2, 1), gunicorn("sync", 4, 1), gunicorn("gthread", 2, 4),
    Way("uvicorn, 2", ("uvicorn", "--host", "127.0.0.1", "--port", "{port}", "--workers", "2",
                       "--no-access-log", "--lifespan", "off", "nexus.asgi:application")),
)  # fmt: skip


def installed(way: Way) -> tuple[str, ...] | None:
    """The way's command with the path of its program; None where that is not installed."""
    if not way.command:
        return ()
    program = Path(sys.executable).with_name(way.command[0])
    return (str(program), *way.command[1:]) if program.exists() else None


def measure(places: Places, rows: int, pace: Pace, *, say: Say) -> dict[str, Any]:
    """The sections `serving` and `slow-clients`, each with a table of its own."""
    with stage(places, rows) as made:
        measuring = Measuring(made, say=say)
        known = cases(measuring.subject)
        chosen = [case for case in known if case.name in MEASURED]
        made.stop_all()
        seen: dict[str, Seen] = {}
        absent = [way.name for way in WAYS if installed(way) is None]
        for way in (way for way in WAYS if way.name not in absent):
            say(f"  {way.name}")
            seen[way.name] = _visit(made, way, chosen, pace, say=say)
    slow = [row for each in seen.values() for row in each.slow]
    return {
        "serving": {**_compared(seen), "absent": absent},
        "slow-clients": {"heads": SLOW_HEADS, "rows": slow, "absent": absent},
    }


def _visit(made: Stage, way: Way, chosen: Sequence[Case], pace: Pace, *, say: Say) -> Seen:
    """Everything about one way to serve; each mode of Nexus is started once."""
    seen = Seen()
    for mode in dict.fromkeys(case.server for case in chosen):
        with _serving(made, way, mode) as running:
            for case in (case for case in chosen if case.server == mode):
                seen.rates[case.name] = _rate(made, running, case, pace, say=say)
            seen.heaviest = max([seen.heaviest, *(each.pss for each in running.weights())])
            if mode == chosen[0].server:
                seen.slow = _slowness(running, way, chosen[0])
    return seen


def _rate(made: Stage, running: Running, case: Case, pace: Pace, *, say: Say) -> float | None:
    """The median rate; None where requests failed, or the answer was not the right one."""
    for _ in range(WARMING):
        answer = ask(running.port, case.request)
    try:
        check(answer, case.expected)
    except WrongAnswer as error:
        say(f"  {case.name}: {error}\n{running.last_words()}")
        return None
    loads = [
        wrk.run(
            case.request,
            port=running.port,
            connections=pace.connections,
            seconds=pace.seconds,
            folder=made.folder,
        )
        for _ in range(1 + pace.rounds)
    ][1:]  # the first warms up
    failed = any(load.failed for load in loads)
    return None if failed else Spread.of([load.rate for load in loads]).median


def _slowness(running: Running, way: Way, case: Case) -> list[list[str | float]]:
    """Rows of waits: without slow clients, with slow heads, with slow bodies."""
    found: list[list[str | float]] = []
    headers = {"Host": wrk.HOST, **case.request.headers}
    for slow_at in ("", "head", "body"):
        waits = slow_clients.measure(
            running.port, case.request.path, headers, seconds=SLOW_SECONDS, slow_at=slow_at
        )
        counts = [str(waits.answered), str(waits.failed)]
        found.append([way.name, slow_at or "nobody", waits.p50, waits.p99, *counts])
    return found


def _serving(made: Stage, way: Way, mode: str) -> Running:
    server = Server(
        f"way-{mode}", "nexus.wsgi:application", made.nexus_environment(mode),
        command=installed(way) or (),
    )  # fmt: skip
    return Running(server, folder=made.folder)


def _compared(seen: dict[str, Seen]) -> dict[str, Any]:
    unit = seen[UNIT].rates
    rows = []
    for name, each in seen.items():
        cells: list[str | float] = [name]
        for case in MEASURED:
            rate, base = each.rates[case], unit[case]
            cells.append("failed" if rate is None or base is None else rate / base)
        rows.append([*cells, each.heaviest])
    heads = ["server, processes × threads", *(f"{text}, ×" for text in MEASURED.values())]
    return {"heads": [*heads, "worker, MB"], "rows": rows}
