"""Ringing a worker: a message that may be lost, because the promise's row is what counts.

Two ways to ring. `ring` is for requests: no confirmation, no retry, a fifth of a second at most
and then half a minute of silence, so that a dead broker never slows a visitor down.
`ring_confirmed` is for the sweep: it returns only when the broker has said that it has it.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Final

from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError
from kombu.pools import producers

from foundation.errors import Unavailable

logger = logging.getLogger(__name__)

RING_TIMEOUT: Final = 0.2  # seconds
CONFIRM_TIMEOUT: Final = 2.0  # seconds
SILENCE: Final = 30.0  # seconds without ringing, after a ring that failed

_UNREACHABLE = (BrokerError, OSError, TimeoutError)


class NoBroker(Unavailable):
    """The broker did not confirm that it has the message."""

    code = "no_broker"


class _Breaker:
    """Remembers, for this process, that the broker was out of reach a moment ago."""

    def __init__(self) -> None:
        self._silent_until = 0.0
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._silent_until

    def open(self) -> None:
        with self._lock:
            self._silent_until = time.monotonic() + SILENCE

    def close(self) -> None:
        with self._lock:
            self._silent_until = 0.0


breaker = _Breaker()


def ring(task: str, message: dict[str, Any]) -> None:
    """Ask a worker to run `task` now, if that takes no time. Never raises: the sweep repeats it."""
    if breaker.is_open:
        return
    try:
        _send(task, message, timeout=RING_TIMEOUT, confirm=False)
    except NoBroker as error:
        breaker.open()
        logger.warning("No ring for %s, the sweep will find it: %s", task, error)


def ring_confirmed(task: str, message: dict[str, Any]) -> None:
    """Ask a worker to run `task` and wait until the broker has confirmed the message.

    Raises:
        NoBroker: it was not confirmed within `CONFIRM_TIMEOUT`; it may or may not arrive.
    """
    _send(task, message, timeout=CONFIRM_TIMEOUT, confirm=True)
    breaker.close()


def _send(task: str, message: dict[str, Any], *, timeout: float, confirm: bool) -> None:
    connection = _connection(timeout=timeout, confirm=confirm)
    try:
        with producers[connection].acquire(block=True, timeout=timeout) as producer:
            current_app.send_task(
                task, kwargs=message, producer=producer, retry=False, ignore_result=True
            )
    except Exception as error:
        # A connection that failed once may be half-dead; the next ring opens a new one.
        producers[connection].force_close_all()
        if isinstance(
            error, (*_UNREACHABLE, *connection.connection_errors, *connection.channel_errors)
        ):
            raise NoBroker(f"{type(error).__name__}: {error}") from error
        raise


def _connection(*, timeout: float, confirm: bool) -> Connection:
    """A connection with its own time limits. Equal ones share a pool, so this opens nothing."""
    connection: Connection = current_app.connection_for_write()
    scheme = connection.transport_cls
    options: dict[str, Any] = {}
    if scheme in {"amqp", "pyamqp", "amqps"}:
        options = {"confirm_publish": confirm, "read_timeout": timeout, "write_timeout": timeout}
        if confirm:
            options["confirm_timeout"] = timeout
    elif scheme in {"redis", "rediss"}:
        options = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    return connection.clone(
        connect_timeout=timeout, transport_options={**connection.transport_options, **options}
    )
