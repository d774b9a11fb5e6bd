"""Commands to Redis at the least cost: for what every request asks.

A client of redis-py takes a connection from a pool, wraps each command in retries and measurements
and gives the connection back, which takes longer than Redis itself. Here each thread keeps one
connection, made as the cache's own are, and sends a command as it is.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import hiredis
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCacheClient
from django.core.signals import setting_changed
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as TooSlow

_AT_ONCE: Final = 64 * 1024  # bytes
Piece = str | bytes | int | float
Command = tuple[Piece, ...]


class Script:
    """A Lua script, which Redis runs as one step: no other client's command can come between."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.name = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def run(self, keys: Sequence[str], arguments: Sequence[Piece]) -> Any:
        """Run it in one round trip; raises as `call` does."""
        try:
            return call("EVALSHA", self.name, len(keys), *keys, *arguments)
        except NoScriptError:  # Redis was restarted, or has never seen us
            return call("EVAL", self.text, len(keys), *keys, *arguments)


def is_configured() -> bool:
    """Whether the cache is a Redis, which all processes share."""
    return isinstance(getattr(cache, "_cache", None), RedisCacheClient)


def key(name: str) -> str:
    """Where Redis keeps what the cache calls `name`."""
    return _line().prefix + name


def keys(names: Iterable[str]) -> list[str]:
    """Where Redis keeps what the cache calls by these names."""
    prefix = _line().prefix
    return [prefix + name for name in names]


def call(*command: Piece) -> Any:
    """Send one command on this thread's connection; returns what Redis answers, as bytes.

    Raises:
        RedisError: Redis is away, silent for longer than the cache's timeout, or refuses.
        OSError: the same, noticed by the socket.
    """
    (answer,) = call_all(command)
    return answer


def call_all(*commands: Command) -> list[Any]:
    """Send commands in one round trip, none of which waits for another; raises as `call` does."""
    return _without_errors(_answers(commands))


def _answers(commands: Sequence[Command]) -> list[Any]:
    """What Redis answers to each command, refusals included, in one round trip."""
    line = _line()
    try:
        return line.ask(commands)
    except TooSlow:
        raise  # it is frozen: asking again would only double the wait
    except ConnectionLost:
        # It closed the connection since, as a restarted one does. A second time it is gone.
        return line.ask(commands)


def _without_errors(answers: list[Any]) -> list[Any]:
    for answer in answers:
        if isinstance(answer, ResponseError):
            raise answer
    return answers


class _Line:
    """A thread's own way to the cache's Redis.

    redis-py connects, logs in and chooses the database; what passes then is packed and read by
    hiredis alone, without the layers between.
    """

    def __init__(self, owner: Any) -> None:
        pool = owner._cache._get_connection_pool(write=True)  # noqa: SLF001
        self.cache = owner
        self.process = os.getpid()
        self.prefix: str = owner.make_key("")  # of all keys of the cache
        self._connection: Any = pool.make_connection()
        self._socket: Any = None
        self._reader: Any = None

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands, read as many answers. An answer can be a refusal, which is not raised."""
        if self._socket is None:
            self._connection.connect()
            self._socket = self._connection._sock  # noqa: SLF001
            self._reader = hiredis.Reader(replyError=_refusal)
        try:
            self._socket.sendall(b"".join([_pack(each) for each in commands]))
            return [self._read() for _ in commands]
        except BaseException as error:
            # Or the next command would read the rest of this one's answer.
            self._socket = None
            self._connection.disconnect()
            if isinstance(error, TimeoutError):
                raise TooSlow(str(error)) from error
            if isinstance(error, OSError | hiredis.HiredisError):
                raise ConnectionLost(str(error)) from error
            raise

    def _read(self) -> Any:
        while (answer := self._reader.gets()) is False:
            received = self._socket.recv(_AT_ONCE)
            if not received:
                raise ConnectionLost("Redis closed the connection.")
            self._reader.feed(received)
        return answer


_pack: Final[Callable[[Command], bytes]] = hiredis.pack_command  # type: ignore[assignment] # typed for one


def _refusal(text: str) -> ResponseError:
    is_unknown = text.startswith("NOSCRIPT ")
    return NoScriptError(text) if is_unknown else ResponseError(text)


class _Lines(threading.local):
    line: _Line | None = None


_lines: Final = _Lines()


def _line() -> _Line:
    line = _lines.line
    # A child process shares its parent's sockets, and must not use them.
    if line is None or line.cache is not cache or line.process != os.getpid():
        line = _lines.line = _Line(cache)
    return line


def _forget(*, setting: str, **_signal: Any) -> None:
    if setting == "CACHES":
        _lines.line = None


setting_changed.connect(_forget)  # which only tests do
