"""What this machine has for the tests that need more than Python, and why others are skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings

LABELLED_READMES = "NEXUS_LABELLED_READMES"
NO_BROWSER = "no browser: install chromium (.ci/run does so where there is apt)"
EMBEDDED_ELSEWHERE = "starts an embedded hub, so it belongs to the embedded set-up"
NO_SERVICES = (
    "the embedded set-up has no PostgreSQL, Redis and RabbitMQ; "
    "`make test` runs this where the three answer"
)


def chromium() -> str | None:
    """The path of a browser that Playwright can drive, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def labelled_readmes() -> Path | None:
    """The folder of READMEs with their expected records, or None. It is not ours to publish."""
    folder = os.environ.get(LABELLED_READMES, "")
    return Path(folder) if folder else None


def has_services() -> bool:
    """Whether these tests meet PostgreSQL and Redis, with a broker outside of the process."""
    engine = settings.DATABASES["default"]["ENGINE"]
    cache = settings.CACHES["default"]["BACKEND"]
    return (
        engine.endswith("postgresql")
        and cache.endswith("RedisCache")
        and settings.BROKER_SCHEME != "memory"
    )


def skip_what_is_absent(items: list[pytest.Item]) -> None:
    """Skip, with a reason, what this machine cannot run.

    Tests that start an embedded hub have nothing to learn from services.
    """
    wants = {
        "browser": None if chromium() else NO_BROWSER,
        "services": None if has_services() else NO_SERVICES,
        "embedded": EMBEDDED_ELSEWHERE if has_services() else None,
    }
    for item in items:
        for marker, reason in wants.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
