"""Addresses on this machine where nobody answers, or only for a while."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port where connections are refused."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # bound, so that nobody else gets it, but not listening
        yield holder.getsockname()[1]


@contextlib.contextmanager
def frozen_port() -> Iterator[int]:
    """A port that takes connections and then says nothing, like a suspended server."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


class Wire:
    """A way to a real server that can freeze, hang up, and count its connections."""

    def __init__(self, port: int, *, freeze_after: int | None = None) -> None:
        """A wire to `port`, that freezes by itself after so many answers of the server."""
        self._to = port
        self._answers_left = freeze_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._start(self._accept)

    def freeze(self) -> None:
        """Keep every connection and pass nothing on any more."""
        self._flowing.clear()

    def hang_up(self) -> None:
        """Close every connection; new ones are taken."""
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections, and close those there are."""
        self._flowing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def _start(self, act, *arguments) -> None:
        threading.Thread(target=act, args=arguments, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self.connections += 1
                self._ends += [near, far]
                self._start(self._carry, near, far)
                self._start(self._carry_answers, far, near)

    def _carry_answers(self, source: socket.socket, target: socket.socket) -> None:
        self._carry(source, target, answers=True)

    def _carry(self, source: socket.socket, target: socket.socket, *, answers=False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if answers:
                    self._count_down()
                self._flowing.wait()
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()

    def _count_down(self) -> None:
        if self._answers_left is not None:
            if self._answers_left == 0:
                self.freeze()
            self._answers_left -= 1
