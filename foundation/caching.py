"""Answers kept until something they were made from changes.

Cache-aside with versions. Every subject ("challenges", "topics", "reader:7") has a version in the
cache: a number from the clock. What is remembered is stored with the versions of all it was made
from, read *before* the database was. It is used only while all of them still stand, so one bump
makes every older answer unreachable, and an answer computed from old rows can never be taken for
a new one. Versions and answer come in one round trip.

A dead cache means a miss, never an error. A bump that fails is promised in the outbox; until it is
made up for, an answer can be at most `PAGE_TTL` old. Why: docs/caching.md, docs/decisions/0002.
"""

from __future__ import annotations

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

PAGE_TTL: Final = 60  # seconds; bounds staleness while the cache is out of reach
PAUSE: Final = 5.0  # seconds during which a cache that failed is not asked again
MISSING: Final = object()

_UNREACHABLE = (RedisError, OSError)
Versions = Mapping[str, int]


class CacheAway(Unavailable):
    """The cache does not answer."""

    code = "cache_away"


@dataclass(frozen=True, slots=True)
class Recollection:
    """What the cache knew: a value or `MISSING`, and the versions that a new value would carry.

    `versions` is None when the cache is out of reach: then nothing can be remembered either.
    """

    value: Any
    versions: Versions | None

    @property
    def hit(self) -> bool:
        """Whether the value was there and everything it was made from still stands."""
        return self.value is not MISSING


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
    names = {_version_key(subject): subject for subject in made_from}
    if pause.is_on:
        return Recollection(MISSING, None)
    try:
        found = cache.get_many([*names, _answer_key(key)])
        versions = {subject: found.get(name) or _seed(name) for name, subject in names.items()}
    except _UNREACHABLE as error:
        _go_without(error)
        return Recollection(MISSING, None)
    stored = found.get(_answer_key(key))
    if stored is not None and stored[0] == versions:
        return Recollection(stored[1], versions)
    return Recollection(MISSING, versions)


def remember(key: str, value: Any, *, recollection: Recollection, ttl: int = PAGE_TTL) -> None:
    """Store `value` under the versions that its `recall` saw. Lasts `ttl` seconds at most."""
    if recollection.versions is None:
        return
    try:
        cache.set(_answer_key(key), (dict(recollection.versions), value), timeout=ttl)
    except _UNREACHABLE as error:
        _go_without(error)


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
    number = _unused_number()
    try:
        cache.set_many({_version_key(subject): number for subject in subjects}, timeout=None)
    except _UNREACHABLE as error:
        raise CacheAway(str(error)) from error
    pause.end()


def _bump_or_promise(subjects: tuple[str, ...]) -> None:
    if not pause.is_on:  # an import bumps often: only the first may wait for a frozen cache
        try:
            bump_now(*subjects)
        except CacheAway as error:
            _go_without(error)
        else:
            return
    with transaction.atomic():
        outbox.promise(
            "foundation.bump", key=f"bump:{uuid.uuid4()}", kwargs={"names": list(subjects)}
        )


def _seed(version_key: str) -> int:
    """Give an unknown subject a version, unless another process did so at the same moment."""
    number = _unused_number()
    if cache.add(version_key, number, timeout=None):
        return number
    kept: int | None = cache.get(version_key)
    return number if kept is None else kept


def _unused_number() -> int:
    """A version that no subject ever had, so that an evicted one never comes back to life.

    From the clock, and from chance, because some clocks tick only every few milliseconds.
    """
    return time.time_ns() << 20 | secrets.randbits(20)


def _go_without(error: Exception) -> None:
    logger.warning("The cache is out of reach, going without for %s s: %s", PAUSE, error)
    pause.begin()


def _version_key(subject: str) -> str:
    return f"version:{subject}"


def _answer_key(key: str) -> str:
    return f"answer:{key}"
