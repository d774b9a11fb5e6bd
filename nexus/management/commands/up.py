"""`manage.py up`: all of Nexus in one process.

Migrates, makes the demo where it is switched on, starts a worker and a beat as threads, serves,
and says where. Ctrl-C or SIGTERM ends it with exit code 0.
"""

from __future__ import annotations

import logging
import signal
import socket
import warnings
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any, Final

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich import box
from rich.console import Console
from rich.table import Table

from foundation.errors import NexusError
from nexus import demonstration, parts
from nexus.celery import app
from nexus.embedded import Background

logger = logging.getLogger(__name__)

REQUEST_PATIENCE: Final = 1  # seconds that requests get to finish when the server stops
TASK_PATIENCE: Final = 2  # seconds for the task at hand

# At INFO these say what nobody has asked: every task that came and went, every server's start.
_TALKATIVE: Final = ("celery", "kombu", "uvicorn", "httpx")
_ADDRESSES: Final = (
    ("Landing page", "/"),
    ("Swagger UI", "/swagger/"),
    ("ReDoc", "/redoc/"),
    ("Admin", "/admin/"),
    ("API", "/api/v1/"),
    ("Health", "/readyz"),
)


class Command(BaseCommand):
    """Run all of Nexus."""

    help = "Migrate, then serve Nexus with its worker and beat in one process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *, host: str, port: int, **_options: Any) -> None:
        """Run until a signal ends it.

        Raises:
            CommandError: the address is taken; nothing was touched then.
        """
        # Both signals mean the same, before, while and after uvicorn listens to them.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with _listening(host, port) as listener:
            try:
                _hush()
                _prepare()
                _serve(listener, on_start=lambda: _announce(host, port))
            except KeyboardInterrupt:
                pass
        self.stdout.write("Nexus has stopped; what it holds is kept.")


def _listening(host: str, port: int) -> socket.socket:
    """Claim the address before anything else is done: a second hub must not migrate the first's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise CommandError(
            f"Cannot listen at {host}, port {port}: {error}. "
            "Is another Nexus running? Choose a port with --port or PORT=."
        ) from error
    # asyncio sees to this only on sockets that name their protocol. Without it a kept connection
    # waits 40 ms for the second packet of each answer.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _hush() -> None:
    """Leave out of the log what a person who starts Nexus can do nothing about."""
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
    # WhiteNoise: nothing is collected in development, and its files are small enough to be read
    # in one piece, which is what Django does with them under ASGI.
    warnings.filterwarnings("ignore", message="No directory at")
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")


def _prepare() -> None:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    if settings.DEMO:
        try:
            demonstration.set_up(at=timezone.now())
        except NexusError as error:
            raise CommandError(f"The demo could not be made: {error}") from error


def _serve(listener: socket.socket, *, on_start: Callable[[], None]) -> None:
    background = Background(app)
    background.start()
    config = uvicorn.Config(
        "nexus.asgi:application",
        access_log=False,
        lifespan="off",  # Django has none
        log_config=None,  # settings.LOGGING holds
        proxy_headers=False,  # loopback would be believed about anybody's address
        server_header=False,
        timeout_graceful_shutdown=REQUEST_PATIENCE,
        ws="none",
    )
    try:
        _Server(config, on_start=on_start).run(sockets=[listener])
    finally:
        # A second Ctrl-C must not cut short what takes two seconds anyway.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if not background.stop(patience=TASK_PATIENCE):
            logger.warning("A task was cut short; it is promised and will run at the next start.")


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, *, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._on_start()


def _announce(host: str, port: int) -> None:
    # Wider than most terminals: an address that is folded or cut cannot be clicked or copied.
    console = Console(highlight=False, width=200)
    shown = f"[{host}]" if ":" in host else {"0.0.0.0": "localhost"}.get(host, host)  # noqa: S104
    addresses = [(name, f"http://{shown}:{port}{at}") for name, at in _ADDRESSES]
    console.print()
    console.print(_table("Nexus is up", addresses))
    console.print(_table("In use", list(parts.in_use().items())))
    if settings.DEMO:
        rows = [
            (f"{one.role.label}, {one.track.label.lower()}", one.email, demonstration.PASSWORD)
            for one in demonstration.ACCOUNTS
        ]
        console.print(_table("Demo accounts", rows))
    console.print("Ctrl-C stops it.\n")


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", show_header=False, box=box.SIMPLE
    )
    for number in range(len(rows[0])):
        table.add_column(style="cyan" if number else None, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
