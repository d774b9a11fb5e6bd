"""Tallying with PostgreSQL: a trigger for each statement on links, one for each row of entries.

Entries and their links can be changed by two transactions at once: one publishes, the other adds a
topic, and neither sees what the other did. So whoever changes links holds the entries, in the order
of their ids, and judges each by the status that it has then. Tallies themselves are never held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from learnings.tallying.kinds import KINDS, PUBLISHED, TALLIES, Kind

_LOCK: Final = f"hashtext('{TALLIES}')"


@dataclass(frozen=True, slots=True)
class _Trigger:
    name: str
    table: str
    event: str  # all between AFTER and EXECUTE
    function: str
    body: str  # of the function
    argument: str = ""

    @property
    def statements(self) -> tuple[str, str]:
        """What makes it: its function, which others may share, and itself."""
        running = (
            f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path FROM CURRENT AS $body$ BEGIN {self.body} RETURN NULL; END $body$"
        )
        on = f"CREATE OR REPLACE TRIGGER {self.name} AFTER {self.event}"
        return running, f"{on} EXECUTE FUNCTION {self.function}({self.argument})"

    @property
    def digest(self) -> str:
        """Kept as its comment, and gone with it. PostgreSQL rewrites the words of a trigger."""
        return hashlib.sha256("\n".join(self.statements).encode()).hexdigest()[:16]


def is_complete(cursor: Any) -> bool:
    """Whether all triggers are there, in their present form and switched on."""
    expected = {trigger.name: trigger.digest for trigger in _triggers()}
    cursor.execute(
        "SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger"
        " WHERE tgname = ANY(%s) AND tgenabled <> 'D'"
        " AND tgrelid IN (SELECT oid FROM pg_class WHERE pg_table_is_visible(oid))",
        [list(expected)],
    )
    return dict(cursor.fetchall()) == expected


def make(cursor: Any) -> None:
    """Make all triggers. Until the transaction ends nobody writes to entries and links.

    Raises:
        OperationalError: somebody held one of the tables for too long. Whoever writes meanwhile
            waits behind us, so we give up early.
    """
    cursor.execute("SET LOCAL lock_timeout = '2s'")
    for trigger in _triggers():
        for statement in trigger.statements:
            cursor.execute(statement)
        named = f"{trigger.name} ON {trigger.table}"
        cursor.execute(f"COMMENT ON TRIGGER {named} IS '{trigger.digest}'")
        cursor.execute(f"ALTER TABLE {trigger.table} ENABLE TRIGGER {trigger.name}")


def drop(cursor: Any) -> None:
    """Drop all triggers, with what they run."""
    for function in {trigger.function: None for trigger in _triggers()}:
        cursor.execute(f"DROP FUNCTION IF EXISTS {function}() CASCADE")


def hold(cursor: Any) -> None:
    """Let one transaction at a time make triggers or correct tallies: two would do it twice."""
    cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")


def fold(cursor: Any) -> int:
    """Make one tally of all that a topic has of a kind; returns how many rows went.

    One statement: who reads sees either the many or the one. Of two folders each takes what the
    other does not hold; what others write meanwhile stays as it is.
    """
    cursor.execute(f"""
        WITH crowded AS (
            SELECT topic_id, kind FROM {TALLIES} GROUP BY topic_id, kind HAVING count(*) > 1
        ), held AS (
            SELECT tally.id FROM {TALLIES} tally JOIN crowded USING (topic_id, kind)
            FOR UPDATE OF tally SKIP LOCKED
        ), folded AS (
            DELETE FROM {TALLIES} tally USING held WHERE tally.id = held.id
            RETURNING tally.topic_id, tally.kind, tally.change
        ), kept AS (
            INSERT INTO {TALLIES} (topic_id, kind, change)
            SELECT topic_id, kind, sum(change) FROM folded
            GROUP BY topic_id, kind HAVING sum(change) <> 0
        )
        SELECT count(*) FROM folded
    """)  # noqa: S608 - names of ours
    (count,) = cursor.fetchone()
    return int(count)


def _triggers() -> Iterator[_Trigger]:
    for kind in KINDS:
        # Making them locks the tables: first what most writers lock first.
        yield from _of_entries(kind)
        yield from _of_links(kind)


def _of_links(kind: Kind) -> Iterator[_Trigger]:
    # LATERAL keeps the plan one look-up for each link: plans are kept for the session, and one that
    # was made for a million links would read the whole table for a single one. The status is not
    # in a WHERE, which would be looked at before the row is held.
    published = f"count(*) FILTER (WHERE entry.status = {PUBLISHED})"
    body = f"""
        INSERT INTO {TALLIES} (topic_id, kind, change)
        SELECT link.topic_id, '{kind.name}', TG_ARGV[0]::integer * {published}
        FROM (SELECT {kind.entry_id}, topic_id FROM changed ORDER BY {kind.entry_id}) AS link,
            LATERAL (SELECT status FROM {kind.entries} WHERE id = link.{kind.entry_id}
                FOR NO KEY UPDATE) AS entry
        GROUP BY link.topic_id HAVING {published} > 0;
    """  # noqa: S608 - names of ours
    for verb, event, seen, sign in (
        ("added", "INSERT", "NEW", 1),
        ("removed", "DELETE", "OLD", -1),
        ("left", "UPDATE", "OLD", -1),
        ("joined", "UPDATE", "NEW", 1),
    ):
        yield _Trigger(
            name=f"{kind.links}_{verb}",
            table=kind.links,
            event=f"{event} ON {kind.links} REFERENCING {seen} TABLE AS changed FOR EACH STATEMENT",
            function=f"{kind.links}_tallied",
            body=body,
            argument=f"'{sign}'",
        )


def _of_entries(kind: Kind) -> Iterator[_Trigger]:
    def tally(row: str, sign: int) -> str:
        return (
            f"IF TG_OP <> '{'DELETE' if row == 'NEW' else 'INSERT'}' THEN"  # noqa: S608
            f" INSERT INTO {TALLIES} (topic_id, kind, change)"
            f" SELECT topic_id, '{kind.name}', {sign} FROM {kind.links}"
            f" WHERE {kind.entry_id} = {row}.id AND {row}.status = {PUBLISHED}; END IF;"
        )

    was, is_now = f"OLD.status = {PUBLISHED}", f"NEW.status = {PUBLISHED}"
    # Links come after their entry and go before it, but nothing makes them.
    for verb, event, condition in (
        ("made", "INSERT", is_now),
        ("gone", "DELETE", was),
        # Votes are updates, too: they name neither column.
        ("changed", "UPDATE OF status, id", f"({was}) <> ({is_now}) OR OLD.id <> NEW.id"),
    ):
        yield _Trigger(
            name=f"{kind.entries}_{verb}",
            table=kind.entries,
            event=f"{event} ON {kind.entries} FOR EACH ROW WHEN ({condition})",
            function=f"{kind.entries}_tallied",
            body=tally("OLD", -1) + tally("NEW", 1),
        )
