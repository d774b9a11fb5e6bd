"""Entries of a span of time: what the short ways to them must not lose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from learnings.models import Challenge
from learnings.searching import timely
from tests.factories.learnings import ChallengeFactory

pytestmark = [pytest.mark.services(queue=False), pytest.mark.django_db]

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def found(field, *, since=None, before=None):
    rows = timely.within(Challenge.objects.published(), field, since=since, before=before)
    return sorted(rows.values_list("pk", flat=True))


@pytest.fixture
def walked(monkeypatch):
    """However few they are, they are looked for along the list."""
    monkeypatch.setattr(timely._Gathering, "are_at_most", lambda *_asked: False)


def test_what_a_clock_that_is_behind_says_was_changed_before_is_found(walked):
    hasty = ChallengeFactory(published=True, published_at=NOON + HOUR, updated_at=NOON - HOUR)

    assert found("updated_at", before=NOON) == [hasty.pk]


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_a_span_has_its_beginning_and_not_its_end(field):
    at = {n: NOON + n * HOUR for n in range(4)}
    made = {n: ChallengeFactory(published=True, published_at=NOON, **{field: at[n]}) for n in at}

    assert found(field, since=at[1], before=at[3]) == sorted([made[1].pk, made[2].pk])
    assert found(field, since=at[3], before=at[1]) == []


def test_drafts_are_no_part_of_a_span():
    published = ChallengeFactory(published=True, published_at=NOON, created_at=NOON)
    ChallengeFactory(created_at=NOON)
    gathering = timely._Gathering(Challenge.objects.all(), "created_at", NOON, None)

    rows = Challenge.objects.filter(pk__in=gathering.ids())
    assert [row.pk for row in rows] == [published.pk]
    assert (gathering.are_at_most(1), gathering.are_at_most(0)) == (True, False)


@pytest.mark.parametrize("order", ["", "&ordering=published_at", "&ordering=votes_count"])
def test_spans_of_both_times_narrow_each_other(api, learner, order):
    shared = {"published": True, "published_at": NOON}
    span = "created_before=2026-03-02T12:30:00Z&updated_before=2026-03-02T14:00:00Z"
    wanted = ChallengeFactory(created_at=NOON, updated_at=NOON + HOUR, **shared)
    ChallengeFactory(created_at=NOON, updated_at=NOON + 3 * HOUR, **shared)
    ChallengeFactory(created_at=NOON + HOUR, updated_at=NOON + HOUR, **shared)

    answer = api(learner).get(f"/api/v1/challenges/?{span}{order}")

    assert [row["id"] for row in answer.json()["results"]] == [wanted.pk]


def test_spans_of_both_times_and_an_author_narrow_each_other(api, learner):
    shared = {"published": True, "published_at": NOON, "created_at": NOON}
    wanted = ChallengeFactory(author=learner, updated_at=NOON + HOUR, **shared)
    ChallengeFactory(author=learner, updated_at=NOON + 3 * HOUR, **shared)
    ChallengeFactory(updated_at=NOON + HOUR, **shared)
    span = "created_before=2026-03-02T12:30:00Z&updated_before=2026-03-02T14:00:00Z"

    answer = api(learner).get(f"/api/v1/challenges/?{span}&author={learner.pk}")

    assert [row["id"] for row in answer.json()["results"]] == [wanted.pk]
