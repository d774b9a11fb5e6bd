"""A worker and a beat as threads of this process, so that `manage.py up` needs no second one.

The worker is Celery's own, with the solo pool: no child processes (which suits Windows too) and
no signal handlers, which belong to the main thread.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from celery import Celery
from celery.beat import Scheduler, Service
from celery.worker import WorkController, state
from celery.worker.consumer import Consumer
from kombu import Connection

from foundation.postgresql import bounds

logger = logging.getLogger(__name__)

BEAT_INTERVAL: Final = 1  # seconds
LOOK_UP: Final = 0.2  # seconds of waiting for a message, before looking whether to stop
RESTART_AFTER: Final = 5.0  # seconds between a worker's breakdown and its successor


class AttentiveConsumer(Consumer):
    """Celery's consumer, but one that looks up from the network often.

    Its loop waits for two seconds at a time, and once more after it was asked to stop.
    """

    def connect(self) -> Connection:
        """Connect as ever, with a connection that waits for `LOOK_UP` at most."""
        connection = super().connect()
        drain = connection.drain_events
        # The loop gives its own two seconds each time; only this one connection is changed.
        connection.drain_events = lambda **_timeout: drain(timeout=LOOK_UP)  # type: ignore[method-assign]
        return connection


class Background:
    """One worker thread and one beat thread for the tasks of `app`."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._stopping = threading.Event()
        # The schedule is kept in memory: which slot was run is known to the database. Beat sleeps
        # for its interval at most, so that is how long it takes to stop it.
        self._beat = Service(app, max_interval=BEAT_INTERVAL, scheduler_cls=Scheduler)
        # Daemons: a thread that waits for a dead broker must not hold up the end of the process.
        # What it was doing is promised in the database, and done after the next start.
        self._threads = [
            threading.Thread(target=self._work, name="worker", daemon=True),
            threading.Thread(target=self._tick, name="beat", daemon=True),
        ]

    def start(self) -> None:
        """Begin to take tasks and to ring the scheduled ones. Returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, patience: float) -> bool:
        """Ask both threads to end; returns whether they did within `patience` seconds."""
        self._stopping.set()
        # The code that Celery's loop ends itself with. Its stubs know only the initial None.
        state.should_stop = 0  # type: ignore[assignment]
        self._beat.stop()
        deadline = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _tick(self) -> None:
        bounds.work()
        self._app.set_current()
        self._beat.start()

    def _work(self) -> None:
        bounds.work()
        while not self._stopping.is_set():
            worker = WorkController(
                app=self._app,
                consumer_cls=AttentiveConsumer,
                pool="solo",
                concurrency=1,
                # Celery's event loop acknowledges a task that ran inline only after its next wait
                # for the network. With one message at a time the broker sends none before that,
                # and so both waited for each other, up to ten seconds. Its plain loop does not.
                use_eventloop=False,
                without_gossip=True,
                without_heartbeat=True,
                without_mingle=True,
            )
            worker.start()  # returns when asked to stop, or after logging what broke it
            if not self._stopping.wait(RESTART_AFTER):
                logger.error("The worker ended by itself; starting another one.")
