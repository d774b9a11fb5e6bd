"""Answers given again before anything computes: copies of answers, and passes of who may read them.

A *copy* is an answer as it left the hub, its headers included, under all of a request that the
answer depends on. A *pass* says of a token that it was found good, and whose it is. Both are
derived from what `caching` remembers: they carry the same versions and live no longer. So whatever
makes a remembered answer unreachable, a write, a log-out, a deactivation, does the same to these.

One round trip fetches pass, copy and the versions that they name, in one step of Redis, and counts
the request. The names are known from the last time that this process saw the same record: it
remembers what a record says, never that it still holds. Why so: docs/decisions/0017.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from foundation import caching, limiting, redis_commands
from foundation.caching import Origin
from foundation.limiting import Attempt, Limit, Standing
from foundation.records import Record, known
from foundation.redis_commands import Script, key

FLIGHT: Final = 2_000  # milliseconds that one process has for computing what others wait for


@dataclass(frozen=True, slots=True)
class Question:
    """A request, as far as its answer depends on it."""

    copy: str  # names the answer
    token: str  # names the pass; empty for who sends no token
    place: Attempt | None  # what who sends no token counts as
    limit: Limit
    known: str  # `If-None-Match`
    zipped: bool  # whether the client takes the answer compressed

    def names(self, record: Record) -> bool:
        """Whether the client has what a record is about, by a tag: none names nothing."""
        return bool(self.known) and self.known == record.facts["tag"]


@dataclass(slots=True)
class Copy:
    """A kept answer: the facts that it was kept with, and its body."""

    facts: Mapping[str, Any]
    body: bytes
    standing: Standing


@dataclass(frozen=True, slots=True)
class Turn:
    """There is no copy, the request is allowed and counted, and this caller is to compute it."""

    versions: tuple[bytes | None, ...]  # of the subjects asked about, for `keep_computed`
    standing: Standing
    counter: str  # where the request was counted
    flight: str = ""  # what the others wait for


@dataclass(frozen=True, slots=True)
class Nothing:
    """No answer here. `is_awaited`: somebody computes it at this moment."""

    is_awaited: bool = False


# A record lives as long as what it is derived from has left, or as long as it is told.
_KEEP: Final = Script("""
local left = tonumber(ARGV[1])
if left == 0 then left = redis.call('PTTL', KEYS[1]) end
if left > 0 then
  for i = 2, #KEYS do redis.call('SET', KEYS[i], ARGV[i], 'PX', left) end
end
""")
_UNCOUNT: Final = Script("""
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECR', KEYS[1]) end
""")


def look_up(
    question: Question, *, at: float, subjects: Sequence[str] = (), alone: bool = True
) -> Copy | Turn | Nothing:
    """Answer and count a request, if it may be; `at` is in seconds since the epoch.

    With `subjects`, the caller can compute the answer from these itself: then one of all who ask
    at once gets the `Turn`, the others hear that it is awaited. Not `alone`, each gets a turn, and
    copies are left aside.

    Raises:
        RedisError, OSError: Redis is away, or silent.
    """
    token, copy = key(question.token) if question.token else "", key(question.copy)
    good, kept = _known_or_learned(token, copy, can_compute=bool(subjects))
    names = tuple(redis_commands.keys(caching.version_key(subject) for subject in subjects))
    if kept is not None and not names:
        names = kept.names
    if (token and good is None) or not names:
        return Nothing()
    has_it = kept is not None and (kept.body is not None or question.names(kept))
    found = _Found.fetch(question, good, copy, names, with_body=alone and not has_it)
    if not found.is_allowed(question, at):
        if token:
            known.learn(token, found.token)  # or it would be compared with the old one for ever
        return found.nothing()
    record = kept
    if kept is None or not has_it or found.copy != kept.text:
        if has_it and found.copy is not None:
            found.fetch_again(copy, names)  # another copy than ours: its body is wanted after all
        record = known.learn(copy, found.copy, found.body)
    if alone and record is not None and record.names == names and record.stands(found.now):
        body = record.body if found.body is None else found.body
        if body is not None or question.names(record):
            return Copy(record.facts, body or b"", found.standing(question))
        return found.nothing()  # the body is gone
    return _turn(question, found, copy, alone=alone) if subjects else found.nothing()


def _turn(question: Question, found: _Found, copy: str, *, alone: bool) -> Turn | Nothing:
    flight = ""
    if alone:
        if None in found.now:
            return found.nothing()  # Django gives subjects their first version
        # By the versions: whoever looked before the answer came finds this one still there, and
        # looks again, while a later write lets somebody begin anew at once.
        flight = f"{copy}:flight:{b' '.join(filter(None, found.now)).decode()}"
        if not redis_commands.call("SET", flight, 1, "NX", "PX", FLIGHT):
            return found.nothing(is_awaited=True)
    return Turn(tuple(found.now), found.standing(question), found.counter, flight)


def _known_or_learned(
    token: str, copy: str, *, can_compute: bool
) -> tuple[Record | None, Record | None]:
    """What this process knows of a pass and a copy; asked of Redis where it cannot do without.

    A record names the versions to ask for. Who can compute the answer knows those of the copy.
    """
    good, kept = known.get(token), known.get(copy)
    if (good is not None or not token) and (kept is not None or can_compute):
        return good, kept
    texts = redis_commands.call("MGET", token or copy, copy)
    return known.learn(token, texts[0]) if token else None, known.learn(copy, texts[1])


@dataclass(slots=True)
class _Found:
    """What one round trip brought: texts, versions as they are now, and the count."""

    good: Record | None  # as it was known before
    token: bytes | None
    good_now: list[bytes | None]
    copy: bytes | None
    body: bytes | None
    now: list[bytes | None]
    counter: str
    before: int
    left: int  # milliseconds

    @classmethod
    def fetch(
        cls,
        question: Question,
        good: Record | None,
        copy: str,
        names: Sequence[str],
        *,
        with_body: bool,
    ) -> _Found:
        """Ask for all of it. One `MGET` is one step: no write comes between what it reads."""
        own: tuple[str, ...] = ()
        if good is not None:
            counter, own = good.facts["counter"], (key(question.token), *good.names)
        elif question.place is not None:
            counter = limiting.counter_key(question.place)
        bodies = [f"{copy}:body"] if with_body else []
        fetched, count, left = redis_commands.call_all(
            ("MGET", copy, *own, *names, *bodies),
            ("INCR", counter),
            ("PTTL", counter),
        )
        window = question.limit.window * 1000
        if left < 0:  # this request begins the window, or whoever did so died before it could say
            redis_commands.call("PEXPIRE", counter, window)
        body = fetched.pop() if with_body else None
        text, token, *good_now = fetched[: 1 + len(own)] if own else (fetched[0], None)
        return cls(
            good, token, good_now, text, body, fetched[1 + len(own) :], counter,
            max(0, count - 1), left if left >= 0 else window,
        )  # fmt: skip

    def fetch_again(self, copy: str, names: Sequence[str]) -> None:
        """Ask for the copy with its body, and for the versions anew: all three in one step."""
        fetched = redis_commands.call("MGET", copy, *names, f"{copy}:body")
        self.copy, *self.now, self.body = fetched

    def is_allowed(self, question: Question, at: float) -> bool:
        """Whether the pass still stands, and the limit is not exhausted."""
        return self._may_pass(at) and self.before < question.limit.quota

    def _may_pass(self, at: float) -> bool:
        if self.good is None:
            return True
        is_same = self.token == self.good.text
        return is_same and self.good.stands(self.good_now) and self.good.facts["until"] > at

    def standing(self, question: Question) -> Standing:
        """Where this request stands with its limit."""
        return limiting.standing(question.limit, before=self.before, milliseconds=self.left)

    def nothing(self, *, is_awaited: bool = False) -> Nothing:
        """No answer: then the request was not counted here, because somebody else will."""
        _UNCOUNT.run([self.counter], [])
        return Nothing(is_awaited)


def end(turn: Turn) -> None:
    """End a turn that nothing is kept of, so that nobody waits for it.

    Raises:
        RedisError, OSError: Redis is away, or silent.
    """
    if turn.flight:
        redis_commands.call("DEL", turn.flight)


def give_up(turn: Turn) -> None:
    """End a turn that came to nothing: somebody else will count the request.

    Raises:
        RedisError, OSError: Redis is away, or silent.
    """
    end(turn)
    _UNCOUNT.run([turn.counter], [])


def keep_derived(
    name: str, facts: Mapping[str, Any], *, origin: Origin, body: bytes | None = None
) -> None:
    """Keep a copy (with its body) or a pass for as long as what it is derived from is remembered.

    Raises:
        RedisError, OSError: Redis is away, or silent.
    """
    names = redis_commands.keys(caching.version_key(subject) for subject in origin.versions)
    text = Record.write(names, [str(version) for version in origin.versions.values()], facts)
    parent, where = key(caching.answer_key(origin.key)), key(name)
    if body is None:
        _KEEP.run([parent, where], [0, text])
    else:
        _KEEP.run([parent, where, f"{where}:body"], [0, text, body])


def keep_computed(
    name: str, facts: Mapping[str, Any], *, body: bytes, subjects: Sequence[str], turn: Turn
) -> None:
    """Keep a copy that was computed in a turn.

    Raises:
        RedisError, OSError: Redis is away, or silent.
    """
    names = redis_commands.keys(caching.version_key(subject) for subject in subjects)
    text = Record.write(names, [(version or b"").decode() for version in turn.versions], facts)
    where = key(name)
    _KEEP.run(["", where, f"{where}:body"], [caching.PAGE_TTL * 1000, text, body])
