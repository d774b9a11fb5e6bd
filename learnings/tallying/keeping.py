"""Keeping tallies: few rows, the right sums, and the triggers that write them."""

from __future__ import annotations

import logging
import time
from types import ModuleType
from typing import Any, Final

from django.db import OperationalError, connections, transaction

from learnings.models import Topic, TopicTally
from learnings.tallying import postgresql, sqlite
from learnings.tallying.kinds import KINDS, PUBLISHED, TALLIES

logger = logging.getLogger(__name__)

TRIES: Final = 10  # to lock the tables of a hub that is written to
PAUSE: Final = 1.0  # seconds between them, in which writers who waited get their turn

_COUNTED: Final = " UNION ALL ".join(
    f"SELECT topic_id, '{kind.name}' AS kind, count(*) AS change"  # noqa: S608 - names of ours
    f" FROM {kind.links} link JOIN {kind.entries} entry ON entry.id = link.{kind.entry_id}"
    f" WHERE entry.status = {PUBLISHED} GROUP BY topic_id"
    for kind in KINDS
)
# What there is, less what is noted. As one statement it sees both as they were at one moment.
_MISSING: Final = (
    f"SELECT topic_id, kind, sum(change) FROM ({_COUNTED} UNION ALL"  # noqa: S608 - names of ours
    f" SELECT topic_id, kind, -change FROM {TALLIES}) AS both_of_them"
    " GROUP BY topic_id, kind HAVING sum(change) <> 0"
)

Missing = dict[tuple[int, str], int]  # what tallies lack, by topic and kind


def fold(*, using: str = "default") -> int:
    """Make one tally of all that a topic has of a kind; returns how many rows went into others.

    Sums stay as they are, at each moment and whoever else reads, writes or folds.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        return int(_room(using).fold(cursor))


def mend(*, using: str = "default") -> Missing:
    """Compare tallies with a true count and add what they lack; returns what that was.

    Nothing, as long as the triggers stand: so what is found is logged as a warning. Reads every
    link of the hub once; on PostgreSQL nobody waits for it.
    """
    missing = _add_missing(using)
    topics = Topic.objects.using(using).in_bulk({topic for topic, _kind in missing})
    # What is noted of a topic that is gone is asked by nobody: a flush leaves such rows.
    found = {pair: change for pair, change in missing.items() if pair[0] in topics}
    if found:
        told = {f"{topics[pk].slug} ({kind}s)": change for (pk, kind), change in found.items()}
        logger.warning("Published entries were miscounted, and are counted right now: %s", told)
    return found


def complete(*, using: str) -> bool:
    """Make triggers that are missing or of an older form, and count what they missed.

    Returns whether there was anything to make. Cheap when there was not, but for SQLite's true
    count: an embedded hub is small, and emptying its tables row by row leaves tallies.
    """
    connection, room = connections[using], _room(using)
    with connection.cursor() as cursor:
        tables = {TALLIES, *(table for kind in KINDS for table in (kind.entries, kind.links))}
        if not tables <= set(connection.introspection.table_names(cursor)):
            return False  # not yet, or not any more
        is_complete: bool = room.is_complete(cursor)
    if not is_complete:
        return _complete_now(using)
    if connection.vendor == "sqlite":
        mend(using=using)
    return False


def _complete_now(using: str) -> bool:
    """Make the triggers, also while others write; returns whether nobody else had meanwhile.

    Raises:
        OperationalError: writers held the tables at each of several tries.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic(using=using), connections[using].cursor() as cursor:
                _room(using).hold(cursor)
                if _room(using).is_complete(cursor):
                    return False
                _room(using).make(cursor)
                _add_missing(using)
        except OperationalError as error:
            if not tries_left:
                raise
            logger.info("Triggers are made in a moment, others are writing: %s", error)
            time.sleep(PAUSE)
        else:
            break
    return True


def drop(*, using: str) -> None:
    """Drop the triggers."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        _room(using).drop(cursor)


def _room(using: str) -> ModuleType:
    return sqlite if connections[using].vendor == "sqlite" else postgresql


def _add_missing(using: str) -> Missing:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        _room(using).hold(cursor)
        cursor.execute(_MISSING)
        missing: list[tuple[Any, Any, Any]] = cursor.fetchall()
        TopicTally.objects.using(using).bulk_create(
            TopicTally(topic_id=topic, kind=kind, change=change) for topic, kind, change in missing
        )
    return {(topic, kind): int(change) for topic, kind, change in missing}
