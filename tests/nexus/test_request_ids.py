"""A request's name goes with the work that it makes necessary."""

import logging
import os
import time

import pytest
from celery import current_app, shared_task
from celery.contrib.testing.worker import start_worker
from kombu import Connection

from foundation import doorbell
from foundation.http import request_ids
from foundation.http.request_ids import RequestIdFilter
from nexus import celery
from tests.brokers import broker

SEND = doorbell._send  # before the suite's own fixture catches rings
QUEUE = f"nexus-test-ids-{os.getpid()}"
NAME = "from-a-browser.1"

logger = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def _really_send(monkeypatch, rings):
    monkeypatch.setattr(doorbell, "_send", SEND)


@shared_task(name="tests.say_here")
def say(*, text: str, **_later_arguments) -> None:
    logger.warning("%s", text)


@pytest.fixture
def lines():
    """What is logged here, each line as (request id, message), as the console would have it."""
    found = []

    class Keeping(logging.Handler):
        def emit(self, record):
            found.append((record.request_id, record.getMessage()))

    handler = Keeping()
    handler.addFilter(RequestIdFilter())
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def work_until(count: int, lines: list) -> None:
    with start_worker(current_app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
        deadline = time.monotonic() + 20
        while len(lines) < count and time.monotonic() < deadline:
            time.sleep(0.02)


def test_a_task_is_logged_under_its_requests_name(lines):
    with broker("memory://", queue=QUEUE):
        token = request_ids.current.set(NAME)
        doorbell.ring("tests.say_here", {"text": "asked for"})
        request_ids.current.reset(token)
        doorbell.ring("tests.say_here", {"text": "swept"})

        work_until(2, lines)

    assert lines == [(NAME, "asked for"), ("-", "swept")]


@pytest.mark.django_db(transaction=True)
def test_what_a_request_promises_is_rung_under_its_name(api, learner):
    queue = f"{QUEUE}-import"
    with broker("memory://", queue=queue):
        answer = api(learner).post(
            "/api/v1/imports/",
            {"document": "README.md", "text": "# Notes\n"},
            headers={"X-Request-ID": NAME},
        )
        with Connection("memory://") as connection:
            message = connection.default_channel.basic_get(queue)

    assert (answer.status_code, answer["X-Request-ID"]) == (202, NAME)
    assert message.headers["nexus_request_id"] == NAME


@pytest.mark.parametrize("given", ["two\nlines", "x" * 129, 7, ["a"], ""])
def test_a_message_cannot_write_into_the_log(given):
    request = type("Request", (), {"nexus_request_id": given})()
    task = type("Task", (), {"request": request})()

    celery._take_request_id(task_id="1", task=task)

    assert request_ids.current.get() == "-"
