"""Tallying with SQLite: a trigger for each row. One writes at a time, so nothing is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from learnings.tallying.kinds import KINDS, PUBLISHED, TALLIES, Kind


def is_complete(cursor: Any) -> bool:
    """Whether all triggers are there, in their present form."""
    expected = dict(_triggers())
    marks = ", ".join("%s" for _name in expected)
    cursor.execute(
        f"SELECT name, sql FROM sqlite_master WHERE name IN ({marks})",  # noqa: S608
        list(expected),
    )
    return dict(cursor.fetchall()) == expected


def make(cursor: Any) -> None:
    """Make all triggers."""
    drop(cursor)
    for _name, sql in _triggers():
        cursor.execute(sql)


def drop(cursor: Any) -> None:
    """Drop all triggers."""
    for name, _sql in _triggers():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def hold(_cursor: Any) -> None:
    """Let one transaction at a time correct tallies: each is alone anyway."""


def fold(cursor: Any) -> int:
    """Make one tally of all that a topic has of a kind; returns how many rows went."""
    crowded = (
        f"(topic_id, kind) IN (SELECT topic_id, kind FROM {TALLIES}"  # noqa: S608
        " GROUP BY topic_id, kind HAVING count(*) > 1)"
    )
    cursor.execute(f"SELECT max(id), count(*) FROM {TALLIES} WHERE {crowded}")  # noqa: S608
    last, count = cursor.fetchone()
    if count:
        cursor.execute(
            f"INSERT INTO {TALLIES} (topic_id, kind, change)"  # noqa: S608
            f" SELECT topic_id, kind, sum(change) FROM {TALLIES} WHERE {crowded}"
            " GROUP BY topic_id, kind"
        )
        # Each of them has one more now, which is newer.
        cursor.execute(f"DELETE FROM {TALLIES} WHERE {crowded} AND id <= %s", [last])  # noqa: S608
        cursor.execute(f"DELETE FROM {TALLIES} WHERE change = 0")  # noqa: S608
    return int(count)


def _triggers() -> Iterator[tuple[str, str]]:
    """Name and SQL of each, as `sqlite_master` keeps them."""
    for kind in KINDS:
        for table, verb, event, body in (*_of_links(kind), *_of_entries(kind)):
            name = f"{table}_{verb}"
            yield name, f"CREATE TRIGGER {name} AFTER {event} BEGIN{body} END"


def _of_links(kind: Kind) -> Iterator[tuple[str, str, str, str]]:
    def tally(row: str, sign: int) -> str:
        return (
            f" INSERT INTO {TALLIES} (topic_id, kind, change)"  # noqa: S608
            f" SELECT {row}.topic_id, '{kind.name}', {sign} FROM {kind.entries}"
            f" WHERE id = {row}.{kind.entry_id} AND status = {PUBLISHED};"
        )

    for verb, event, body in (
        ("added", "INSERT", tally("NEW", 1)),
        ("removed", "DELETE", tally("OLD", -1)),
        ("moved", "UPDATE", tally("OLD", -1) + tally("NEW", 1)),
    ):
        yield kind.links, verb, f"{event} ON {kind.links}", body


def _of_entries(kind: Kind) -> Iterator[tuple[str, str, str, str]]:
    def tally(row: str, sign: int) -> str:
        return (
            f" INSERT INTO {TALLIES} (topic_id, kind, change)"  # noqa: S608
            f" SELECT topic_id, '{kind.name}', {sign} FROM {kind.links}"
            f" WHERE {kind.entry_id} = {row}.id AND {row}.status = {PUBLISHED};"
        )

    was, is_now = f"OLD.status = {PUBLISHED}", f"NEW.status = {PUBLISHED}"
    changed = f"({was}) <> ({is_now}) OR OLD.id <> NEW.id"
    for verb, event, condition, body in (
        ("made", "INSERT", is_now, tally("NEW", 1)),
        ("gone", "DELETE", was, tally("OLD", -1)),
        ("changed", "UPDATE OF status, id", changed, tally("OLD", -1) + tally("NEW", 1)),
    ):
        yield kind.entries, verb, f"{event} ON {kind.entries} WHEN {condition}", body
