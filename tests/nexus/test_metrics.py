import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from foundation.models import Promise
from learnings.models import ImportStatus
from tests.factories.learnings import ChallengeFactory, ImportRunFactory, LearningFactory

pytestmark = pytest.mark.django_db


def numbers(client, **extra) -> dict[str, float]:
    """Every sample by its name and labels."""
    answer = client.get("/metrics", **extra)
    assert answer.status_code == 200
    lines = (line for line in answer.content.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_entries_imports_and_people_are_counted(client, learner):
    LearningFactory(author=learner, published=True)
    LearningFactory(author=learner)
    ChallengeFactory(author=learner, in_review=True)
    ImportRunFactory(author=learner, status=ImportStatus.QUEUED)

    found = numbers(client)

    assert found['nexus_entries{status="PUBLISHED",type="learning"}'] == 1
    assert found['nexus_entries{status="DRAFT",type="learning"}'] == 1
    assert found['nexus_entries{status="IN_REVIEW",type="challenge"}'] == 1
    assert found['nexus_imports{status="QUEUED"}'] == 1
    assert found["nexus_users"] == 1
    assert found["nexus_database_up"] == 1


def test_the_backlog_is_counted(client):
    made_at = timezone.now() - timezone.timedelta(seconds=90)
    Promise.objects.create(task="t", key="k", made_at=made_at, due_at=made_at)

    found = numbers(client)

    assert found["nexus_outbox_owed"] == 1
    assert 90 <= found["nexus_outbox_lag_seconds"] < 120


def test_the_process_is_measured(client):
    assert numbers(client)["process_resident_memory_bytes"] > 1_000_000


def test_requests_are_counted_by_their_pattern(client, api, learner):
    entry = ChallengeFactory(published=True)

    api(learner).get(f"/api/v1/challenges/{entry.pk}/")

    names = [name for name in numbers(client) if "requests_total" in name]
    assert any('route="/api/v1/challenges/' in name and 'status="200"' in name for name in names)
    assert not any(f"/challenges/{entry.pk}/" in name for name in names)


def test_made_up_addresses_and_methods_add_no_labels(client):
    client.get("/somewhere-unknown")
    client.generic("BREW", "/healthz")

    names = " ".join(numbers(client))

    assert "somewhere-unknown" not in names
    assert "BREW" not in names
    assert 'method="OTHER"' in names
    assert 'route="(none)",status="404"' in names


def test_a_request_is_timed(client):
    name = 'nexus_http_request_seconds_count{method="GET",route="/healthz"}'
    before = numbers(client).get(name, 0)

    client.get("/healthz")

    assert numbers(client)[name] == before + 1


def test_without_a_database_the_process_is_still_measured(client, monkeypatch):
    def refuse():
        raise OperationalError("away")

    monkeypatch.setattr(connections["default"], "ensure_connection", refuse)

    found = numbers(client)

    assert found["nexus_database_up"] == 0
    assert "nexus_users" not in found
    assert found["process_resident_memory_bytes"] > 0


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.20.30.40", {}, 404),
        ("", {}, 404),
        ("not an address", {}, 404),
        ("10.20.30.40", {"X-Forwarded-For": "127.0.0.1"}, 404),
        # A proxy on this machine: its own address is allowed, its visitors are not.
        ("127.0.0.1", {"X-Forwarded-For": "10.20.30.40"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
    ],
)
def test_only_allowed_addresses_that_come_by_themselves_are_answered(
    client, address, headers, status
):
    answer = client.get("/metrics", headers=headers, REMOTE_ADDR=address)

    assert answer.status_code == status
    assert (b"nexus_users" in answer.content) is (status == 200)


def test_a_network_can_be_allowed(client, settings):
    settings.METRICS_ALLOW = ["172.16.0.0/12"]

    assert client.get("/metrics", REMOTE_ADDR="172.20.1.2").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 404
