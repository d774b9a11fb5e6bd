"""Searching with SQLite: two FTS5 tables beside each kind of entry, kept right by triggers.

One holds words as they are, to find what begins with them; the other holds their English stems.
Triggers write both, so that no writer can forget: not `bulk_create`, not `update`, not raw SQL.
Django rebuilds SQLite's tables in later migrations, and a table's triggers go with it: `complete`
is called after every migration and makes anew what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django.db import connections, transaction
from django.db.models import BooleanField, ExpressionWrapper, FloatField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from learnings.searching.hits import Hit, hits_among
from learnings.searching.kinds import COLUMNS, has_title
from learnings.searching.words import SHORTEST_START, SPELLED_OUT, Query

# Accents are kept, as PostgreSQL keeps them. What is looked for while somebody types is short.
_STEMS: Final = "tokenize = 'porter unicode61 remove_diacritics 0'"
_STARTS: Final = "tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3'"
# What may stand right before "C++": to FTS5 all of it separates words anyway.
_BEFORE: Final = "\n\t\r(),./:;*`'\"[]|"
_WEIGHTS: Final = {2: "10.0, 1.0", 1: "1.0"}  # title and text, or the text alone


def complete(connection: Any) -> bool:
    """Make tables and triggers that are missing or of an older form, and fill them.

    Returns whether there was anything to do. Cheap when there is not.
    """
    done = False
    for model, columns in COLUMNS.items():
        table = model._meta.db_table
        expected = dict(_objects(table, columns))
        with connection.cursor() as cursor:
            marks = ", ".join("%s" for _name in expected)
            cursor.execute(
                f"SELECT name, sql FROM sqlite_master WHERE name IN ({marks}, %s)",  # noqa: S608
                [*expected, table],
            )
            present = dict(cursor.fetchall())
        if present.pop(table, None) is None or present == expected:
            continue  # the entries have no table (yet), or all is in place
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            _make(cursor, table, columns, expected)
        done = True
    return done


def _make(cursor: Any, table: str, columns: tuple[str, ...], expected: dict[str, str]) -> None:
    for name, sql in expected.items():
        cursor.execute(f"DROP {'TABLE' if 'VIRTUAL' in sql else 'TRIGGER'} IF EXISTS {name}")
        cursor.execute(sql)
    texts = ", ".join(_plain(column) for column in columns)
    for words in _tables(table):
        cursor.execute(
            f"INSERT INTO {words} (rowid, {', '.join(columns)}) SELECT id, {texts} FROM {table}"  # noqa: S608
        )


def _tables(table: str) -> tuple[str, str]:
    return f"{table}_stems", f"{table}_starts"


def _objects(table: str, columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Name and SQL of each table and trigger, as `sqlite_master` keeps them."""
    names = ", ".join(columns)
    stems, starts = _tables(table)
    for words, options in ((stems, _STEMS), (starts, _STARTS)):
        yield words, f"CREATE VIRTUAL TABLE {words} USING fts5({names}, {options})"
    texts = ", ".join(_plain(f"new.{column}") for column in columns)
    drop = "".join(f" DELETE FROM {words} WHERE rowid = old.id;" for words in (stems, starts))  # noqa: S608
    add = "".join(
        f" INSERT OR REPLACE INTO {words} (rowid, {names}) VALUES (new.id, {texts});"  # noqa: S608
        for words in (stems, starts)
    )
    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in ("id", *columns))
    for event, condition, body in (
        ("INSERT", "", add),
        ("DELETE", "", drop),
        ("UPDATE", f" WHEN {changed}", drop + add),
    ):
        name = f"{table}_words_{event.lower()}"
        yield name, f"CREATE TRIGGER {name} AFTER {event} ON {table}{condition} BEGIN{body} END"


def _plain(column: str) -> str:
    """`column` with "C++" spelled out; the tokenizer does the rest of `words.plain`."""
    text = f"' ' || lower({column})"
    for char in _BEFORE:
        text = f"replace({text}, char({ord(char)}), ' ')"
    for name, spelled_out in SPELLED_OUT:
        text = f"replace({text}, ' {name}', ' {spelled_out}')"
    return text


def matching(rows: QuerySet[Any], query: Query) -> Any:
    """The rows that have what is asked for."""
    return rows.filter(_condition(rows.model, query, column=None))


def ranked(rows: QuerySet[Any], query: Query, text: str) -> list[Hit]:
    """The newest `MAX_RANKED` of the rows that match, with what they are ranked by."""
    is_titled: Any = Value(value=False)
    if has_title(rows.model):
        titled = _condition(rows.model, query, column="title")
        is_titled = ExpressionWrapper(titled, BooleanField())
    found = matching(rows, query).annotate(score=Value(0.0, FloatField()), titled=is_titled)
    hits = hits_among(found, text)
    scores = _scores(rows, query.words)
    return [replace(hit, score=round(scores.get(hit.id, 0.0), 2)) for hit in hits]


def having_any(rows: QuerySet[Any], words: list[str], *, at_most: int) -> list[int]:
    """Ids of the rows that have any of the words, by how many and how prominently."""
    scores = _scores(rows, tuple(words))
    stems, _starts = _tables(rows.model._meta.db_table)
    any_word = " OR ".join(f'"{word}"' for word in words)
    found = rows.filter(pk__in=_ids(stems, any_word)).values_list("pk", flat=True)
    return sorted(found, key=lambda pk: (-scores.get(pk, 0.0), -pk))[:at_most]


def _condition(model: type[Any], query: Query, *, column: str | None) -> Q:
    """Whether an entry, or one column of it, has every term and none of the excluded ones."""
    stems, starts = _tables(model._meta.db_table)
    within = f"{column} : " if column else ""
    condition = Q()
    for words in query.terms:
        # Only letters, digits and marks in quotes: nothing that FTS5 would obey.
        phrase = f'"{" ".join(words)}"'
        found = Q(pk__in=_ids(stems, f"{within}{phrase}"))
        if len(words) == 1 and len(words[0]) >= SHORTEST_START:
            found |= Q(pk__in=_ids(starts, f"{within}{phrase} *"))
        condition &= found
    for words in query.excluded:
        condition &= ~Q(pk__in=_ids(stems, f'"{" ".join(words)}"'))
    return condition


def _ids(table: str, expression: str) -> RawSQL:
    return RawSQL(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", [expression])  # noqa: S608, S611


def _scores(rows: QuerySet[Any], words: tuple[str, ...]) -> dict[int, float]:
    """How well each entry fits, by id: bm25 of whole words and of beginnings together."""
    table = rows.model._meta.db_table
    weights = _WEIGHTS[len(COLUMNS[rows.model])]
    scores: dict[int, float] = {}
    with connections[rows.db].cursor() as cursor:
        for name, ending in zip(_tables(table), ("", " *"), strict=True):
            cursor.execute(
                f"SELECT rowid, -bm25({name}, {weights}) FROM {name} WHERE {name} MATCH %s",  # noqa: S608
                [" OR ".join(f'"{word}"{ending}' for word in words)],
            )
            for row_id, score in cursor.fetchall():
                scores[row_id] = scores.get(row_id, 0.0) + score
    return scores
