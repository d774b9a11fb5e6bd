"""Write a hub's rows by SQL, each from its number alone: see `seeding`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import psycopg

from benchmarks.wording import sentences, titles
from foundation import markdown

AUTHORS: Final = 1_000
PLACED: Final = 20  # rows with the rare word, and under the rare topic, spread from old to new
FILLED: Final = (
    "learnings_challenge", "learnings_challenge_topics", "learnings_solution",
    "learnings_solution_topics", "learnings_learning", "learnings_learning_topics",
)  # fmt: skip

COMMON: Final = "timeout"  # in 30 % of all texts
UNCOMMON: Final = "websocket"  # in 0.5 %: more at each size, yet no page full among the newest
RARE: Final = "quagmire"  # in `PLACED` rows of each kind, whatever the size
FADED: Final = "cobol"  # in half of the oldest tenth, and in none since
ABSENT: Final = "xylophone"


def fill(database_url: str, challenges: int) -> None:
    """Write people and entries into a database that has only topics."""
    with _connection(database_url) as connection:
        _write_words(connection)
        _write_people(connection)
        with _undisturbed(connection):
            with _without_indexes(connection, database_url):
                _write_entries(database_url, challenges)
            _count_on(connection)
            connection.execute("DROP SCHEMA seeding CASCADE")
            _settle(connection)


def _connection(database_url: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(database_url, autocommit=True)
    connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
    return connection


@contextmanager
def _undisturbed(connection: Any) -> Iterator[None]:
    """Keep autovacuum off the filled tables: what it looks at, others cannot see as settled."""
    for table in FILLED:
        connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    yield
    for table in FILLED:
        connection.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


def _settle(connection: Any) -> None:
    """Leave what plans are made by the same each time: statistics, and pages that all may see.

    A sample has 300 rows for each of a histogram's steps, so at ten thousand rows it is all rows.
    """
    # What was committed but is not on the disk yet, VACUUM would not call visible to all. The next
    # commit brings everything before it there.
    connection.execute("SET synchronous_commit = on; SELECT pg_current_xact_id()")
    connection.execute("SET default_statistics_target = 100")  # whatever the server's is
    connection.execute("VACUUM (FREEZE, ANALYZE)")


def _side_by_side(database_url: str, *groups: Iterable[str]) -> None:
    """Run the statements of each group one after the other, the groups at the same time."""

    def run(statements: Iterable[str]) -> None:
        with _connection(database_url) as connection:
            for statement in statements:
                connection.execute(statement)

    with ThreadPoolExecutor() as threads:
        list(threads.map(run, groups))


def _write_words(connection: Any) -> None:
    """Put the sentences that texts are made of where SQL finds them, with their HTML."""
    connection.execute("""
        DROP SCHEMA IF EXISTS seeding CASCADE;
        CREATE SCHEMA seeding;
        CREATE TABLE seeding.sentence (n integer PRIMARY KEY, text text, html text);
        CREATE TABLE seeding.title (n integer PRIMARY KEY, text text);
        CREATE FUNCTION seeding.pick(g bigint, salt bigint, n bigint) RETURNS bigint
            LANGUAGE sql IMMUTABLE AS 'SELECT abs(hashint8extended(g, salt) % n)';
    """)
    with connection.cursor() as cursor:
        with cursor.copy("COPY seeding.sentence FROM STDIN") as rows:
            for number, text in enumerate(sentences()):
                inline = markdown.render(text).removeprefix("<p>").removesuffix("</p>\n")
                rows.write_row((number, text, inline))
        with cursor.copy("COPY seeding.title FROM STDIN") as rows:
            for number, text in enumerate(titles()):
                rows.write_row((number, text))
    connection.execute("ANALYZE seeding.sentence, seeding.title")


def _write_people(connection: Any) -> None:
    """Write authors, a reader and a curator, all verified, and ten cohorts of a hundred."""
    people = """
        INSERT INTO accounts_user (password, is_superuser, email, display_name, track, bio,
            github_url, is_active, token_epoch, joined_at, email_verified_at, revision)
        SELECT '!', false, email, name, (ARRAY['BACKEND','FRONTEND','FULLSTACK'])[1 + n % 3],
            'Learns by building.', '', true, 0, joined, joined, 1
        FROM (
            SELECT n, format('author-%s@example.org', to_char(n, 'FM0000')) AS email,
                format('Author %s', n) AS name,
                timestamptz '2023-01-01 00:00Z' + n * interval '1 hour' AS joined
            FROM generate_series(1, :authors) AS n
            UNION ALL VALUES
                (1, 'reader@example.org', 'Reader', timestamptz '2023-03-01 00:00Z'),
                (1, 'curator@example.org', 'Curator', timestamptz '2023-03-02 00:00Z')
        ) AS people ORDER BY joined;
        INSERT INTO accounts_user_groups (user_id, group_id)
        SELECT u.id, g.id FROM accounts_user u JOIN auth_group g
            ON g.name = CASE u.email WHEN 'curator@example.org' THEN 'CURATOR' ELSE 'LEARNER' END;
        INSERT INTO accounts_cohort (name, slug, starts_on, ends_on)
        SELECT format('Cohort %s', n), format('cohort-%s', n), date '2023-01-01' + 90 * n,
            date '2023-06-30' + 90 * n
        FROM generate_series(0, 9) AS n;
        INSERT INTO accounts_membership (joined_at, cohort_id, user_id)
        SELECT u.joined_at, c.id, u.id FROM accounts_user u JOIN accounts_cohort c
            ON c.slug = 'cohort-' || u.id % 10 WHERE u.email LIKE 'author-%';
        CREATE TABLE seeding.person AS
            SELECT row_number() OVER (ORDER BY id) - 1 AS n, id
            FROM accounts_user WHERE email LIKE 'author-%';
        CREATE TABLE seeding.subject AS
            SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM learnings_topic;
        ANALYZE seeding.person, seeding.subject, accounts_user, accounts_membership;
    """
    connection.execute(people.replace(":authors", str(AUTHORS)))


# One row for each number `g` from 1, the oldest, to `:last`: texts, author, state and times. The
# salts keep what is drawn for challenges, learnings and solutions apart.
_DRAWN: Final = """
    WITH number AS (
        SELECT g, g AS id,
            g % GREATEST(1, :last / :placed) = GREATEST(1, :last / :placed) / 2 AS is_placed,
            g <= :last / 10 AND seeding.pick(g, :salt + 1, 2) = 0 AS has_faded,
            seeding.pick(g, :salt + 2, 100) AS fate,
            timestamptz '2023-04-01 00:00Z' + g * (interval '800 days' / :last) AS created_at
        FROM generate_series(1, :last) AS g
    ), drawn AS (
        SELECT number.*,
            CASE WHEN fate < 4 THEN 'DRAFT' WHEN fate < 7 THEN 'IN_REVIEW'
                WHEN fate < 9 THEN 'REJECTED' WHEN fate < 10 THEN 'RETRACTED'
                ELSE 'PUBLISHED' END AS status,
            created_at + seeding.pick(g, :salt + 3, 4320) * interval '1 minute' AS decided_at,
            seeding.pick(g, :salt + 4, 5) = 0 AS is_edited,
            (40 * power(seeding.pick(g, :salt + 5, 1000) / 1000.0, 6))::int AS votes_count,
            upper(left(t1.text, 1)) || substr(t1.text, 2) || ' ' || t2.text AS title,
            concat(
                CASE WHEN seeding.pick(g, :salt + 6, 10) < 3 THEN ' It ends in a :common.' END,
                CASE WHEN seeding.pick(g, :salt + 7, 200) = 0 THEN ' The :uncommon closes.' END,
                CASE WHEN is_placed THEN ' What a :rare.' END,
                CASE WHEN has_faded THEN ' It was :faded then.' END) AS aside,
            s1.text AS t1, s2.text AS t2, s3.text AS t3,
            s1.html AS h1, s2.html AS h2, s3.html AS h3, person.id AS author_id
        FROM number
        JOIN seeding.title t1 ON t1.n = seeding.pick(g, :salt + 8, 2000)
        JOIN seeding.title t2 ON t2.n = seeding.pick(g, :salt + 9, 2000)
        JOIN seeding.sentence s1 ON s1.n = seeding.pick(g, :salt + 10, 4000)
        JOIN seeding.sentence s2 ON s2.n = seeding.pick(g, :salt + 11, 4000)
        JOIN seeding.sentence s3 ON s3.n = seeding.pick(g, :salt + 12, 4000)
        -- The last author wrote what `:sparse` says, and nothing else.
        JOIN seeding.person ON person.n = CASE WHEN :sparse THEN :authors - 1
            ELSE seeding.pick(g, :salt + 13, :authors - 1) END
    )
"""
_SHARED: Final = """id, status, review_reason, votes_count, created_at, updated_at, submitted_at,
    published_at, source_document, source_repository, source_commit, source_digest, author_id,
    revision"""
_SHARED_VALUES: Final = """id, status,
    CASE status WHEN 'REJECTED' THEN 'It does not say what was seen.' ELSE '' END,
    CASE status WHEN 'PUBLISHED' THEN votes_count ELSE 0 END, created_at,
    CASE WHEN is_edited THEN decided_at + interval '1 day' * (1 + fate)
        WHEN status = 'DRAFT' THEN created_at ELSE decided_at END,
    CASE WHEN status <> 'DRAFT' THEN created_at END,
    CASE WHEN status IN ('PUBLISHED', 'RETRACTED') THEN decided_at END,
    '', '', '', '', author_id, 1"""
_TEXT: Final = r"t1 || aside || E'\n\n- ' || t2 || E'\n- ' || t3"
_HTML: Final = r"""'<p>' || h1 || aside || E'</p>\n<ul>\n<li>' || h2 || E'</li>\n<li>' || h3
    || E'</li>\n</ul>\n'"""
# Three different topics: the first is drawn from few popular ones, the others from all. The two
# last topics go only to rows that are chosen.
_TOPICS: Final = """
    INSERT INTO learnings_:kind_topics (:kind_id, topic_id)
    SELECT g, subject.id
    FROM generate_series(1, :last) AS g
    CROSS JOIN (SELECT count(*) - 2 AS count FROM seeding.subject) AS usual
    CROSS JOIN LATERAL (
        SELECT floor(usual.count
            * power(seeding.pick(g, :salt + 20, 100000) / 100000.0, 3))::int AS a
    ) AS first
    CROSS JOIN LATERAL (VALUES
        (a),
        ((a + 1 + seeding.pick(g, :salt + 21, 90)) % usual.count),
        (CASE
            WHEN g % GREATEST(1, :last / :placed) = GREATEST(1, :last / :placed) / 2
                THEN usual.count
            WHEN g <= :last / 10 AND seeding.pick(g, :salt + 22, 2) = 0 THEN usual.count + 1
            ELSE (a + 100 + seeding.pick(g, :salt + 23, 90)) % usual.count END)
    ) AS chosen (n)
    JOIN seeding.subject ON subject.n = chosen.n
    ORDER BY g
"""
_CHALLENGES: Final = f"""{_DRAWN}
    INSERT INTO learnings_challenge ({_SHARED}, title, problem, problem_html)
    SELECT {_SHARED_VALUES}, title, {_TEXT}, {_HTML} FROM drawn ORDER BY g
"""
_LEARNINGS: Final = f"""{_DRAWN}
    INSERT INTO learnings_learning ({_SHARED}, kind, title, body, body_html)
    SELECT {_SHARED_VALUES},
        (ARRAY['TECHNOLOGY','CONCEPT','BEST_PRACTICE','TAKEAWAY','GOAL'])[
            1 + floor(5 * power(seeding.pick(g, :salt + 14, 1000) / 1000.0, 2))],
        title, {_TEXT}, {_HTML}
    FROM drawn ORDER BY g
"""
# How many solutions a challenge has: of ten none has 2, one 5, two 2, four 1, in the mean 1.3. One
# is accepted where the challenge was published once.
_SOLUTIONS: Final = f"""{_DRAWN}, belonging AS (
        SELECT challenge_id, k, row_number() OVER (ORDER BY challenge_id, k) AS g
        FROM generate_series(1, :challenges) AS challenge_id
        CROSS JOIN LATERAL generate_series(1, (ARRAY[0,0,1,1,1,1,1,2,2,4])[
            1 + seeding.pick(challenge_id, :salt + 15, 10)]) AS k
    )
    INSERT INTO learnings_solution ({_SHARED}, challenge_id, body, body_html, accepted)
    SELECT {_SHARED_VALUES}, challenge_id, {_TEXT}, {_HTML},
        k = 1 AND status = 'PUBLISHED' AND seeding.pick(challenge_id, 100 + 2, 100) >= 9
            AND seeding.pick(g, :salt + 16, 10) < 7
    FROM drawn JOIN belonging USING (g) ORDER BY g
"""
_SOLUTION_TOPICS: Final = """
    INSERT INTO learnings_solution_topics (solution_id, topic_id)
    SELECT solution.id, subject.id
    FROM learnings_solution solution
    CROSS JOIN (SELECT count(*) - 2 AS count FROM seeding.subject) AS usual
    JOIN seeding.subject ON subject.n = floor(usual.count * power(
        seeding.pick(solution.challenge_id, 100 + 20, 100000) / 100000.0, 3))::int
    ORDER BY solution.id
"""


def _write_entries(database_url: str, challenges: int) -> None:
    """Write entries and their topics, oldest first."""
    sparse = f"g IN ({challenges // 4}, {challenges // 2}, {challenges})"

    def filled(query: str, last: int, salt: int, sparse: str = "false", kind: str = "") -> str:
        given = {
            ":authors": AUTHORS, ":placed": PLACED, ":salt": salt, ":last": last, ":sparse": sparse,
            ":challenges": challenges, ":kind": kind,
            ":common": COMMON, ":uncommon": UNCOMMON, ":rare": RARE, ":faded": FADED,
        }  # fmt: skip
        for name, value in given.items():
            query = query.replace(name, str(value))
        return query

    _side_by_side(
        database_url,
        (
            filled(_CHALLENGES, challenges, salt=100, sparse=sparse),
            filled(_TOPICS, challenges, salt=100, kind="challenge"),
        ),
        (
            filled(_SOLUTIONS, challenges * 13 // 10, salt=300),
            filled(_SOLUTION_TOPICS, challenges, salt=100),
        ),
        (
            filled(_LEARNINGS, challenges // 10, salt=200),
            filled(_TOPICS, challenges // 10, salt=200, kind="learning"),
        ),
    )


@contextmanager
def _without_indexes(connection: Any, database_url: str) -> Iterator[None]:
    """Take foreign keys, unique constraints and indexes off the filled tables, and remake them.

    Made at once they take a fraction of the time that they would row by row.
    """
    tables = [list(FILLED)]
    constraints = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype, oid",
        tables,
    ).fetchall()
    for table, name, _ in constraints:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = connection.execute(
        "SELECT indrelid, indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY (%s::regclass[]) AND NOT indisprimary ORDER BY indexrelid",
        tables,
    ).fetchall()
    by_table: dict[int, list[str]] = {}
    for table, name, definition in indexes:
        connection.execute(f"DROP INDEX {name}")
        by_table.setdefault(table, []).append(definition)
    yield
    _side_by_side(database_url, *by_table.values())
    for table, name, definition in reversed(constraints):
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _count_on(connection: Any) -> None:
    """Let new entries have the next ids."""
    for table in FILLED:
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
        )
