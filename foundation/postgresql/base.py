"""A kept connection is looked at before each request, without a round trip."""

from __future__ import annotations

import contextlib
import selectors
import threading
import time
from typing import Any, Final

from django.db.backends.postgresql import base

from foundation.postgresql import bounds

TRUSTED_FOR: Final = 30.0  # seconds after the server was last asked


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that notices by its socket that the server has hung up.

    A server that stops, restarts or ends a session says so on the line, and what waits there to be
    read is reason enough to ask. What only falls silent (a machine without power, a firewall that
    forgot) is found by asking, too, but not at each request.
    """

    _asked_at: float | None = None

    @property
    def _connection_pools(self) -> dict[str, Any]:
        """The pools by alias: bounded connections and others have one each."""
        return _pools[bounds.are_set()]

    def get_connection_params(self) -> dict[str, Any]:
        """What to connect with; for requests also how long they may hold the database."""
        params: dict[str, Any] = super().get_connection_params()
        if bounds.are_set():
            # What the database's address says goes last, and so first.
            params["options"] = f"{bounds.options()} {params.get('options', '')}".strip()
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and see to it that the connection ends with the thread that asked for it.

        Web servers end threads that have nothing to do. Django's objects refer to each other in
        circles, so their connections would stay open until Python looks for circles next.
        """
        made = super().get_new_connection(conn_params)
        if not self.settings_dict["OPTIONS"].get("pool"):  # a pool closes its own
            _thread.ends[id(self)] = _Ends(made)
        return made

    def is_usable(self) -> bool:
        """Whether the connection works, as far as can be told; after an error, by asking."""
        now = time.monotonic()
        is_trusted = self._asked_at is not None and now - self._asked_at < TRUSTED_FOR
        if is_trusted and not self.errors_occurred and _is_quiet(self.connection):
            return True
        usable: bool = super().is_usable()
        self._asked_at = now if usable else None
        return usable


_pools: Final[dict[bool, dict[str, Any]]] = {True: {}, False: {}}


class _Ends:
    """Closes a connection when its thread ends, and with it what only the thread refers to."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __del__(self) -> None:
        # One that was replaced goes here early: it is closed already.
        with contextlib.suppress(Exception):
            self._connection.close()


class _Thread(threading.local):
    def __init__(self) -> None:
        self.ends: dict[int, _Ends] = {}  # by the identity of who asked


_thread: Final = _Thread()


def _is_quiet(connection: Any) -> bool:
    """Whether nothing waits to be read: between two requests an answer to nothing is bad news."""
    if connection is None or connection.closed:
        return False
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return not selector.select(timeout=0)
