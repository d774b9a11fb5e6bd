"""Personal tokens at every address: no method opens without its scope, whoever wrote the view."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from accounts.personal_tokens import make
from tests.contract.test_access import ROWS, Row
from tests.factories.accounts import UserFactory

SAFE = {"GET"}
REFUSALS = {"scope_missing", "session_needed"}
# One row of each method and address, but for those that read no token.
CLOSED = {(row.method, row.address): row for row in ROWS if row.statuses[0] == 401
          and not row.address.startswith(("auth/token", "auth/logout"))}  # fmt: skip


def bearing(api, user, *scopes):
    now = timezone.now()
    _row, text = make(by=user, name="S", scopes=scopes, expires_in=timedelta(days=1), at=now)
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def answered(client, row: Row, owner):
    body = row.body(owner) if callable(row.body) else row.body
    return getattr(client, row.method.lower())(row.path(owner), body)


@pytest.mark.django_db
@pytest.mark.parametrize("row", CLOSED.values(), ids=str)
def test_no_method_opens_without_its_scope(api, row):
    owner = UserFactory(role=Role.ADMIN)
    missing = ("write", "curate") if row.method in SAFE else ("read", "curate")

    refused = answered(bearing(api, owner, *missing), row, owner)

    assert refused.status_code == 403
    assert refused.json()["code"] in REFUSALS


PERSONAL = [row for row in ROWS if row in CLOSED.values() or row.statuses[0] == 401]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.CURATOR, Role.ADMIN])
@pytest.mark.parametrize(
    "row", [row for row in PERSONAL if not row.address.startswith("auth/")], ids=str
)
def test_without_curate_everybody_is_answered_as_a_learner(api, row, role):
    owner, learner, reviewer = UserFactory(), UserFactory(), UserFactory(role=role)
    found = []
    for client in (
        bearing(api, learner, "read", "write"),
        bearing(api, reviewer, "read", "write"),
    ):
        with transaction.atomic():
            answer = answered(client, row, owner)
            code = answer.json()["code"] if answer.status_code >= 400 else ""
            found.append((answer.status_code, code))
            transaction.set_rollback(True)

    as_learner, as_reviewer = found
    assert as_reviewer == as_learner
