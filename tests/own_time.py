"""A clock that stands still while a busy machine gives this thread no turn.

What is waited for counts: a timeout, a lock, a sleep. What Linux keeps a thread that could go on
waiting for a processor does not; elsewhere the clock is an ordinary one.
"""

from __future__ import annotations

import time
from pathlib import Path

_SCHEDULED = Path("/proc/thread-self/schedstat")


def own_time() -> float:
    """Seconds since some moment, for differences within one thread."""
    return time.monotonic() - _kept_waiting()


def _kept_waiting() -> float:
    """Seconds that this thread stood in a processor's queue."""
    try:
        _running, waiting, _turns = _SCHEDULED.read_text().split()
    except (OSError, ValueError):
        return 0.0
    return int(waiting) / 1e9
