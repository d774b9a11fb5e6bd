"""Runs the suite on every set-up that this machine offers: `python -m tests.setups [pytest's …]`.

First embedded: SQLite, cache and broker in memory. Then with PostgreSQL, Redis and RabbitMQ, where
all three answer: at DATABASE_URL, REDIS_URL and CELERY_BROKER_URL, else on this machine's usual
ports. What comes out alike on any of them (tests/spreading.py) is left out there. A service that
was named and does not answer is an error; one that was not named is left out, with a reason. The
last lines say what ran against what.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import redis
from kombu import Connection

from tests.present import LABELLED_READMES, NO_BROWSER, chromium, labelled_readmes

PATIENCE = 2  # seconds until a service counts as not answering
INTERRUPTED = 2  # pytest's exit code after Ctrl-C
NO_TESTS = 5  # and where nothing is left to run


class NoAnswer(Exception):
    """A service cannot be used; the message says which and where."""


class NamedInVain(NoAnswer):
    """The caller named a service that cannot be used."""


@dataclass(frozen=True)
class Service:
    """A service that Nexus may stand on: the variable that names it and how to ask its version."""

    name: str
    variable: str
    usual_url: str
    version: Callable[[str], str]

    def answer(self, environ: Mapping[str, str]) -> str:
        """What it calls itself, such as "PostgreSQL 15.2 on 127.0.0.1".

        Raises:
            NamedInVain: the environment names it, and it is out of reach or refuses us.
            NoAnswer: the same of one that the environment does not name.
        """
        url = self.url(environ)
        address = urlsplit(url)
        try:
            return f"{self.version(url)} on {address.hostname}"
        except Exception as error:
            where = f"{self.name} at {address.hostname}:{address.port}"
            if environ.get(self.variable):
                raise NamedInVain(f"{self.variable} names a {where}: {error}") from error
            raise NoAnswer(f"no {where}") from error

    def url(self, environ: Mapping[str, str]) -> str:
        """Where it is: as named in the environment, else where it usually is."""
        return environ.get(self.variable) or self.usual_url


def _postgresql(url: str) -> str:
    # The database named in the URL need not exist: tests make their own beside it.
    with psycopg.connect(url, dbname="postgres", connect_timeout=PATIENCE) as connection:
        version = connection.info.parameter_status("server_version") or "?"
    return f"PostgreSQL {version.split()[0]}"


def _redis(url: str) -> str:
    with redis.Redis.from_url(url, socket_timeout=PATIENCE) as client:
        return f"Redis {client.info('server')['redis_version']}"


def _broker(url: str) -> str:
    if urlsplit(url).scheme in {"redis", "rediss"}:
        return f"{_redis(url)} as the broker"
    with Connection(url, connect_timeout=PATIENCE) as connection:
        connection.connect()
        about = connection.connection.server_properties
    return f"{about['product']} {about['version']}"


SERVICES = (
    Service("PostgreSQL", "DATABASE_URL", "postgres://postgres@127.0.0.1:5432/nexus", _postgresql),
    # Database 0 may hold what somebody needs.
    Service("Redis", "REDIS_URL", "redis://127.0.0.1:6379/1", _redis),
    Service("RabbitMQ", "CELERY_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//", _broker),
)


@dataclass(frozen=True)
class Setup:
    """One way to run the suite: its name, what it stands on, and the variables that make it so."""

    name: str
    stands_on: str
    variables: dict[str, str]
    arguments: tuple[str, ...] = ()  # pytest's


def embedded() -> Setup:
    """Nothing but this process."""
    # Empty rather than absent, so that a `.env` beside manage.py cannot fill them in.
    variables = {service.variable: "" for service in SERVICES}
    return Setup("embedded", "SQLite, cache and broker in memory", variables)


def with_services(environ: Mapping[str, str]) -> Setup:
    """What production stands on.

    Raises:
        NamedInVain: the caller named a service that does not answer.
        NoAnswer: names everything that is missing, not only the first.
    """
    answers, missing = [], []
    for service in SERVICES:
        try:
            answers.append(service.answer(environ))
        except NamedInVain:
            raise
        except NoAnswer as error:
            missing.append(str(error))
    if missing:
        raise NoAnswer(", ".join(missing))
    variables = {service.variable: service.url(environ) for service in SERVICES}
    # It comes after another.
    return Setup("services", ", ".join(answers), variables, ("-m", "not once"))


def run(setup: Setup, arguments: list[str]) -> int:
    """Run pytest on `setup`, in a data folder of its own, and return its exit code."""
    # What else the caller has set for a Nexus of their own is not for tests.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name == LABELLED_READMES or not name.startswith(("NEXUS_", "EMAIL_URL"))
    }
    # Whole files: what a file's fixtures set up, such as a served hub, is set up once. In the order
    # that tests/spreading.py gives them, not by the number of their tests.
    spread = ["--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *spread]
    with tempfile.TemporaryDirectory(prefix="nexus-tests-") as folder:
        variables = {**inherited, **setup.variables, "NEXUS_DATA_DIR": folder}
        command += [*setup.arguments, *arguments]
        return subprocess.run(command, env=variables, check=False).returncode


def main(arguments: list[str]) -> int:
    """Run the suite on each set-up, say what ran on what, and return an exit code."""
    setups, reports, codes = [embedded()], [], [0]
    try:
        setups.append(with_services(os.environ))
    except NamedInVain as error:
        say(str(error))
        return 1
    except NoAnswer as error:
        reports.append(f"services  skipped: {error}")
    for setup in setups:
        say(f"\n=== On the {setup.name} set-up: {setup.stands_on}")
        began = time.monotonic()
        codes.append(run(setup, arguments))
        if codes[-1] == INTERRUPTED:
            return INTERRUPTED
        if codes[-1] == NO_TESTS and setup.arguments:
            codes[-1] = 0  # all that was asked for comes out alike, and ran on the one before
        verdict = "FAILED" if codes[-1] else "passed"
        took = time.monotonic() - began
        reports.append(f"{setup.name:<9} {verdict} in {took:.0f} s on {setup.stands_on}")
    say("\n=== What was tested", *sorted(reports), *rooms())
    return max(codes)


def rooms() -> list[str]:
    """What the machine adds to every set-up, or why not."""
    return [
        f"browser   {chromium() or f'skipped: {NO_BROWSER}'}",
        f"readmes   {labelled_readmes() or f'skipped: {LABELLED_READMES} is not set'}",
    ]


def say(*lines: str) -> None:
    """Print at once, so that our lines keep their place among pytest's."""
    print(*lines, sep="\n  ", flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
