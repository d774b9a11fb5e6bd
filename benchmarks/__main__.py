"""`make bench`: measure, print every goal beside what was reached, keep the results.

See docs/performance.md, or `make bench ARGS=--help`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks import documents, growth, importing, machine, profiling, serving, startup, sweeps
from benchmarks.answers import WrongAnswer
from benchmarks.goals import judge
from benchmarks.measuring import Measuring
from benchmarks.options import Options, read
from benchmarks.results import Results, add, load
from benchmarks.servers import ROOT, ServerFailed
from benchmarks.stage import NotOurs, Stage, stage
from benchmarks.works import WORKS, cases
from benchmarks.wrk import LoadFailed


def main() -> int:
    """Run what was asked for; the exit code is 0 unless something could not be measured."""
    options = read(sys.argv[1:])
    # However a run is ended, the servers and databases that it started go with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.measures:
        if lacking := machine.missing(options.places):
            print("The benchmarks need:", *(f"  * {thing}" for thing in lacking), sep="\n")
            return 2
        began = time.monotonic()
        try:
            _measure(options)
        except (NotOurs, ServerFailed, WrongAnswer, LoadFailed) as error:
            print(f"Stopped: {error}\nWhat was measured before is in {options.file}.")
            return 2
        except KeyboardInterrupt:
            print(f"Stopped. What was measured before is in {options.file}.")
            return 130
        say(f"measured in {(time.monotonic() - began) / 60:.1f} minutes")
    results = load(options.file)
    if not results and not options.measures:
        print(f"{options.file} holds no results.")
        return 2
    show(results)
    if options.writes_docs:
        print("\nwritten:", *documents.write(results), sep="\n  ")
    return 1 if any(seen["void"] for seen in results.get("cases", {}).values()) else 0


def _measure(options: Options) -> None:
    """Measure each part and keep it at once, so that a break loses little."""
    works = [work for work in options.parts if work in WORKS]
    if works or "connections" in options.parts:
        on = machine.described(options.places)
        add(options.file, {"machine": on, "asked": _asked(options)})
        say(f"making a database of {options.rows:,} challenges")
        with stage(options.places, options.rows) as made:
            for sections in _on_stage(made, works, options):
                add(options.file, sections)
    for part, measure in _apart(options).items():
        if part in options.parts:
            say(part)
            try:
                add(options.file, measure())
            except growth.NotTold as error:
                say(f"left out: {error}")  # its goals stay unmeasured, and are shown so


def _on_stage(made: Stage, works: list[str], options: Options) -> Any:
    measuring = Measuring(made, say=say)
    # The unit of each work is measured along with it.
    known = cases(measuring.subject)
    wanted = [case for case in known if case.work in works]
    names = {case.name for case in wanted} | {case.base for case in wanted}
    if chosen := [case for case in known if case.name in names]:
        say("works")
        seen = measuring.measure(chosen, options.pace)
        # All of it anew: a ratio to what another run saw would mean nothing.
        yield {"cases": seen, "memory": measuring.weights()}
    if "connections" in options.parts:
        curves = sweeps.against_connections(measuring, options.pace, say=say)
        yield {"connections": curves}


def _apart(options: Options) -> Mapping[str, Callable[[], Results]]:
    """Parts that have servers or databases of their own."""
    places, pace = options.places, options.pace
    sizes = machine.sizes(places, options.sizes)
    return {
        "rows": lambda: {"rows": sweeps.against_rows(places, sizes, pace, say=say)},
        "scale": lambda: {"scale": growth.measure(places.postgres, sizes)},
        "start": lambda: {"start": startup.measure(pace.rounds)},
        "serving": lambda: serving.measure(places, options.rows, pace, say=say),
        "profiles": lambda: profiling.measure(places, options.rows, say=say),
        "importing": lambda: {"importing": importing.in_process_of_its_own(places.postgres)},
        "reading": _reading,
    }


def _reading() -> Results:
    """What reading READMEs costs: has bounds of its own, which it prints itself."""
    command = [sys.executable, str(ROOT / "benchmarks" / "reading.py")]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    return {}


def _asked(options: Options) -> dict[str, Any]:
    pace = options.pace
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "rows": options.rows,
        "rounds": pace.rounds,
        "seconds": pace.seconds,
        "connections": pace.connections,
    }


def show(results: Results) -> None:
    """Print all tables, the goals last."""
    found = documents.sections(results)
    for name in [*(name for name in found if name != "goals"), "goals"]:
        if name in found:
            print(f"\n{found[name]}")
    words = [verdict.word for verdict in judge(results)]
    print("\nGoals:", ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words)))


def say(text: str) -> None:
    """Tell how far the run is."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
