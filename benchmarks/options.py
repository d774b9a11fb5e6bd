"""What a run of the benchmarks can be told."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from benchmarks.machine import MILLION
from benchmarks.measuring import Pace
from benchmarks.results import LATEST
from benchmarks.stage import Places
from benchmarks.works import WORKS

POSTGRES: Final = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS: Final = "redis://127.0.0.1:6379/15"
USUAL: Final = (*WORKS, "connections", "rows", "scale", "start")
PARTS: Final = (*USUAL, "serving", "profiles", "importing", "reading")
QUICK: Final = tuple(WORKS)


@dataclass(frozen=True, slots=True)
class Options:
    """A run, as it was asked for."""

    places: Places
    rows: int
    sizes: tuple[int, ...]  # numbers of rows to compare with `rows`
    pace: Pace
    parts: tuple[str, ...]
    file: Path
    measures: bool
    writes_docs: bool


def read(arguments: list[str]) -> Options:
    """Read the command line; ends the process with a usage message where it makes no sense."""
    given = _parser().parse_args(arguments)
    known = QUICK if given.quick else PARTS if given.full else USUAL
    parts = tuple(given.only.split(",")) if given.only else known
    if unknown := sorted(set(parts) - set(PARTS)):
        _parser().error(f"--only knows no {', '.join(unknown)}; it knows {', '.join(PARTS)}")
    rows = given.rows or (10_000 if given.quick else 100_000)
    sizes = {10_000, rows} | ({100_000, MILLION} if given.full else set())
    pace = Pace(1, 1) if given.quick else Pace(given.rounds, given.seconds)
    return Options(
        places=Places(given.postgres, given.redis),
        rows=rows,
        sizes=tuple(sorted(sizes)),
        pace=pace,
        parts=parts,
        file=given.file,
        measures=not given.no_measuring,
        writes_docs=given.write_docs,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Compare Nexus with an empty view and with its peers."
    )
    add = parser.add_argument
    add("--rows", type=int, help="challenges in the table (100000)")
    add("--rounds", type=int, default=5, help="visits to each contender (5)")
    add("--seconds", type=float, default=2, help="of load in each visit (2)")
    add("--only", metavar="PART,PART", help=f"of {', '.join(PARTS)}")
    add("--quick", action="store_true", help="a minute, to see that it works: figures are noise")
    add("--full", action="store_true", help="a million rows, and all other parts, too")
    add("--postgres", default=os.environ.get("DATABASE_URL") or POSTGRES, metavar="URL")
    add("--redis", default=_own_redis(), metavar="URL", help="an empty database of a Redis")
    add("--file", type=Path, default=LATEST, help="where results are kept, by part")
    add("--no-measuring", action="store_true", help="only show what the file holds")
    add("--write-docs", action="store_true", help="put tables and charts into docs/")
    return parser


def _own_redis() -> str:
    """The given Redis, but a database of its own."""
    given = os.environ.get("REDIS_URL")
    if not given:
        return REDIS
    parts = urlsplit(given)
    return urlunsplit((parts.scheme, parts.netloc, "/15", parts.query, ""))
