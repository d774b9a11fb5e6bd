"""Whoever writes to people, cohorts or sessions, the next answer shows it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import Membership, TokenFamily
from tests.factories.accounts import CohortFactory
from tests.factories.learnings import LearningFactory

WRITES = {
    "through the cohort": lambda cohort, user: cohort.members.add(user),
    "through the person": lambda cohort, user: user.cohorts.add(cohort),
    "in bulk": lambda cohort, user: Membership.objects.bulk_create(
        [Membership(cohort=cohort, user=user)]
    ),
    "by hand": lambda cohort, user: Membership.objects.create(cohort=cohort, user=user),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_new_member_shows_in_lists_by_cohort(api, learner, on_commit, write):
    cohort, client = CohortFactory(slug="spring"), api(learner)
    LearningFactory(author=learner, published=True)

    def counted():
        lists = ("learnings", "users")
        return [len(client.get(f"/api/v1/{n}/?cohort=spring").json()["results"]) for n in lists]

    assert counted() == [0, 0]

    with on_commit():
        WRITES[write](cohort, learner)

    assert counted() == [1, 1]


def test_a_cohort_is_not_found_under_its_old_slug(api, learner, on_commit):
    cohort, client = CohortFactory(slug="spring"), api(learner)
    assert client.get("/api/v1/users/?cohort=spring").status_code == 200

    with on_commit():
        cohort.slug = "summer"
        cohort.save()

    assert client.get("/api/v1/users/?cohort=spring").status_code == 400


def test_sessions_revoked_in_bulk_end_at_once(api, learner, on_commit):
    client = api(learner)
    tokens.start_family(learner, at=timezone.now())
    assert client.get("/api/v1/me/").status_code == 200

    with on_commit():
        TokenFamily.objects.filter(user=learner).update(revoked_at=timezone.now())

    assert client.get("/api/v1/me/").status_code == 401
