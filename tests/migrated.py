"""Databases that were migrated once, to be copied: migrating from nothing takes a hub seconds.

Each is named after its migrations, and stays on the machine, in its temporary folder or on its
PostgreSQL. Whoever has a copy still migrates it, which then has nothing to do.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]


def copy_to(path: Path) -> None:
    """Put a migrated SQLite database where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_sqlite_file(), path)


@contextlib.contextmanager
def copied_database(name: str) -> Iterator[str]:
    """The URL of a migrated database beside the one that the tests use; it goes at the end."""
    made = sql.Identifier(name)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(made)
    template = sql.Identifier(on_postgresql())
    with _server() as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(made, template))
        try:
            yield _address(name)
        finally:
            connection.execute(drop)


@cache
def on_postgresql() -> str:
    """The name of a migrated database on the server of the tests. Nobody may connect to it."""
    name = f"nexus_migrated_{_digest()}"
    begun = f"{name}_begun"
    with _server() as connection:
        # Two who need it at once make it once.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(drop.format(sql.Identifier(begun)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(begun)))
        _migrate(DATABASE_URL=_address(begun))
        # It has its name once it is whole.
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(begun), sql.Identifier(name)))
    return name


@cache
def _sqlite_file() -> Path:
    folder = Path(tempfile.gettempdir())
    made = folder / f"nexus-migrated-{os.getuid()}-{_digest()}.sqlite3"
    with (folder / f"{made.name}.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not made.exists():
            with tempfile.TemporaryDirectory(prefix="nexus-migrated-", dir=folder) as data:
                _migrate(DATABASE_URL="", NEXUS_DATA_DIR=data)
                (Path(data) / "nexus.sqlite3").replace(made)
    return made


def _migrate(**variables: str) -> None:
    usual = {
        "DJANGO_SETTINGS_MODULE": "nexus.settings.development", "NEXUS_DEMO": "0",
        "REDIS_URL": "", "CELERY_BROKER_URL": "",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **usual, **variables}, check=True)


def _digest() -> str:
    """A short name for what there is after migrating: the migrations, and what they read."""
    sources = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "learnings" / "taxonomy.toml"]
    pinned = ROOT / "requirements.txt"  # Django's own migrations
    return hashlib.sha256(b"".join(p.read_bytes() for p in [*sources, pinned])).hexdigest()[:16]


def _server() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True)


def _address(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
