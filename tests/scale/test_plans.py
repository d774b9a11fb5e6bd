"""How PostgreSQL answers each list, detail and search, on ten thousand challenges.

`plans.txt` holds the way that each question takes to the entries. After a change that is meant,
`NEXUS_WRITE_PLANS=1` writes it anew: read the difference before committing it. Neither how the
server is set up nor what it samples decides there: planned is by PostgreSQL's own settings, and of
ten thousand rows statistics know all.
The data are a template database that stays on the server; making it takes some seconds, once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings as project
from django.db import connection

from benchmarks import asking, seeding
from benchmarks.plans import Plan, plans
from foundation.caching import Kept
from learnings.models import Challenge, Topic
from learnings.searching import timely, topical
from tests.scale import agreements

pytestmark = pytest.mark.services(queue=False)

ROWS: Final = 10_000
SNAPSHOT: Final = Path(__file__).with_name("plans.txt")
ENTRIES: Final = ("learnings_challenge", "learnings_solution", "learnings_learning")
TALLIES: Final = "learnings_topictally"  # summed up to what is published under topics
SMALL: Final = "learnings_learning"  # a thousand rows: reading them all may be the best way

# How many rows a step may read, by what is asked for. None of them is a share of the table.
AT_MOST: Final = {
    "detail": 100,
    "list": 1_000,  # a filter that one row in thirty passes; all learnings that there are
    "search": 5_100,  # the newest 2,000, by which words are judged; up to 5,000 are compared
}
COUNTED: Final = 11_500  # lists are counted as far as 10,000 rows
LINKS: Final = topical.MOST + 1  # of topics with entries: counted as far before they are gathered

# PostgreSQL's own, whatever this server's are.
PLANNED_BY: Final = {
    "cpu_index_tuple_cost": "0.005",
    "cpu_operator_cost": "0.0025",
    "cpu_tuple_cost": "0.01",
    "effective_cache_size": "4GB",
    "effective_io_concurrency": "1",
    "hash_mem_multiplier": "2",
    "max_parallel_workers_per_gather": "2",
    "random_page_cost": "4",
    "seq_page_cost": "1",
    "work_mem": "4MB",
}

# What reads more, each with its reason; docs/search.md says what it costs.
KNOWN: Final = {
    "challenges: under a faded topic": "half of the oldest tenth: all others are walked past",
    "similar: a common and a rare word": "the newest 5,000 with any of the words are compared",
    "made before": "if many, the newest published are walked past: ask for ordering=-created_at",
}


@pytest.fixture(scope="module")
def answered(django_db_blocker) -> Iterator[dict[asking.Question, list[Plan]]]:
    """Every question of the contract, with the plans of its statements."""
    name = seeding.template(ROWS)
    usual, project.KEPT_ANSWERS = project.KEPT_ANSWERS, Kept.NONE
    try:
        with django_db_blocker.unblock(), asking.connected_to(name):
            with connection.cursor() as cursor:
                for setting, value in PLANNED_BY.items():
                    cursor.execute(f"SET {setting} = '{value}'")
            yield _answers(_facts(name))
    finally:
        project.KEPT_ANSWERS = usual


def _facts(name: str) -> seeding.Seeded:
    return seeding.facts(seeding.address(os.environ["DATABASE_URL"], name))


def _answers(seeded: seeding.Seeded) -> dict[asking.Question, list[Plan]]:
    reader, curator = (asking.client_of(pk) for pk in (seeded.reader_id, seeded.curator_id))
    for client in (reader, curator):
        client.get("/api/v1/cohorts/")  # who it is, is asked once
    found = {}
    for question in [*asking.questions(seeded, asking.cursors()), *asking.personal()]:
        client = curator if "all that is" in question.name else reader
        with plans() as seen:
            answer = client.get(question.address)
        assert answer.status_code == 200, (question, answer.content)
        # At a thousand rows of users, how names are joined says nothing.
        found[question] = [plan for plan in seen if list(_ways(plan))]
    return found


def _ways(plan: Plan) -> Iterator[str]:
    """How a statement came to entries, to their topics and to tallies, and what it sorted."""
    for node in plan.top.walk():
        if node.table.startswith((*ENTRIES, TALLIES)) or node.kind.startswith("Bitmap Index"):
            yield f"{node.kind} {node.index or node.table}"
        elif "Sort" in node.kind:
            yield node.kind


def _ways_of(answered: dict[asking.Question, list[Plan]]) -> dict[str, list[str]]:
    return {
        question.name: [", ".join(_ways(plan)) for plan in statements]
        for question, statements in answered.items()
    }


def test_each_question_takes_the_way_that_was_agreed(answered):
    found = _ways_of(answered)
    version = f"PostgreSQL {connection.pg_version // 10_000}"
    head, agreed = agreements.read(SNAPSHOT.read_text())
    if os.environ.get("NEXUS_WRITE_PLANS"):
        head = f"{version}, {ROWS:,} challenges. NEXUS_WRITE_PLANS=1 writes this anew."
        SNAPSHOT.write_text(agreements.written(head, found, agreed))
        head, agreed = agreements.read(SNAPSHOT.read_text())
    if head.partition(",")[0] != version:
        pytest.skip(f"plans were agreed on {head.partition(',')[0]}")
    others = agreements.differences(found, agreed)
    assert not others, "\n".join(others)


@pytest.mark.parametrize(
    ("asked", "without"),
    [
        ("challenges: by -published_at", "enable_indexscan"),  # sorts all
        ("challenges: page 1, counted", "enable_indexonlyscan"),  # reads the table to count it
        ("challenges: with a rare word", "enable_bitmapscan"),  # reads all texts
    ],
)
def test_another_way_than_was_agreed_is_noticed(answered, asked, without):
    question = next(question for question in answered if question.name == asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SET {without} = off")
    try:
        client = asking.client_of(_facts(seeding.template(ROWS)).reader_id)
        with plans() as seen:
            client.get(question.address)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"RESET {without}")
    _head, agreed = agreements.read(SNAPSHOT.read_text())
    found = _ways_of({question: [plan for plan in seen if list(_ways(plan))]})
    assert agreements.differences(found, {asked: agreed[asked]})


def test_no_question_reads_a_whole_table(answered):
    reads = {
        (question.name, node.table)
        for question, statements in answered.items()
        for plan in statements
        for node in plan.top.walk()
        if node.kind == "Seq Scan" and node.table.startswith(ENTRIES)
        if not node.table.startswith(SMALL) and question.name not in KNOWN
    }
    assert not reads


def test_what_a_question_reads_is_no_share_of_the_table(answered):
    too_many = {
        question.name: most
        for question, statements in answered.items()
        if (most := _most_read(statements)) > _allowed(question)
        and not any(known in question.name for known in KNOWN)
    }
    assert not too_many


def test_what_is_known_to_read_more_still_does(answered):
    """Take it off the list once it was mended."""
    beyond = {q.name for q, statements in answered.items() if _most_read(statements) > _allowed(q)}
    assert [known for known in KNOWN if not any(known in name for name in beyond)] == []


def test_a_plan_that_reads_everything_is_noticed(answered):
    """The rules above can fail: without its indexes a list reads the table."""
    question = next(iter(answered))
    seeded = _facts(seeding.template(ROWS))
    with connection.cursor() as cursor:
        cursor.execute("SET enable_indexscan = off; SET enable_bitmapscan = off")
        cursor.execute("SET enable_indexonlyscan = off")
    try:
        client = asking.client_of(seeded.reader_id)
        with plans() as seen:
            client.get(replace(question, address=question.address + "&page_size=19").address)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET enable_indexscan; RESET enable_bitmapscan")
            cursor.execute("RESET enable_indexonlyscan")
    assert _most_read(seen) > AT_MOST["list"]
    assert any("Seq Scan learnings_challenge" in _ways(plan) for plan in seen)


@pytest.mark.parametrize("kind", ["common", "rare", "faded"])
def test_entries_of_a_topic_are_the_same_gathered_or_walked(answered, monkeypatch, kind):
    slug = getattr(_facts(seeding.template(ROWS)), f"{kind}_topic")
    topics = [Topic.objects.get(slug=slug).pk]
    found = []
    for is_short in (True, False):
        monkeypatch.setattr(topical, "_are_few", lambda *_asked, answer=is_short: answer)
        rows = topical.under_any(Challenge.objects.published(), topics)
        found.append(list(rows.order_by("pk").values_list("pk", flat=True)))
    assert found[0] == found[1] != []


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ("challenges: made within two days", "challenge_pub_created"),
        ("solutions: made within two days, by votes", "solution_pub_created"),
        ("challenges: made long ago", "challenge_pub_created"),
        ("challenges: changed within two days", "challenge_pub_updated"),
    ],
)
def test_few_entries_of_a_span_of_time_are_gathered_by_its_index(answered, asked, index):
    count, page, *_looks = _ways_of(answered)[asked]
    assert count == f"Index Only Scan {index}"
    assert index in page
    assert "pub_newest" not in page
    assert "Seq Scan" not in page


def test_what_was_changed_before_some_day_is_looked_for_from_there(answered):
    plans_by_name = {question.name: statements for question, statements in answered.items()}
    _count, page, *_looks = plans_by_name["challenges: changed before"]
    assert list(_ways(page)) == ["Index Scan challenge_pub_newest"]
    assert _most_read([page]) < 100


SPANS: Final = {
    "two days": (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC)),
    "a year": (datetime(2023, 6, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)),
    "long ago": (None, datetime(2023, 5, 1, tzinfo=UTC)),
    "of late": (datetime(2025, 6, 1, tzinfo=UTC), None),
    "never": (datetime(2031, 1, 1, tzinfo=UTC), None),
    "nearly for ever": (None, datetime.max.replace(tzinfo=UTC)),
}


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
@pytest.mark.parametrize("span", SPANS)
def test_entries_of_a_span_are_the_same_gathered_or_walked(answered, monkeypatch, field, span):
    since, before = SPANS[span]
    rows = Challenge.objects.published().order_by("pk").values_list("pk", flat=True)
    expected = list(timely.spanned(rows, field, since=since, before=before))
    for is_short in (True, False):
        few = lambda *_asked, answer=is_short: answer  # noqa: E731
        monkeypatch.setattr(timely._Gathering, "are_at_most", few)
        assert list(timely.within(rows, field, since=since, before=before)) == expected
    assert bool(expected) == (span != "never")


def _most_read(statements: list[Plan]) -> int:
    """The most rows that one step read; links of topics as far as they are counted are none."""
    reads = (
        node.read
        for plan in statements
        for node in plan.top.walk()
        if node.table in (*ENTRIES, TALLIES)
        or "Sort" in node.kind
        or (node.table.endswith("_topics") and node.read > LINKS)
    )
    return max(reads, default=0)


def _allowed(question: asking.Question) -> int:
    return COUNTED if "counted" in question.name else AT_MOST[question.goal]
