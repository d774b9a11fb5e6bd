"""Parts of answers, each kept until something that it shows has changed.

A page changes with every entry on it, an entry seldom. So what entries look like is kept apart, and
a page that must be computed is mostly put together from what is there. The rule is that of
`caching`: a fragment stands while the versions of all its subjects are those that it was made from,
read before the rows were. All fragments of a page, and all their versions, come in one round trip.

Only in Redis. Without one every fragment is made anew, which is right, and slower.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from foundation import caching, redis_commands
from foundation.caching import Kept
from foundation.redis_commands import Script

TTL: Final = caching.PAGE_TTL  # seconds; bounds staleness as it does for pages
LARGEST: Final = 1024 * 1024  # bytes that one request may add


class RowGone(LookupError):
    """A row is no longer there, or no longer for everybody: the page must be read anew."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One part: where it is kept, whose row it shows, and what it is made from."""

    name: str
    row: int
    subjects: tuple[str, ...]


Render = Callable[[Sequence[int]], Mapping[int, bytes]]


def gather(wanted: Sequence[Fragment], render: Render) -> list[bytes]:
    """All the fragments, in their order; `render` makes those that are not there, by row.

    Raises:
        RowGone: `render` did not find one of the rows.
    """
    if not wanted:
        return []
    found = _Found([None] * len(wanted), {})
    if settings.KEPT_ANSWERS != Kept.NONE and redis_commands.is_configured():
        found = _recalled(wanted)
    missing = [part for part, body in zip(wanted, found.bodies, strict=True) if body is None]
    if not missing:
        return [body for body in found.bodies if body is not None]
    made = render([part.row for part in missing])
    if len(made) < len(missing):
        raise RowGone
    if found.versions:
        _remember({part: made[part.row] for part in missing}, found.versions)
    return [
        made[part.row] if body is None else body
        for part, body in zip(wanted, found.bodies, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """A body for each fragment, None where it is not there; versions by subject, or none."""

    bodies: list[bytes | None]
    versions: Mapping[str, bytes]


# Gives subjects that have no version the one it is given, and tells the versions of all.
_SEED: Final = Script("""
for i, name in ipairs(KEYS) do redis.call('SET', name, ARGV[1], 'NX', 'EX', ARGV[2]) end
return redis.call('MGET', unpack(KEYS))
""")
_STORE: Final = Script("""
for i, name in ipairs(KEYS) do redis.call('SET', name, ARGV[i + 1], 'EX', ARGV[1]) end
""")


def _recalled(wanted: Sequence[Fragment]) -> _Found:
    nothing = _Found([None] * len(wanted), {})
    if caching.pause.is_on:
        return nothing
    subjects = list(dict.fromkeys(subject for part in wanted for subject in part.subjects))
    names = redis_commands.keys(caching.version_key(subject) for subject in subjects)
    try:
        kept = redis_commands.call("MGET", *redis_commands.keys(p.name for p in wanted), *names)
        bodies, versions = kept[: len(wanted)], kept[len(wanted) :]
        if None in versions:
            versions = _SEED.run(names, [caching.unused_number(), caching.VERSION_TTL])
    except caching.UNREACHABLE as error:
        caching.go_without(error)
        return nothing
    known = dict(zip(subjects, versions, strict=True))
    return _Found(
        [_standing(body, part, known) for body, part in zip(bodies, wanted, strict=True)], known
    )


def _standing(kept: bytes | None, part: Fragment, versions: Mapping[str, bytes]) -> bytes | None:
    """What was kept, if it was made from these versions."""
    if kept is None:
        return None
    stamp = _stamp(part, versions)
    return kept[len(stamp) :] if kept.startswith(stamp) else None


def _stamp(part: Fragment, versions: Mapping[str, bytes]) -> bytes:
    return b" ".join([versions[subject] for subject in part.subjects]) + b"\n"


def _remember(made: Mapping[Fragment, bytes], versions: Mapping[str, bytes]) -> None:
    bodies = [_stamp(part, versions) + body for part, body in made.items()]
    if sum(map(len, bodies)) > LARGEST:
        return  # a few such would crowd out all others
    try:
        _STORE.run(redis_commands.keys(part.name for part in made), [TTL, *bodies])
    except caching.UNREACHABLE as error:
        caching.go_without(error)
