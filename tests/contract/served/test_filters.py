"""Lists: each filter, trimming by `fields` and embedding by `expand`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Track
from learnings.models import Challenge, Learning, LearningKind
from tests.contract.served.test_shapes import ENTRY
from tests.factories.accounts import CohortFactory, MembershipFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
USER = {"id", "display_name", "track", "bio", "github_url", "role", "joined_at"}
TOPIC = {"slug", "name", "kind", "aliases", "learnings_count", "challenges_count"}


@pytest.fixture(scope="module")
def found(hub):
    """Two learnings and two challenges that differ in everything one can filter by."""
    hub.join("frontender", track=Track.FRONTEND)
    authors = hub.people["author"], hub.people["frontender"]
    cohort = CohortFactory(slug="spring")
    MembershipFactory(cohort=cohort, user=authors[0])
    topics = TopicFactory(slug="css"), TopicFactory(slug="sql")
    learnings = [
        LearningFactory(author=authors[0], published=True, topics=topics, title="Flying saucers",
                        kind=LearningKind.CONCEPT),
        LearningFactory(author=authors[1], published=True, topics=[topics[1]], title="Plain tea",
                        kind=LearningKind.GOAL),
    ]  # fmt: skip
    challenges = [
        ChallengeFactory(author=authors[0], published=True, topics=topics, title="Flying teapots"),
        ChallengeFactory(author=authors[1], published=True, topics=[topics[1]], title="Plain"),
    ]
    solutions = [
        SolutionFactory(author=authors[0], challenge=challenges[0], published=True, accepted=True,
                        body="Flying is an art."),
        SolutionFactory(author=authors[1], challenge=challenges[1], published=True, body="Walk."),
    ]  # fmt: skip
    for pair in (learnings, challenges, solutions):
        for number, row in enumerate(pair):
            moment = NOON + timedelta(days=number)
            type(row).objects.filter(pk=row.pk).update(created_at=moment, updated_at=moment)
    return {"learnings": learnings, "challenges": challenges, "solutions": solutions}


BOTH, FIRST, SECOND = [0, 1], [0], [1]
SHARED = [
    ("author={author}", FIRST),
    ("author=me", FIRST),
    ("status=PUBLISHED", BOTH),
    ("created_after=2026-05-05T00:00:00Z", SECOND),
    ("created_before=2026-05-05T00:00:00Z", FIRST),
    ("updated_after=2026-05-05T02:00:00%2B02:00", SECOND),
    ("updated_before=2026-05-05T00:00:00Z", FIRST),
    ("search=flying", FIRST),
    ("search=flying nowhere", []),
]
TOPICAL = [
    ("topic=css", FIRST), ("topic=sql", BOTH), ("topic=css&topic=sql", BOTH),
    ("cohort=spring", FIRST), ("track=FRONTEND", SECOND), ("track=BACKEND", FIRST),
    ("track=FRONTEND&topic=css", []),
]  # fmt: skip
CASES = [
    *((name, *case) for name in ("learnings", "challenges", "solutions") for case in SHARED),
    *((name, *case) for name in ("learnings", "challenges") for case in TOPICAL),
    ("learnings", "kind=GOAL", SECOND),
    ("challenges", "solved=true", FIRST),
    ("challenges", "solved=false", SECOND),
    ("solutions", "challenge={challenge}", FIRST),
]


@pytest.mark.parametrize(("name", "query", "expected"), CASES)
def test_each_filter_keeps_what_it_says(hub, found, name, query, expected):
    asked = query.format(author=hub.people["author"].pk, challenge=found["challenges"][0].pk)

    ids = hub.author.get(f"{name}/?{asked}").ids

    assert sorted(ids) == [found[name][number].pk for number in expected]


@pytest.mark.parametrize(("name", "query"), [
    ("learnings", "solved=true"), ("challenges", "kind=GOAL"), ("solutions", "topic=css"),
    ("solutions", "track=BACKEND"), ("learnings", "challenge=1"),
])  # fmt: skip
def test_a_filter_of_another_list_is_unknown(hub, name, query):
    assert hub.author.get(f"{name}/?{query}").culprits == {(query.partition("=")[0], "unknown")}


def test_fields_trim_lists_and_details(hub, found):
    row = found["challenges"][0]

    listed = hub.author.get("challenges/?fields=id,title").json["results"]
    shown = hub.author.get(f"challenges/{row.pk}/?fields=title").json

    assert {frozenset(each) for each in listed} == {frozenset({"id", "title"})}
    assert shown == {"title": "Flying teapots"}


def test_expand_embeds_the_full_author_and_topics(hub, found):
    row = found["learnings"][0]
    for path in (f"learnings/{row.pk}/", "learnings/?search=flying"):
        answer = hub.other.get(f"{path}{'&' if '?' in path else '?'}expand=author,topics").json
        shown = answer["results"][0] if "results" in answer else answer
        assert set(shown) == ENTRY | {"kind", "title", "body", "body_html"}
        assert shown["author"] == hub.other.get(f"users/{row.author_id}/").json
        assert set(shown["author"]) == USER
        assert [set(topic) for topic in shown["topics"]] == [TOPIC, TOPIC]


def test_expand_embeds_a_challenges_published_solutions_one_level_deep(hub, found):
    challenge = Challenge.objects.get(pk=found["challenges"][0].pk)
    SolutionFactory(challenge=challenge, author=hub.people["author"])
    published = found["solutions"][0]

    shown = hub.author.get(f"challenges/{challenge.pk}/?expand=solutions,author").json

    assert shown["solutions"] == [hub.author.get(f"solutions/{published.pk}/").json]
    assert set(shown["author"]) == USER
    assert set(shown["solutions"][0]["author"]) == {"id", "display_name"}


def test_only_challenges_have_solutions_to_embed(hub):
    assert hub.author.get("learnings/?expand=solutions").culprits == {("expand", "invalid_choice")}


def test_fields_and_expand_go_together(hub, found):
    row = found["learnings"][0]
    shown = hub.other.get(f"learnings/{row.pk}/?fields=id,author&expand=author").json
    assert set(shown) == {"id", "author"}
    assert set(shown["author"]) == USER


def test_filters_and_pages_keep_together(hub, found):
    first = hub.author.get("learnings/?topic=sql&page_size=1&fields=id")
    rest = hub.author.get(first.json["next"].partition(hub.host)[2])

    assert first.ids + rest.ids == [row.pk for row in reversed(found["learnings"])]
    assert set(rest.json["results"][0]) == {"id"}
    assert Learning.objects.published().count() == 2
