"""A database that takes long: connections bounded as a web process has them, and held tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from foundation.postgresql import bounds

BOUND = 0.4  # seconds


@contextmanager
def bounded_connection(settings: Any, monkeypatch: Any) -> Iterator[None]:
    """Let this process serve requests, over a connection that was opened for them."""
    settings.STATEMENT_TIMEOUT = BOUND
    monkeypatch.setattr(bounds._process, "serves", True)
    connection.close()
    yield
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
