"""How long requests may hold the database: by options of the connections that serve them.

A statement that takes longer is cancelled by the server, and nothing else: the connection stays.
Its session begins with the bounds, so that they cost no round trip and are never another's.
Workers, migrations and commands wait for as long as they need.
"""

from __future__ import annotations

import threading
from typing import Final

from django.conf import settings
from django.db import connection

# Seconds. A process that stops in a transaction, frozen or busy, keeps locks no longer than this.
IDLE_IN_TRANSACTION: Final = 60
_CANCELLED: Final = "57014"  # PostgreSQL's codes
_LEFT_IDLE: Final = "25P03"


class _Process:
    """What this process and its threads are for."""

    serves = False

    def __init__(self) -> None:
        self.threads = threading.local()


_process: Final = _Process()


def serve() -> None:
    """From now on connections of this process are for requests, whichever thread opens them."""
    _process.serves = True


def work() -> None:
    """This thread works for nobody who waits: its connections are not bounded."""
    _process.threads.works = True


def are_set() -> bool:
    """Whether a connection that this thread opens is bounded."""
    is_asked_for = _process.serves and settings.STATEMENT_TIMEOUT > 0
    return is_asked_for and not getattr(_process.threads, "works", False)


def options() -> str:
    """The bounds as libpq takes them, in milliseconds."""
    statement = round(settings.STATEMENT_TIMEOUT * 1000)
    idle = IDLE_IN_TRANSACTION * 1000
    return f"-c statement_timeout={statement} -c idle_in_transaction_session_timeout={idle}"


def lift() -> None:
    """Let the rest of this transaction take as long as it needs, though a request waits for it.

    For what is done whole or not at all, and grows with what it is done to.
    """
    if connection.vendor == "postgresql" and are_set():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")


def is_reached(error: BaseException) -> bool:
    """Whether the server cancelled a statement, as it does with one that takes too long."""
    return getattr(error.__cause__, "sqlstate", None) == _CANCELLED


def was_left_idle(error: BaseException) -> bool:
    """Whether the server ended a session because nothing happened in its transaction."""
    return getattr(error.__cause__, "sqlstate", None) == _LEFT_IDLE
