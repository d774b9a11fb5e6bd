"""A worker that runs as in production logs each task under the name of its request."""

import pytest

from foundation import doorbell
from foundation.http import request_ids
from tests.faults.hub import Hub, wait_until

pytestmark = pytest.mark.services
NAME = "from-a-browser.1"


def test_the_workers_lines_carry_the_name_of_the_request(hub: Hub):
    log = hub.folder / "worker.log"
    hub.start_worker(children=1)
    token = request_ids.current.set(NAME)
    doorbell.ring_confirmed("tests.say", {"text": "asked for"})
    request_ids.current.reset(token)
    doorbell.ring_confirmed("tests.say", {"text": "swept"})

    wait_until(lambda: log.exists() and "swept" in log.read_text())

    lines = [
        line
        for line in log.read_text().splitlines()
        if "tests.faults.worker" in line or "__main__" in line
    ]
    assert [line.partition(" [")[2] for line in lines] == [f"{NAME}] asked for", "-] swept"]
