"""Fill a migrated PostgreSQL database with a hub of any size, the same one each time.

    DATABASE_URL=postgres://… python -m benchmarks.seeding --rows 10000

All of it is made by SQL from the numbers of the rows, so it differs between no two runs. Texts have
words as natural texts do: few in most rows, most in few. Some words, topics and authors are placed
on purpose, each hard for a database in its own way: `Seeded` names them.
Votes are counted, but nobody cast them; nobody can log in with a password.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks import filling
from benchmarks.filling import ABSENT, AUTHORS, COMMON, FADED, RARE, UNCOMMON

ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Seeded:
    """What there is to ask for."""

    challenges: int
    reader_id: int  # a learner who wrote nothing
    reader_email: str
    curator_id: int
    curator_email: str
    author_id: int  # of about as many entries as any other
    challenge_id: int  # published, and solved by `solution_id`
    solution_id: int
    learning_id: int  # published
    sparse_author_id: int  # of three challenges: an old one, one of half the age, the newest
    cohort: str  # slug; of a tenth of the authors
    common_topic: str  # slugs; under it are 15 % of all entries
    rare_topic: str  # `PLACED` challenges
    faded_topic: str  # half of the oldest tenth of challenges, and none since
    common: str = COMMON
    uncommon: str = UNCOMMON
    rare: str = RARE
    faded: str = FADED
    absent: str = ABSENT


def seed(database_url: str, challenges: int = 10_000) -> Seeded:
    """Fill a migrated database without entries; its tables are analysed and vacuumed after.

    Raises:
        ValueError: there are entries already, or fewer than 1,000 are asked for.
    """
    if challenges < AUTHORS:
        raise ValueError(f"At least {AUTHORS:,} challenges, so that every author has one.")
    with psycopg.connect(database_url, autocommit=True) as connection:
        (count,) = _row(connection, "SELECT count(*) FROM learnings_challenge")
        if count:
            raise ValueError("The database has entries already.")
    filling.fill(database_url, challenges)
    return facts(database_url)


def facts(database_url: str) -> Seeded:
    """What there is to ask for in a database that was seeded before."""
    with psycopg.connect(database_url) as connection:
        return _facts(connection)


def template(rows: int = 10_000, *, server: str | None = None) -> str:
    """The name of a seeded database on the server, made once and anew when its schema changes.

    Read from it; whoever writes takes a `copy`. `server` is a database URL on the server, else
    `DATABASE_URL`. Making it takes seconds for 10,000 rows and some minutes for a million.
    """
    server = server or os.environ["DATABASE_URL"]
    name, digest = f"nexus_bench_{rows}", _digest()
    with psycopg.connect(address(server, "postgres"), autocommit=True) as connection:
        # Two who need it at once make it once.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        made = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
        if made == (digest,):
            return name
        _make_empty(connection, name)
        _migrate(address(server, name))
        seed(address(server, name), rows)
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
        connection.execute(comment.format(sql.Identifier(name), sql.Literal(digest)))
    return name


def copy(rows: int, name: str, *, server: str | None = None) -> str:
    """The URL of a new database `name` with what the template has; one of that name goes.

    Nobody may be connected to the template meanwhile.
    """
    server = server or os.environ["DATABASE_URL"]
    source = template(rows, server=server)
    with psycopg.connect(address(server, "postgres"), autocommit=True) as connection:
        _make_empty(connection, name, source=source)
    return address(server, name)


def drop(name: str, *, server: str | None = None) -> None:
    """Drop a database that `copy` made."""
    server = server or os.environ["DATABASE_URL"]
    with psycopg.connect(address(server, "postgres"), autocommit=True) as connection:
        dropping = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(dropping.format(sql.Identifier(name)))


def _make_empty(connection: Any, name: str, *, source: str = "template1") -> None:
    target = sql.Identifier(name)
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
    # Copying files is quicker than logging every page of a large template.
    making = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    connection.execute(making.format(target, sql.Identifier(source)))


def _migrate(database_url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="nexus-seed-") as folder:
        given = {
            "DJANGO_SETTINGS_MODULE": "nexus.settings.test", "DATABASE_URL": database_url,
            "NEXUS_DATA_DIR": folder, "REDIS_URL": "", "CELERY_BROKER_URL": "",
        }  # fmt: skip
        command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **given})


def _digest() -> str:
    """A short name for what makes a template what it is: migrations, topics, rows."""
    sources = [
        *sorted(ROOT.glob("*/migrations/*.py")),
        ROOT / "learnings" / "taxonomy.toml",
        *(Path(__file__).with_name(f"{name}.py") for name in ("filling", "wording")),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def address(server: str, name: str) -> str:
    """The URL of another database on the server."""
    scheme, host, _path, query, fragment = urlsplit(server)
    return urlunsplit((scheme, host, f"/{name}", query, fragment))


def _row(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()


def _facts(connection: Any) -> Seeded:
    people = dict(connection.execute("SELECT email, id FROM accounts_user").fetchall())
    slugs = [slug for (slug,) in connection.execute("SELECT slug FROM learnings_topic ORDER BY id")]
    (count,) = _row(connection, "SELECT count(*) FROM learnings_challenge")
    challenge, solution = _row(
        connection,
        "SELECT challenge.id, solution.id FROM learnings_challenge challenge JOIN"
        " learnings_solution solution ON challenge_id = challenge.id WHERE accepted"
        " AND challenge.status = 'PUBLISHED' AND challenge.id > 500 ORDER BY challenge.id LIMIT 1",
    )
    (learning,) = _row(
        connection, "SELECT min(id) FROM learnings_learning WHERE status = 'PUBLISHED' AND id > 50"
    )
    return Seeded(
        challenges=count,
        reader_id=people["reader@example.org"],
        reader_email="reader@example.org",
        curator_id=people["curator@example.org"],
        curator_email="curator@example.org",
        author_id=people["author-0007@example.org"],
        challenge_id=challenge,
        solution_id=solution,
        learning_id=learning,
        sparse_author_id=people[f"author-{AUTHORS:04}@example.org"],
        cohort="cohort-3",
        common_topic=slugs[0],
        rare_topic=slugs[-2],
        faded_topic=slugs[-1],
    )


def main() -> None:
    """Make the template of a given size, or say that it stands."""
    parser = argparse.ArgumentParser(description="Keep a seeded database on the server.")
    parser.add_argument("--rows", type=int, default=10_000, help="challenges in it")
    rows = parser.parse_args().rows
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print("nothing seeded: DATABASE_URL names no PostgreSQL server")
        return
    began = time.monotonic()
    print(f"{template(rows)} holds {rows:,} challenges ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
