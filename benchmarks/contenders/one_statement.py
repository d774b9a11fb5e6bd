"""No framework: a prepared statement that makes the JSON in PostgreSQL, on plain WSGI.

It checks no token, counts nobody and tags nothing: what is left is the cost of the data itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any, Final

from psycopg_pool import ConnectionPool

_ENTRY: Final = """
    jsonb_build_object(
        'id', c.id, 'author', jsonb_build_object('id', a.id, 'display_name', a.display_name),
        'topics', coalesce((
            SELECT jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.name) ORDER BY t.name)
            FROM learnings_challenge_topics ct JOIN learnings_topic t ON t.id = ct.topic_id
            WHERE ct.challenge_id = c.id AND NOT t.is_proposed), '[]'),
        'status', c.status, 'review_reason', nullif(c.review_reason, ''), 'source', NULL,
        'votes_count', c.votes_count, 'created_at', c.created_at, 'updated_at', c.updated_at,
        'published_at', c.published_at, 'title', c.title, 'problem', c.problem,
        'problem_html', c.problem_html,
        'solutions_count', (
            SELECT count(*) FROM learnings_solution s
            WHERE s.challenge_id = c.id AND s.status = 'PUBLISHED'),
        'accepted_solution', (
            SELECT s.id FROM learnings_solution s
            WHERE s.challenge_id = c.id AND s.status = 'PUBLISHED' AND s.accepted),
        'solved', EXISTS (
            SELECT 1 FROM learnings_solution s
            WHERE s.challenge_id = c.id AND s.status = 'PUBLISHED' AND s.accepted))
"""
LIST: Final = f"""
    SELECT jsonb_build_object('next', NULL, 'previous', NULL, 'results',
        jsonb_agg({_ENTRY} ORDER BY c.published_at DESC, c.id DESC))::text
    FROM (SELECT * FROM learnings_challenge WHERE status = 'PUBLISHED'
          ORDER BY published_at DESC, id DESC LIMIT 20) c
    JOIN accounts_user a ON a.id = c.author_id
"""
DETAIL: Final = f"""
    SELECT ({_ENTRY})::text
    FROM learnings_challenge c JOIN accounts_user a ON a.id = c.author_id
    WHERE c.id = %s AND c.status = 'PUBLISHED'
"""
# Columns with neither default nor null get what the product writes in a new draft.
CREATE: Final = """
    INSERT INTO learnings_challenge (author_id, title, problem, problem_html, status, review_reason,
        votes_count, created_at, updated_at, source_document, source_repository, source_commit,
        source_digest, revision)
    VALUES (%s, %s, %s, %s, 'DRAFT', '', 0, now(), now(), '', '', '', '', 1)
    RETURNING jsonb_build_object('id', id)::text
"""

pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1, max_size=4, open=True, kwargs={"autocommit": True, "prepare_threshold": 0},
)  # fmt: skip


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """`GET /list`, `GET /detail/ID`, `POST /create`."""
    if environ["REQUEST_METHOD"] == "POST":
        status, body = "201 Created", _create(json.load(environ["wsgi.input"]))
    else:
        name, _, number = environ["PATH_INFO"][1:].partition("/")
        status = "200 OK"
        body = _asked(DETAIL, [int(number)]) if name == "detail" else _asked(LIST, [])
    start_response(
        status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]


def _asked(statement: Any, values: list[Any]) -> bytes:
    with pool.connection() as connection:
        row = connection.execute(statement, values).fetchone()
    return row[0].encode() if row else b"{}"


def _create(given: dict[str, Any]) -> bytes:
    author = int(os.environ["BENCH_AUTHOR"])
    return _asked(CREATE, [author, given["title"], given["problem"], ""])
