"""Doing things at the same moment: for the rules that only a race can break. And one by one."""

from __future__ import annotations

import contextlib
import fcntl
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connections

PATIENCE = 20  # seconds until a race counts as stuck


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run `acts` in threads that start at one moment; returns what each returned or raised."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            connections["default"].ensure_connection()  # connecting takes longer than racing
            start.wait(PATIENCE)
            results[number] = act()
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread is stuck"
    return results


_held: list[bool] = []  # the turns of this process, one within the other


@contextlib.contextmanager
def turn_at_the_queue() -> Iterator[None]:
    """Have the broker's queue alone among all processes that test on this machine.

    May be taken again inside: by the tests of a module that holds it from its first to its last.
    """
    with (Path(tempfile.gettempdir()) / "nexus-services-tests.lock").open("a") as lock:
        if not _held:
            fcntl.flock(lock, fcntl.LOCK_EX)
        _held.append(True)
        try:
            yield
        finally:
            _held.pop()
