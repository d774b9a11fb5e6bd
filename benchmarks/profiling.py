"""Where the time of one request goes, room by room.

    make bench ARGS="--only profiles"

A timer interrupts the process every millisecond and notes which room the main thread is in,
waiting for PostgreSQL and Redis included. Unlike a tracing profiler that slows nothing down, so
shares are true; how long a request takes is told by the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import calling, rooms
from benchmarks.measuring import Measuring, Say
from benchmarks.servers import ROOT
from benchmarks.stage import Places, Stage, stage
from benchmarks.works import Case, cases

EVERY: Final = 0.001  # seconds
SECONDS: Final = 4.0
WARMING: Final = 200  # requests
PROFILED: Final = {
    "hits/nexus": "cached list",
    "hits/no-lane": "cached list, lane off",
    "computed/fragments": "list from fragments",
    "computed/none": "list, nothing kept",
    "detail/none": "detail, nothing kept",
    "create/nexus": "create",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of each room, and what one request takes, in milliseconds."""

    milliseconds: float
    shares: dict[str, float]


def measure(places: Places, rows: int, *, say: Say) -> dict[str, Any]:
    """The section `profiles`, with its table: a column for each kind of request."""
    with stage(places, rows) as made:
        known = cases(Measuring(made, say=say).subject)
        made.stop_all()
        profiles = {
            case.name: _in_process_of_its_own(made, case) for case in known if case.name in PROFILED
        }
    return {"profiles": _table(profiles)}


def _table(profiles: dict[str, Profile]) -> dict[str, Any]:
    rows: list[list[str]] = []
    for room in rooms.NAMES:
        shares = [profile.shares.get(room, 0) for profile in profiles.values()]
        if max(shares) >= 0.005:  # noqa: PLR2004 - half a percent of nothing is not worth a line
            rows.append([room, *(f"{100 * share:.0f} %" for share in shares)])
    times = [f"{profile.milliseconds:.2f}" for profile in profiles.values()]
    heads = ["share of the time", *(PROFILED[name] for name in profiles)]
    return {"heads": heads, "rows": [*rows, ["**milliseconds a request**", *times]]}


def _in_process_of_its_own(made: Stage, case: Case) -> Profile:
    """Settings are read once a process, so each mode needs one."""
    request = case.request
    told = made.folder / "request.json"
    told.write_text(
        json.dumps({
            "method": request.method, "path": request.path, "headers": dict(request.headers),
            "body": request.body,
        })
    )  # fmt: skip
    command = [sys.executable, "-m", "benchmarks.profiling", str(told)]
    environment = {
        **os.environ, **made.nexus_environment(case.server), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, timeout=120
    )
    found = json.loads(ended.stdout)
    return Profile(found["milliseconds"], found["shares"])


def main() -> None:
    """Profile one request, described in a file, against the Nexus that the environment names."""
    parser = argparse.ArgumentParser(description="Used by make bench.")
    parser.add_argument("request", type=Path)
    told = json.loads(parser.parse_args().request.read_text())
    from nexus.wsgi import application

    def once() -> None:
        calling.call(application, **told)

    for _ in range(WARMING):
        once()
    profile = sample(once, seconds=SECONDS)
    print(json.dumps({"milliseconds": profile.milliseconds, "shares": profile.shares}))


def sample(once: Callable[[], None], *, seconds: float) -> Profile:
    """Call something again and again, and note where the main thread is meanwhile."""
    seen: Counter[str] = Counter()

    def note(_signal: int, frame: Any) -> None:
        seen[rooms.room_of(rooms.files_of(frame))] += 1

    before = signal.signal(signal.SIGALRM, note)
    signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
    began, count = time.perf_counter(), 0
    try:
        while time.perf_counter() - began < seconds:
            once()
            count += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    taken = time.perf_counter() - began
    total = max(1, seen.total())
    return Profile(1000 * taken / count, {name: n / total for name, n in seen.most_common()})


if __name__ == "__main__":
    main()
