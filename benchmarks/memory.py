"""What a server's worker processes weigh, as Linux counts it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Weight:
    """Memory of one process, in MB: all it can see, and its share of what several see."""

    rss: float
    pss: float


def workers(master: int) -> list[Weight]:
    """The weights of a server's workers: its children, or itself if it has none.

    Empty where the system does not tell.
    """
    children = [pid for pid in _children(master) if "resource_tracker" not in _command(pid)]
    found = []
    for pid in children or [master]:
        with suppress(OSError):
            found.append(_weight((PROC / str(pid) / "smaps_rollup").read_text()))
    return found


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in (PROC / f"{pid}/task/{pid}/children").read_text().split()]
    return []


def _command(pid: int) -> str:
    with suppress(OSError):
        return (PROC / str(pid) / "cmdline").read_text()
    return ""


def _weight(rollup: str) -> Weight:
    kilobytes = {}
    for line in rollup.splitlines()[1:]:
        name, _, rest = line.partition(":")
        kilobytes[name] = int(rest.split()[0])
    return Weight(rss=kilobytes["Rss"] / 1024, pss=kilobytes["Pss"] / 1024)
