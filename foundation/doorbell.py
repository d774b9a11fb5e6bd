"""Ringing a worker: a message that may be lost, because the promise's row is what counts.

Two ways to ring. `ring` is for requests: no confirmation, a fifth of a second for each answer of
the broker and then half a minute of silence, so that a dead broker never slows a visitor down.
`ring_confirmed` is for the sweep: it returns only when the broker has said that it has it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from celery import current_app
from kombu import Connection, Producer
from kombu.exceptions import OperationalError as BrokerError

from foundation.errors import Unavailable

logger = logging.getLogger(__name__)

RING_TIMEOUT: Final = 0.2  # seconds
CONFIRM_TIMEOUT: Final = 2.0  # seconds
SILENCE: Final = 30.0  # seconds without ringing, after a ring that failed


class NoBroker(Unavailable):
    """The broker did not take the message, or did not say so in time."""

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


class _Lines(threading.local):
    """Open connections to the broker: of one thread, in one process, for one address.

    A line is never shared, so nobody waits for one, and a forked child opens its own: two
    processes on one socket would garble each other's frames.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._open: dict[tuple[str, bool], Connection] = {}

    def find(self, address: str, *, confirm: bool) -> Connection | None:
        if self._process != os.getpid():
            self._process, self._open = os.getpid(), {}
        return self._open.get((address, confirm))

    def keep(self, line: Connection, address: str, *, confirm: bool) -> None:
        self._open[address, confirm] = line

    def drop(self, address: str, *, confirm: bool) -> None:
        line = self._open.pop((address, confirm), None)
        if line is not None:
            line.collect()  # closes the socket without asking the other side

    def drop_all(self) -> None:
        for address, confirm in list(self._open):
            self.drop(address, confirm=confirm)


breaker = _Breaker()
lines = _Lines()


_muffled: ContextVar[bool] = ContextVar("muffled", default=False)


@contextmanager
def muffled() -> Iterator[None]:
    """Ring nobody within: for work that is done on the spot, or that can wait for the sweep."""
    token = _muffled.set(True)
    try:
        yield
    finally:
        _muffled.reset(token)


def ring(task: str, message: dict[str, Any]) -> None:
    """Ask a worker to run `task` now, if that takes no time.

    A broker that does not answer is logged and left alone for a while: the sweep repeats the ring.
    """
    if breaker.is_open or _muffled.get():
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
    """Publish over a line kept from an earlier ring, or over a new one.

    A restarted broker has hung up on every line. That shows at once and must cost a new
    connection, not half a minute of silence; a line that keeps us waiting is not tried again.
    """
    address = current_app.conf.broker_write_url
    started = time.monotonic()
    if (kept := lines.find(address, confirm=confirm)) is not None:
        try:
            return _publish(kept, task, message, timeout=timeout)
        except NoBroker:
            lines.drop(address, confirm=confirm)
            if time.monotonic() - started > timeout / 2:
                raise
    line = _new_line(timeout=timeout, confirm=confirm)
    lines.keep(line, address, confirm=confirm)
    try:
        _publish(line, task, message, timeout=timeout)
    except NoBroker:
        lines.drop(address, confirm=confirm)
        raise


def _publish(line: Connection, task: str, message: dict[str, Any], *, timeout: float) -> None:
    failures: tuple[type[BaseException], ...] = (
        BrokerError,
        OSError,
        *line.connection_errors,
        *line.channel_errors,
    )
    try:
        line.ensure_connection(max_retries=0)
        if line.transport.driver_type == "amqp":
            # The client's own time limits end with the handshake; what follows would wait for ever.
            line.connection.transport.sock.settimeout(timeout)
        producer = Producer(line.default_channel, auto_declare=False)
        current_app.send_task(
            task,
            kwargs=message,
            producer=producer,
            retry=False,
            ignore_result=True,
            confirm_timeout=timeout,
        )
    except failures as error:
        raise NoBroker(f"{type(error).__name__}: {error}") from error


def _new_line(*, timeout: float, confirm: bool) -> Connection:
    """A connection with its own time limits. Opens nothing yet."""
    connection: Connection = current_app.connection_for_write()
    options: dict[str, Any] = {"max_retries": 0}  # by default it would try to connect for ever
    if connection.transport.driver_type == "amqp":
        options["confirm_publish"] = confirm
    elif connection.transport.driver_type == "redis":
        options |= {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    return connection.clone(
        connect_timeout=timeout,
        heartbeat=0,  # nobody would send them between two rings
        transport_options={**(connection.transport_options or {}), **options},
    )
