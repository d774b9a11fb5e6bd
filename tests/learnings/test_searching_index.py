"""Which way PostgreSQL takes to what is searched for, on a table that is worth an index."""

import pytest
from django.db import connection

from learnings.models import Challenge, EntryType
from learnings.searching import find, matching, similar_to
from tests.factories.learnings import ChallengeFactory

ROWS = 20_000
VECTORS = "challenge_search"
NEWEST = "challenge_pub_newest"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="these are PostgreSQL's plans"),
]


@pytest.fixture
def many():
    """Published challenges: "common" in each, "rare" in three of the oldest."""
    one = ChallengeFactory(published=True, title="Another")
    made = {
        "title": "'A common challenge ' || md5(n::text)",
        "problem": "CASE WHEN n <= 3 THEN 'rare' ELSE 'Nothing of note.' END",
        "published_at": "published_at + n * interval '1 minute'",
    }
    columns = [field.column for field in Challenge._meta.local_concrete_fields[1:]]
    values = [made.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO learnings_challenge ({', '.join(columns)}) SELECT {', '.join(values)}"
            " FROM learnings_challenge, generate_series(1, %s) n WHERE id = %s",
            [ROWS, one.pk],
        )
        cursor.execute("ANALYZE learnings_challenge")


def newest(text: str):
    """A page of the shared list, as it is read."""
    published = Challenge.objects.published().order_by("-published_at", "-id")
    return matching(published, text)[:21]


@pytest.mark.usefixtures("many")
def test_rare_and_absent_words_are_found_by_the_vectors_common_ones_on_the_way():
    rare, absent, common = (newest(text) for text in ("rare", "absent", "common"))

    assert (len(rare), len(absent), len(common)) == (3, 0, 21)
    for rows in (rare, absent):
        assert f"Bitmap Index Scan on {VECTORS}" in rows.explain()
    assert f"Index Scan using {NEWEST}" in common.explain()
    assert VECTORS not in common.explain()


@pytest.mark.usefixtures("many")
def test_a_ranked_search_ends_at_its_bound():
    among = {EntryType.CHALLENGE: Challenge.objects.published()}

    page = find("common", among=among, size=10)
    seen = len(page.entries)
    while page.has_more:
        page = find("common", among=among, size=100, after=page.last)
        seen += len(page.entries)

    assert seen == 1_000
    assert len(similar_to("a common challenge", limit=10).results) == 10
