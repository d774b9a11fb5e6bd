"""Answers kept until something they were made from changes.

Cache-aside with versions. Every subject ("challenges", "topics", "reader:7") has a version in the
cache: a number from the clock. What is remembered is stored with the versions of all it was made
from, read *before* the database was. It is used only while all of them still stand, so one bump
makes every older answer unreachable, and an answer computed from old rows can never be taken for
a new one. Versions and answer come in one round trip.

A dead cache means a miss, never an error. A bump that fails is promised in the outbox; until it is
made up for, an answer can be at most 60 s old. Why: docs/caching.md, docs/decisions/0002.
"""

from __future__ import annotations

import enum
import logging
import secrets
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from foundation import outbox
from foundation.errors import Unavailable

logger = logging.getLogger(__name__)

# Seconds. What could not be bumped is stale for as long as two of these: a page lives so long, and
# can be made of fragments that had lived as long.
PAGE_TTL: Final = 30
VERSION_TTL: Final = 24 * 3600  # seconds; far longer than anything that carries the version
PAUSE: Final = 5.0  # seconds during which a cache that failed is not asked again
FLIGHT: Final = 2  # seconds that one process has for computing what others wait for
PATIENCE: Final = 0.5  # seconds that the others wait
MISSING: Final = object()

UNREACHABLE: Final = (RedisError, OSError)
Versions = Mapping[str, int]


class Kept(enum.StrEnum):
    """What is kept of shared answers: `settings.KEPT_ANSWERS`."""

    ALL = "all"
    FRAGMENTS = "fragments"  # what entries look like, but no whole answers
    NONE = "none"


class CacheAway(Unavailable):
    """The cache does not answer."""

    code = "cache_away"


@dataclass(frozen=True, slots=True)
class Origin:
    """What something derived from a remembered answer comes from, and must not outlive."""

    key: str
    versions: Versions


@dataclass(frozen=True, slots=True)
class Recollection:
    """What the cache knew: a value or `MISSING`, and the versions that a new value would carry.

    `versions` is None when the cache is out of reach: then nothing can be remembered either.
    """

    key: str
    value: Any
    versions: Versions | None

    @property
    def hit(self) -> bool:
        """Whether the value was there and everything it was made from still stands."""
        return self.value is not MISSING

    @property
    def origin(self) -> Origin | None:
        """For what is derived from this; None if the cache is out of reach."""
        return None if self.versions is None else Origin(self.key, self.versions)


class _Pause:
    """Remembers, for this process, that the cache was out of reach a moment ago."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        with self._lock:
            self._until = time.monotonic() + PAUSE

    def end(self) -> None:
        with self._lock:
            self._until = 0.0


pause = _Pause()


def recall(key: str, *, made_from: Iterable[str]) -> Recollection:
    """Look up `key`; a hit only if no subject in `made_from` was bumped since it was stored."""
    names = {version_key(subject): subject for subject in made_from}
    if pause.is_on:
        return Recollection(key, MISSING, None)
    try:
        found = cache.get_many([*names, answer_key(key)])
        versions = {subject: found.get(name) or _seed(name) for name, subject in names.items()}
    except UNREACHABLE as error:
        go_without(error)
        return Recollection(key, MISSING, None)
    stored = found.get(answer_key(key))
    if stored is not None and stored[0] == versions:
        return Recollection(key, stored[1], versions)
    return Recollection(key, MISSING, versions)


def recall_or_wait(key: str, *, made_from: Iterable[str]) -> Recollection:
    """`recall`, for what takes long to compute: of all who miss at once one is sent to compute it.

    The others wait for what it remembers, for `PATIENCE` at most. Whoever gets a miss must call
    `arrived` when it is done, whether or not there was something to remember.
    """
    subjects = tuple(made_from)
    found = recall(key, made_from=subjects)
    until = time.monotonic() + PATIENCE
    while not found.hit and found.versions is not None and time.monotonic() < until:
        try:
            if cache.add(_flight_key(key), 1, timeout=FLIGHT):
                # Whoever was sent before us may have arrived since we looked.
                found = recall(key, made_from=subjects)
                if found.hit:
                    arrived(found)
                break
        except UNREACHABLE as error:
            go_without(error)
            break
        time.sleep(0.01)
        found = recall(key, made_from=subjects)
    return found


def arrived(found: Recollection) -> None:
    """End the wait for what was missed."""
    if found.versions is None or pause.is_on:
        return
    try:
        cache.delete(_flight_key(found.key))
    except UNREACHABLE as error:
        go_without(error)


def remember(value: Any, *, recollection: Recollection, ttl: int = PAGE_TTL) -> None:
    """Store `value` where `recollection` missed it, under the versions that it saw.

    Lasts `ttl` seconds at most.
    """
    if recollection.versions is None:
        return
    stored = (dict(recollection.versions), value)
    try:
        cache.set(answer_key(recollection.key), stored, timeout=ttl)
    except UNREACHABLE as error:
        go_without(error)


def bump(*subjects: str) -> None:
    """Make every answer made from these subjects unreachable, once the transaction commits."""

    def bump_or_promise() -> None:
        _bump_or_promise(subjects)

    # Robust: whatever goes wrong, the commit stands and the doorbells after this one must ring.
    transaction.on_commit(bump_or_promise, robust=True)


def bump_now(*subjects: str) -> None:
    """Bump without waiting for a commit.

    Raises:
        CacheAway: the cache did not take it; older answers may still be served.
    """
    number = unused_number()
    try:
        cache.set_many({version_key(subject): number for subject in subjects}, timeout=VERSION_TTL)
    except UNREACHABLE as error:
        raise CacheAway(str(error)) from error
    pause.end()


def _bump_or_promise(subjects: tuple[str, ...]) -> None:
    if not pause.is_on:  # an import bumps often: only the first may wait for a frozen cache
        try:
            bump_now(*subjects)
        except CacheAway as error:
            go_without(error)
        else:
            return
    with transaction.atomic():
        outbox.promise(
            "foundation.bump", key=f"bump:{uuid.uuid4()}", kwargs={"names": list(subjects)}
        )


def _seed(name: str) -> int:
    """Give an unknown subject a version, unless another process did so at the same moment."""
    number = unused_number()
    if cache.add(name, number, timeout=VERSION_TTL):
        return number
    kept: int | None = cache.get(name)
    return number if kept is None else kept


def unused_number() -> int:
    """A version that no subject ever had, so that an evicted one never comes back to life.

    From the clock, and from chance, because some clocks tick only every few milliseconds.
    """
    return time.time_ns() << 20 | secrets.randbits(20)


def go_without(error: Exception) -> None:
    """Note that the cache failed: for a while nobody in this process asks it again."""
    logger.warning("The cache is out of reach, going without for %s s: %s", PAUSE, error)
    pause.begin()


def _flight_key(key: str) -> str:
    return f"flight:{key}"


def version_key(subject: str) -> str:
    """The cache's key of a subject's version."""
    return f"version:{subject}"


def answer_key(key: str) -> str:
    """The cache's key of what is remembered under `key`."""
    return f"answer:{key}"
