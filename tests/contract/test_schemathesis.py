"""schemathesis asks a real hub all that its documents promise, and much that they rule out.

Two learners ask as peers who must not see each other's things, a curator where those may not.
What it does is in schemathesis.toml, what it cannot know in fuzzing/hooks.py. `make fuzz
EXAMPLES=200` asks longer.

It notices objects that the other peer gets although no list shows them. What a list shows by
mistake it takes for shared: that is for served/test_visibility.py and test_canaries.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.clients.demo_hubs import demo_hub
from tests.nexus.running import ROOT, Hub

CASES = 2_500  # of each of the two documents: more than 5,000 together
PHASES = {"examples", "coverage", "fuzzing", "stateful"}
PATIENCE = 600  # seconds; with NEXUS_FUZZ_EXAMPLES none
EXAMPLES = os.environ.get("NEXUS_FUZZ_EXAMPLES", "")
# Each with a hub of its own, so that two processes can do it at once; on a Redis of its own, too.
DOCUMENTS = {"swagger.json": 13, "openapi.json": 14}


@pytest.fixture
def unhurried_hub(document, tmp_path) -> Iterator[Hub]:
    """A hub with the demo, which counts requests but turns nobody away for their number."""
    rates = ",".join(f"{name}=100000000/minute" for name in settings.RATE_LIMITS)
    database = DOCUMENTS[document]
    with demo_hub(tmp_path / "data", redis_database=database, NEXUS_RATE_LIMITS=rates) as running:
        yield running


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_hub_keeps_what_its_documents_promise(unhurried_hub, document, tmp_path):
    code, output, events = run(unhurried_hub, document, tmp_path / "events.ndjson")

    summary = "\n".join(output.splitlines()[-400:])
    assert phases(events) >= PHASES, summary
    assert cases(events).total() > CASES, summary
    assert code == 0, summary
    assert not statuses(events) & {"failure", "error"}, summary


def run(hub: Hub, document: str, report: Path) -> tuple[int, str, list[dict]]:
    """The exit code of schemathesis, what it said, and its events."""
    address = f"http://127.0.0.1:{hub.port}/{document}"
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", address, "--no-color"]
    command += ["--report", "ndjson", "--report-ndjson-path", str(report)]
    if EXAMPLES:
        command += ["--max-examples", EXAMPLES]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=None if EXAMPLES else PATIENCE,
    )  # fmt: skip
    events = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    return done.returncode, done.stdout + done.stderr, events


def cases(events: list[dict]) -> Counter[str]:
    """How many requests were made in each phase."""
    made: Counter[str] = Counter()
    for event in events:
        if (scenario := event.get("ScenarioFinished")) and "interactions" in scenario["recorder"]:
            made[scenario["phase"]] += len(scenario["recorder"]["interactions"])
    return made


def phases(events: list[dict]) -> set[str]:
    return set(cases(events))


def statuses(events: list[dict]) -> set[str]:
    return {event["PhaseFinished"]["status"] for event in events if "PhaseFinished" in event}
