"""A worker as production runs it: `python -m tests.faults.worker QUEUE CHILDREN`."""

import logging
import os
import signal
import sys
from typing import Any

from celery import shared_task

from nexus.celery import app
from tests.brokers import settings


@shared_task(name="tests.die")
def die(**_later_arguments: Any) -> None:
    """Take the child that works on it along, as a task does that eats all memory."""
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task(name="tests.say")
def say(*, text: str, **_later_arguments: Any) -> None:
    """Log a line."""
    logging.getLogger(__name__).warning("%s", text)


if __name__ == "__main__":
    queue, children = sys.argv[1:]
    app.conf.update(settings(os.environ["CELERY_BROKER_URL"], queue))
    # The two waits at the start are about other workers, of which there are none.
    app.worker_main(
        [
            *("worker", f"--concurrency={children}", "--loglevel=WARNING"),
            *("--without-mingle", "--without-gossip"),
        ]
    )
