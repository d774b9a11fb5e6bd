"""What every test can ask for: people, clients, a cache without memories, promised work done."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Role, User
from foundation import caching, doorbell
from foundation.models import Promise
from tests.factories.accounts import UserFactory


def pytest_report_header() -> str:
    """Say which parts this run meets."""
    parts = {
        "database": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
        "cache": settings.CACHES["default"]["BACKEND"].rpartition(".")[2],
        "broker": urlsplit(settings.CELERY_BROKER_URL).scheme,
    }
    return "nexus: " + ", ".join(f"{part} {name}" for part, name in parts.items())


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Start each test with an empty cache and closed breakers."""
    cache.clear()
    caching.pause.end()
    doorbell.breaker.close()


@pytest.fixture(autouse=True)
def rings(request, monkeypatch):
    """Messages to workers, caught before the network; `services` tests really send them."""
    sent: list[tuple[str, dict]] = []
    if not request.node.get_closest_marker("services"):
        monkeypatch.setattr(
            doorbell, "_send", lambda task, message, **_options: sent.append((task, message))
        )
    return sent


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    """`with on_commit():` runs what a real commit would run."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def work_off(on_commit):
    """Do all promised work, as a worker would, until nothing is owed; returns how many tasks."""

    def run() -> int:
        done = 0
        while owed := list(Promise.objects.filter(kept_at=None).order_by("pk")):
            for row in owed:
                with on_commit():
                    current_app.tasks[row.task](**row.message())
                done += 1
        return done

    return run


@pytest.fixture
def learner(db) -> User:
    return UserFactory(display_name="Lena Learner", email="lena@example.org")


@pytest.fixture
def other_learner(db) -> User:
    return UserFactory(display_name="Omar Other", email="omar@example.org")


@pytest.fixture
def curator(db) -> User:
    return UserFactory(role=Role.CURATOR, display_name="Cora Curator", email="cora@example.org")


@pytest.fixture
def admin_user(db) -> User:
    return UserFactory(role=Role.ADMIN, display_name="Ada Admin", email="ada@example.org")


@pytest.fixture
def api():
    """`api(user)` is an HTTP client signed in with a real token; `api()` is anonymous."""

    def client(user: User | None = None) -> APIClient:
        made = APIClient()
        if user is not None:
            pair = tokens.start_family(user, at=timezone.now())
            made.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
        return made

    return client
