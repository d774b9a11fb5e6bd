"""Searching with PostgreSQL: a weighted vector beside each entry, trigrams of titles for typos.

Migration 0008 makes both. The vector holds each word as it is and as its English stem, so that
"migratio" finds migrations while somebody is typing, and "redis" does not find what redirects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections, transaction
from django.db.models import BooleanField, Field, FloatField, QuerySet, Value
from django.db.models.expressions import RawSQL

from learnings.searching.hits import Hit, Tier, hits_among
from learnings.searching.kinds import has_title
from learnings.searching.words import SHORTEST_START, Query

# The newest published rows by which we tell whether a word is common: the planner cannot, and
# walks the whole list from its newest row to find a word that hardly any of them has.
SAMPLE: Final = 2_000
COMMON_IN_LISTS: Final = 20  # of the sample: a page is full within a few hundred rows
COMMON_WHEN_RANKED: Final = 200
MAX_COMPARED: Final = 5_000  # rows with any of several common words
WEIGHTS: Final = "{0,0,0.2,1}"  # of D, C, B (the text) and A (the title)
BY_LENGTH: Final = 1  # a hit in a long text says less

SHORTEST_TYPO: Final = 4  # letters: shorter words are like too many others
LIKENESS: Final = 0.42  # of a word and the likest part of a title; two letters swapped in six

_Condition = tuple[str, list[Any]]


def matching(rows: QuerySet[Any], query: Query) -> Any:
    """The rows that have what is asked for, found by the vectors' index unless they are common."""
    sql, params = _tsquery(query)
    is_common = _is_common(rows, sql, params, from_hits=COMMON_IN_LISTS)
    return _having(rows, sql, params, is_common=is_common)


def ranked(rows: QuerySet[Any], query: Query, text: str) -> list[Hit]:
    """The newest `MAX_RANKED` of the rows that match, with what they are ranked by."""
    sql, params = _tsquery(query)
    is_common = _is_common(rows, sql, params, from_hits=COMMON_WHEN_RANKED)
    found = _having(rows, sql, params, is_common=is_common)
    vector = f"{_table(rows)}.search_vector"
    is_titled: Any = Value(value=False)
    if has_title(rows.model):
        titled = f"ts_filter({vector}, '{{a}}') @@ ({sql})"
        is_titled = _raw(titled, params, BooleanField())
    rank = _raw(f"ts_rank('{WEIGHTS}', {vector}, {sql}, {BY_LENGTH})", params, FloatField())
    return hits_among(found.annotate(score=rank, titled=is_titled), text)


def resembling(rows: QuerySet[Any], query: Query) -> list[Hit]:
    """Rows whose titles have each longer word with a typo; scored by how like they are, up to 1.

    None without titles, without a longer word, or without PostgreSQL's extension pg_trgm.
    """
    words = [word for word in query.words if len(word) >= SHORTEST_TYPO]
    if not words or not has_title(rows.model):
        return []
    title = f"{_table(rows)}.title"
    with _forgiving(rows.db) as is_able:
        if not is_able:
            return []
        for word in words:
            rows = rows.filter(_raw(f"{title} %%> %s", [word], BooleanField()))
        likeness = " + ".join(f"word_similarity(%s, {title})" for _word in words)
        mean = _raw(f"({likeness}) / {len(words)}", words, FloatField())
        return hits_among(rows.annotate(score=mean, titled=Value(value=False)), "", tier=Tier.TYPO)


def titled_like(rows: QuerySet[Any], text: str, *, at_most: int) -> dict[int, float]:
    """The likeness, up to 1, of titles that say nearly what `text` says, by id.

    None without PostgreSQL's extension pg_trgm.
    """
    title = f"{_table(rows)}.title"
    with _forgiving(rows.db) as is_able:
        if not is_able:
            return {}
        like = rows.filter(_raw(f"{title} %% %s", [text], BooleanField()))
        found = like.annotate(likeness=_raw(f"similarity({title}, %s)", [text], FloatField()))
        best = found.order_by("-likeness", "-published_at", "-pk")
        return dict(best.values_list("pk", "likeness")[:at_most])


@contextmanager
def _forgiving(alias: str) -> Iterator[bool]:
    """A transaction in which words as like as `LIKENESS` match; False without the extension."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true),"
            " EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')",
            [str(LIKENESS)],
        )
        yield cursor.fetchone()[1]


def having_any(rows: QuerySet[Any], words: list[str], *, at_most: int) -> list[int]:
    """Ids of the rows that have any of the words, by how many and how prominently.

    Where such rows are common, the newest `MAX_COMPARED` of them are looked at.
    """
    sql, params = "to_tsquery('english', %s)", [" | ".join(f"'{word}'" for word in words)]
    is_common = _is_common(rows, sql, params, from_hits=COMMON_WHEN_RANKED)
    rank = f"ts_rank('{WEIGHTS}', {_table(rows)}.search_vector, {sql}, {BY_LENGTH})"
    found = _having(rows, sql, params, is_common=is_common).annotate(
        score=_raw(rank, params, FloatField())
    )
    if not is_common:
        best = found.order_by("-score", "-published_at", "-pk")
        return list(best.values_list("pk", flat=True)[:at_most])
    newest = found.order_by("-published_at", "-pk").values_list("pk", "score")[:MAX_COMPARED]
    ranked = sorted(newest, key=lambda row: -row[1])  # stable: the newest first among equals
    return [pk for pk, _score in ranked[:at_most]]


def _tsquery(query: Query) -> _Condition:
    """An SQL expression for the query; its parameters are words, which cannot be syntax."""
    parts, params = [], []
    for words in query.terms:
        if len(words) > 1:
            parts.append("phraseto_tsquery('english', %s)")
            params.append(" ".join(words))
            continue
        start = ":*" if len(words[0]) >= SHORTEST_START else ""
        parts.append("(to_tsquery('english', %s) || to_tsquery('simple', %s))")
        params += [f"'{words[0]}'", f"'{words[0]}'{start}"]
    for words in query.excluded:
        parts.append("!! phraseto_tsquery('english', %s)")
        params.append(" ".join(words))
    return f"({' && '.join(parts)})", params


def _is_common(rows: QuerySet[Any], sql: str, params: list[Any], *, from_hits: int) -> bool:
    """Whether so many of the newest published rows match that any list soon meets one."""
    sample = (
        f"SELECT count(*) FROM (SELECT search_vector FROM {_table(rows)}"  # noqa: S608
        " WHERE status = 'PUBLISHED' ORDER BY published_at DESC, id DESC"
        f" LIMIT {SAMPLE}) newest WHERE search_vector @@ {sql}"
    )
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sample, params)
        count: int = cursor.fetchone()[0]
    return count >= from_hits


def _having(rows: QuerySet[Any], sql: str, params: list[Any], *, is_common: bool) -> Any:
    """The rows whose vector matches.

    The way to common ones is left to the planner: it walks along the list. For all others the
    vectors' index goes first, which the planner cannot be told but this way.
    """
    table = _table(rows)
    if is_common:
        return rows.filter(_raw(f"{table}.search_vector @@ {sql}", params, BooleanField()))
    # An array, of which the planner supposes that it is short: of a join it would think twice, and
    # read a whole index beside it.
    found = f"SELECT unnest(ARRAY(SELECT id FROM {table} WHERE search_vector @@ {sql}))"  # noqa: S608
    return rows.filter(pk__in=_raw(found, params))


def _raw(sql: str, params: Sequence[Any], field: Field[Any, Any] | None = None) -> RawSQL:
    """SQL of ours, in which all that somebody typed is a parameter."""
    return RawSQL(sql, params, field)  # noqa: S611


def _table(rows: QuerySet[Any]) -> str:
    return connections[rows.db].ops.quote_name(rows.model._meta.db_table)
