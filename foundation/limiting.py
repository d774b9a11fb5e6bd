"""Counting attempts: how many requests a limit still lets through.

A window begins with the first attempt of whom a limit counts and is not aligned to the clock, so
nobody can wait for the full minute and get two quotas at once. An attempt is counted against all
of its limits in one atomic step, or, if one of them is exhausted, against none: what was refused
must not use up a wider quota, else one stranger could lock a person out everywhere.

Redis counts where it is configured, else this process does. While Redis is away ordinary limits
stand open, as they save only work; limits that guard secrets are then kept in the database, where
they are, too, when there is no Redis. Why and how many: docs/limits.md.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from redis.exceptions import RedisError

from foundation import caching, redis_commands
from foundation.models import AttemptCount
from foundation.redis_commands import Script

logger = logging.getLogger(__name__)

MOST_IN_MEMORY: Final = 50_000  # counts of one process; about 10 MB

_UNREACHABLE = (RedisError, OSError)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts (`quota`) in so many seconds (`window`).

    One that guards secrets never opens. One that is not `told` counts what strangers do, too:
    clients hear of it only when it refuses them.
    """

    name: str
    quota: int
    window: int
    guards_secrets: bool = False
    told: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request as one limit sees it; `whom` it counts is any text."""

    limit: Limit
    whom: str

    @property
    def key(self) -> str:
        """A name for the count. Digested: `whom` may have any length and tell who somebody is."""
        digest = hashlib.sha256(self.whom.encode(errors="replace")).hexdigest()
        # With the window, so that a count begun under another rate does not outlive the change.
        return f"limit:{self.limit.name}:{self.limit.window}:{digest}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an attempt stands: what remains after it, and whether this limit refuses it."""

    limit: Limit
    remaining: int
    resets_in: int  # whole seconds, at least one
    exceeded: bool


@dataclass(frozen=True, slots=True)
class _Count:
    """What a counter found: attempts before this one, and when they will be forgotten."""

    before: int
    left: float  # seconds


def count(attempts: Sequence[Attempt], *, at: datetime) -> list[Standing]:
    """Count one request against each limit, all or none; a standing for each, in their order.

    No SQL for ordinary limits. Redis measures windows by its own clock, the others by `at`.

    Raises:
        OperationalError: a limit that guards secrets must be kept, and nothing can keep it.
    """
    guarding = [attempt for attempt in attempts if attempt.limit.guards_secrets]
    ordinary = [attempt for attempt in attempts if not attempt.limit.guards_secrets]
    is_shared = redis_commands.is_configured()
    if is_shared and (counted := _counted_by_redis(attempts)) is not None:
        return counted
    # What this process refuses is not counted there either. In between others may come: then the
    # one attempt too many is refused below, and counted only there.
    is_refused = not is_shared and any(
        known.before >= attempt.limit.quota
        for attempt, known in zip(ordinary, memory.count(ordinary, at, only_look=True), strict=True)
    )
    counts = _count_in_database(guarding, at, only_look=is_refused)
    found = _standings(guarding, counts, was_refused=is_refused)
    if is_shared:
        counts = [_Count(-1, attempt.limit.window) for attempt in ordinary]  # open: none is used
        found |= _standings(ordinary, counts)
    else:
        is_refused |= any(standing.exceeded for standing in found.values())
        counts = memory.count(ordinary, at, only_look=is_refused)
        found |= _standings(ordinary, counts, was_refused=is_refused)
    return [found[attempt] for attempt in attempts]


def forget(*, at: datetime) -> int:
    """Delete counts whose window has ended; returns how many."""
    return AttemptCount.objects.filter(resets_at__lt=at).delete()[0]


def _standings(
    attempts: Sequence[Attempt], counts: Sequence[_Count], *, was_refused: bool = False
) -> dict[Attempt, Standing]:
    pairs = list(zip(attempts, counts, strict=True))
    was_refused |= any(found.before >= attempt.limit.quota for attempt, found in pairs)
    return {
        attempt: _standing(attempt.limit, found, was_refused=was_refused)
        for attempt, found in pairs
    }


def _standing(limit: Limit, found: _Count, *, was_refused: bool) -> Standing:
    return Standing(
        limit,
        remaining=max(0, limit.quota - found.before - (not was_refused)),
        resets_in=max(1, math.ceil(found.left)),
        exceeded=found.before >= limit.quota,
    )


# --- Redis ------------------------------------------------------------------------------------

# For each key: attempts before this one and milliseconds left; and whether one limit refuses, which
# then counts against none. One script is one step: no other client can come in between the look and
# the count. A function, for other scripts that decide first whether there is something to count.
LUA_COUNT: Final = """
local function count(keys, rates)
  local found, refused = {}, false
  for i, key in ipairs(keys) do
    local quota, window = tonumber(rates[2 * i - 1]), tonumber(rates[2 * i])
    local left = redis.call('PTTL', key)
    local before = 0
    if left > 0 then before = tonumber(redis.call('GET', key)) else left = window end
    if before >= quota then refused = true end
    found[2 * i - 1], found[2 * i] = before, left
  end
  if not refused then
    for i, key in ipairs(keys) do
      if found[2 * i - 1] == 0 then
        redis.call('SET', key, 1, 'PX', rates[2 * i])
      else
        redis.call('INCR', key)
      end
    end
  end
  return found, refused
end
"""
_COUNT: Final = Script(f"{LUA_COUNT}\nlocal found = count(KEYS, ARGV)\nreturn found")


def counter_key(attempt: Attempt) -> str:
    """Where Redis counts such attempts."""
    return redis_commands.key(attempt.key)


def standing(limit: Limit, *, before: int, milliseconds: int) -> Standing:
    """Where an attempt stands that was let through, from what `LUA_COUNT` found."""
    return _standing(limit, _Count(before, milliseconds / 1000), was_refused=False)


def _counted_by_redis(attempts: Sequence[Attempt]) -> list[Standing] | None:
    """Standings in one round trip; None while Redis is away, which costs time only once."""
    if caching.pause.is_on:
        return None
    try:
        found = _standings(attempts, _count_in_redis(attempts))
    except _UNREACHABLE as error:
        logger.warning(
            "Redis counts nobody for %s s, ordinary limits are open: %s", caching.PAUSE, error
        )
        caching.pause.begin()
        return None
    return [found[attempt] for attempt in attempts]


def _count_in_redis(attempts: Sequence[Attempt]) -> list[_Count]:
    keys = [counter_key(attempt) for attempt in attempts]
    rates = [n for a in attempts for n in (a.limit.quota, a.limit.window * 1000)]
    found = _COUNT.run(keys, rates)
    return [
        _Count(before, left / 1000) for before, left in zip(found[::2], found[1::2], strict=True)
    ]


# --- This process -----------------------------------------------------------------------------


class _Memory:
    """Counts of this process: key to attempts and the end of their window."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, datetime]] = {}
        self._lock = threading.Lock()

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()

    def count(self, attempts: Sequence[Attempt], at: datetime, *, only_look: bool) -> list[_Count]:
        with self._lock:
            found = [self._find(attempt, at) for attempt in attempts]
            pairs = list(zip(attempts, found, strict=True))
            if not only_look and all(
                known.before < attempt.limit.quota for attempt, known in pairs
            ):
                self._make_room(at)
                for attempt, known in pairs:
                    ends = at + timedelta(seconds=known.left)
                    self._counts[attempt.key] = (known.before + 1, ends)
            return found

    def _find(self, attempt: Attempt, at: datetime) -> _Count:
        before, ends = self._counts.get(attempt.key, (0, at))
        if ends <= at:
            return _Count(0, attempt.limit.window)
        return _Count(before, (ends - at).total_seconds())

    def _make_room(self, at: datetime) -> None:
        if len(self._counts) < MOST_IN_MEMORY:
            return
        standing = {key: kept for key, kept in self._counts.items() if kept[1] > at}
        if len(standing) >= MOST_IN_MEMORY // 2:  # a storm from everywhere: the oldest go
            standing = dict(list(standing.items())[-MOST_IN_MEMORY // 2 :])
        self._counts = standing


memory = _Memory()


# --- The database -----------------------------------------------------------------------------

_UPSERT: Final = """
INSERT INTO {table} (key, count, resets_at) VALUES {rows}
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN {table}.resets_at <= %s THEN 1 ELSE {table}.count + 1 END,
  resets_at = CASE WHEN {table}.resets_at <= %s THEN excluded.resets_at
                   ELSE {table}.resets_at END
"""


def _count_in_database(
    attempts: Sequence[Attempt], at: datetime, *, only_look: bool
) -> list[_Count]:
    """Count first, which locks the rows; look; and take it back if one of them refuses."""
    if not attempts:
        return []
    # Sorted, so that two requests with the same keys cannot wait for each other.
    by_key = sorted({attempt.key: attempt for attempt in attempts}.items())
    now = connection.ops.adapt_datetimefield_value(at)
    values: list[Any] = []
    for key, attempt in by_key:
        ends = at + timedelta(seconds=attempt.limit.window)
        values += [key, 1, connection.ops.adapt_datetimefield_value(ends)]
    statement = _UPSERT.format(
        table=connection.ops.quote_name(AttemptCount._meta.db_table),
        rows=", ".join(["(%s, %s, %s)"] * len(by_key)),
    )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, now, now])
        rows = AttemptCount.objects.filter(key__in=dict(by_key))
        kept = {row.key: row for row in rows}
        is_refused = any(kept[attempt.key].count > attempt.limit.quota for attempt in attempts)
        if only_look or is_refused:
            transaction.set_rollback(True)
    return [
        _Count(kept[attempt.key].count - 1, (kept[attempt.key].resets_at - at).total_seconds())
        for attempt in attempts
    ]
