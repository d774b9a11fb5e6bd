"""How PostgreSQL really answered: plans of the statements that requests sent, as they were run.

`auto_explain` reports them, so prepared statements and other drivers' cursors are seen, too, and
each as it was planned for its parameters. It needs a superuser and PostgreSQL's contrib modules.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

_SETTINGS: Final = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
    "client_min_messages": "notice",
    # Compiling may begin at any moment and says nothing about the plan's shape.
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A step of a plan, with those below it."""

    kind: str  # as EXPLAIN names it
    table: str
    index: str
    rows: int  # given on, over all loops
    dropped: int  # read, and then not given on
    below: tuple[Node, ...] = field(default=())

    @property
    def read(self) -> int:
        """How many rows passed through here."""
        return self.rows + self.dropped

    def walk(self) -> Iterator[Node]:
        """This step and all below."""
        yield self
        for node in self.below:
            yield from node.walk()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """The shape: kinds, tables and indexes, without any number."""
        through = f" by {self.index}" if self.index else ""
        table = f" {self.table}" if self.table else ""
        yield f"{'  ' * depth}{self.kind}{table}{through}"
        for node in self.below:
            yield from node.lines(depth + 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one statement was answered."""

    statement: str
    top: Node
    pages: int  # of 8 kB that were looked at, in memory or not
    milliseconds: float


@contextmanager
def plans() -> Iterator[list[Plan]]:
    """The plans of what Django's connection is asked meanwhile, one for each statement."""
    from django.db import connection

    found: list[Plan] = []

    def note(diagnostic: Any) -> None:
        message = diagnostic.message_primary or ""
        if message.startswith("duration: "):
            found.append(_read(message))

    connection.ensure_connection()
    driver: Any = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'")
        for name, value in _SETTINGS.items():
            if name != "auto_explain.log_min_duration":
                cursor.execute(f"SET {name} = '{value}'")
        cursor.execute("SET auto_explain.log_min_duration = 0")
    driver.add_notice_handler(note)
    try:
        yield found
    finally:
        driver.remove_notice_handler(note)
        with connection.cursor() as cursor:
            cursor.execute("SET auto_explain.log_min_duration = -1")


def _read(message: str) -> Plan:
    """What `auto_explain` says: how long it took, and after that an object."""
    words, _, text = message.partition("plan:\n")
    told: dict[str, Any] = json.loads(text)
    top = told["Plan"]
    return Plan(
        statement=told["Query Text"],
        top=_node(top),
        pages=top.get("Shared Hit Blocks", 0) + top.get("Shared Read Blocks", 0),
        milliseconds=float(words.split()[1]),
    )


_DROPS: Final = ("Filter", "Index Recheck", "Join Filter")


def _node(told: dict[str, Any]) -> Node:
    loops = told.get("Actual Loops", 1)
    kind = told["Node Type"]
    if told.get("Scan Direction") == "Backward":
        kind += " backward"
    if told.get("Join Type", "Inner") != "Inner":
        kind += f" {told['Join Type'].lower()}"
    return Node(
        kind=kind,
        table=told.get("Relation Name", told.get("CTE Name", "")),
        index=told.get("Index Name", ""),
        rows=told.get("Actual Rows", 0) * loops,
        dropped=sum(told.get(f"Rows Removed by {why}", 0) for why in _DROPS) * loops,
        below=tuple(_node(node) for node in told.get("Plans", [])),
    )
