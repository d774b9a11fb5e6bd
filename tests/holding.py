"""A database that takes long: connections bounded as a web process has them, and held tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from foundation.postgresql import bounds

BOUND = 1.0  # seconds; a busy machine needs most of that for what is quick


@contextmanager
def bounded_connection(settings: Any) -> Iterator[None]:
    """Let this process serve requests, over a connection that was opened for them."""
    usual = settings.STATEMENT_TIMEOUT, bounds._process.serves
    settings.STATEMENT_TIMEOUT, bounds._process.serves = BOUND, True
    connection.close()
    try:
        yield
    finally:
        # Before the tables are emptied, which may take longer.
        settings.STATEMENT_TIMEOUT, bounds._process.serves = usual
        connection.close()


@contextmanager
def held(table: str) -> Iterator[None]:
    """Let whoever reads the table wait, and nobody else."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        other.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        other.rollback()
        other.close()


def session() -> int:
    """Which of the server's sessions this connection is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found: int = cursor.fetchone()[0]
    return found
