"""What PostgreSQL searches by: a weighted vector beside each entry, and trigrams of titles.

SQLite has its own index (`learnings.searching.sqlite`), made anew after any migration: Django
rebuilds SQLite's tables, and with them go their triggers.
"""

import logging
from typing import Any

from django.db import DatabaseError, migrations, transaction

logger = logging.getLogger(__name__)

# No list of rows still to be entered: every search would have to read it, and after an import the
# planner would rather read the whole table.
STEADY = "WITH (fastupdate = off)"

COLUMNS = {"learning": ("title", "body"), "challenge": ("title", "problem"), "solution": ("body",)}
# All of ASCII that separates words. `+` and `#` go later, when "C++" and "C#" are spelled out.
SEPARATORS = "!\"$%&'()*,-./:;<=>?@[\\]^_`{|}~\n\t\r\f\v"


def words(column: str) -> str:
    """`column` as PostgreSQL should read it: learnings.searching.words.plain says the same.

    PostgreSQL's own reading would keep `django.core.exceptions` and `127.0.0.1:5432` whole.
    """
    quoted = SEPARATORS.replace("'", "''")
    text = f"' ' || translate(lower({column}), '{quoted}', '{' ' * len(SEPARATORS)}')"
    for name, spelled_out in (("c++", "cplusplus"), ("c#", "csharp"), ("f#", "fsharp")):
        text = f"replace({text}, ' {name}', ' {spelled_out}')"
    return f"translate({text}, '+#', '  ')"


def vector(columns: tuple[str, ...]) -> str:
    """Words as they are, for those that somebody is still typing, and their English stems."""
    weights = "AB" if len(columns) > 1 else "B"
    return " || ".join(
        f"setweight(to_tsvector('{language}', {words(column)}), '{weight}')"
        for column, weight in zip(columns, weights, strict=True)
        for language in ("english", "simple")
    )


def add_vectors(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for kind, columns in COLUMNS.items():
        table = f"learnings_{kind}"
        schema_editor.execute(
            f"ALTER TABLE {table} ADD COLUMN search_vector tsvector"
            f" GENERATED ALWAYS AS ({vector(columns)}) STORED",
            params=None,
        )
        schema_editor.execute(
            f"CREATE INDEX {kind}_search ON {table} USING gin (search_vector) {STEADY}", params=None
        )


def drop_vectors(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for kind in COLUMNS:
            schema_editor.execute(f"ALTER TABLE learnings_{kind} DROP COLUMN search_vector")


def add_trigrams(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        logger.warning("Search will not forgive typos, for pg_trgm cannot be made: %s", error)
        return
    for kind in ("learning", "challenge"):
        schema_editor.execute(
            f"CREATE INDEX {kind}_title_trigrams ON learnings_{kind}"
            f" USING gin (title gin_trgm_ops) {STEADY}"
        )


def drop_trigrams(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for kind in ("learning", "challenge"):
            schema_editor.execute(f"DROP INDEX IF EXISTS {kind}_title_trigrams")


class Migration(migrations.Migration):
    dependencies = [("learnings", "0007_revisions_counted")]
    operations = [
        migrations.RunPython(add_vectors, drop_vectors),
        migrations.RunPython(add_trigrams, drop_trigrams),
    ]
