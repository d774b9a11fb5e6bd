"""What grows with the table: `benchmarks.scale`'s costs as a table and as figures for goals.

It prints `{"sizes": [10000, …], "questions": [{"name": …, "goal": "list" | "detail" | "search",
"costs": [{"milliseconds": …, "pages": …}, …]}, …]}`, a cost for each size. What grows is judged by
pages looked at, which are the same in every run. Time stands beside: other work on the machine
moves it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

from benchmarks.plots import short
from benchmarks.servers import ROOT

FIRST, MIDDLE, LAST = 10_000, 100_000, 1_000_000
Told = dict[str, Any]
AGAINST: Final = {"list": FIRST, "detail": FIRST, "search": MIDDLE}


class NotTold(Exception):
    """`benchmarks.scale` failed, or printed something else."""


def measure(postgres: str, sizes: Sequence[int]) -> dict[str, Any]:
    """The section `scale`, measured by a process of its own.

    Raises:
        NotTold: that process failed.
    """
    command = [sys.executable, "-m", "benchmarks.scale", "--json", "--rows", *map(str, sizes)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": postgres}
    ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False)
    if ended.returncode:
        raise NotTold(f"benchmarks.scale ended with {ended.returncode}")
    try:
        return section(json.loads(ended.stdout))
    except (ValueError, KeyError, TypeError) as error:
        raise NotTold(f"benchmarks.scale printed something else: {error}") from error


def section(told: Told) -> dict[str, Any]:
    """A table of all questions, and the worst ratio of each kind that has a goal."""
    questions = told["questions"]
    heads = [
        "in the database, ms (pages of 8 kB)",
        *(f"{short(n)} rows" for n in told["sizes"]),
        "× pages (× time)",
    ]
    rows = [
        [
            asked["name"],
            *(f"{c['milliseconds']:.2f} ({c['pages']:,})" for c in asked["costs"]),
            _ratios(told, asked),
        ]
        for asked in questions
    ]
    lists = [asked for asked in questions if asked["goal"] == "list"]
    deep = [asked for asked in lists if "deep" in asked["name"]]
    return {
        "heads": heads,
        "rows": rows,
        "search": {
            word: _worst(told, _about(questions, word)) for word in ("common", "rare", "absent")
        },
        "lists": {
            "first": _worst(told, [asked for asked in lists if asked not in deep]),
            "deep": _worst(told, deep),
        },
    }


def _about(questions: Iterable[Told], word: str) -> list[Told]:
    named = re.compile(rf"\b{word} word\b")
    return [each for each in questions if each["goal"] == "search" and named.search(each["name"])]


def _worst(told: Told, questions: Iterable[Told]) -> float | None:
    """The largest ratio of a million rows to the size of the goal; None if either is missing."""
    return max((found for each in questions if (found := _ratio(told, each))), default=None)


def _ratio(told: Told, asked: Told) -> float | None:
    """How many times as many pages a million rows take as the size of the goal does."""
    pair = _compared(told, asked)
    return None if pair is None else round(pair[0]["pages"] / max(pair[1]["pages"], 1), 3)


def _ratios(told: Told, asked: Told) -> str:
    """The ratios of pages and of time, for reading."""
    pages, pair = _ratio(told, asked), _compared(told, asked)
    if pages is None or pair is None:
        return "–"
    time = pair[0]["milliseconds"] / max(pair[1]["milliseconds"], 0.01)
    return f"{pages:.2f} ({time:.2f})"


def _compared(told: Told, asked: Told) -> tuple[Told, Told] | None:
    """The costs at a million rows and at the size of the goal; None if either is missing."""
    sizes, goal = told["sizes"], AGAINST[asked["goal"]]
    if LAST not in sizes or goal not in sizes:
        return None
    return asked["costs"][sizes.index(LAST)], asked["costs"][sizes.index(goal)]
