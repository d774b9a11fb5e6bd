"""What a remembered list saves: the same page computed and remembered, in one run.

    make bench

In process, through the whole stack of middleware, views and token check, on SQLite with the cache
in memory. A ratio travels from machine to machine; milliseconds do not, so they stand in brackets.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable

ROWS = 2_000
ROUNDS = 15  # each contender is timed this often, in random order
REQUESTS = 20  # in one timing


def main() -> None:
    """Fill a database, time both ways, print the ratio."""
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="nexus.settings.test", NEXUS_DATA_DIR=folder,
            DATABASE_URL="", REDIS_URL="", CELERY_BROKER_URL="",
        )  # fmt: skip
        import django

        django.setup()
        from django.test.utils import setup_databases, teardown_databases

        databases = setup_databases(verbosity=0, interactive=False)
        try:
            measure()
        finally:
            teardown_databases(databases, verbosity=0)


def measure() -> None:
    """Time a page of twenty challenges, computed after a bump and remembered."""
    from django.utils import timezone
    from rest_framework.test import APIClient

    from accounts import tokens
    from accounts.models import User
    from foundation import caching
    from learnings.models import Challenge, Status

    now = timezone.now()
    user = User.objects.create_user("reader@example.org", display_name="Reader")
    Challenge.objects.bulk_create(
        Challenge(
            author=user, title=f"Challenge {n}", problem="It says *no*.",
            status=Status.PUBLISHED, published_at=now,
        )
        for n in range(ROWS)
    )  # fmt: skip
    client = APIClient()
    token = tokens.start_family(user, at=now).access
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def remembered() -> None:
        assert client.get("/api/v1/challenges/")["X-Cache"] == "HIT"

    def computed() -> None:
        caching.bump_now("challenges")  # as a write would
        assert client.get("/api/v1/challenges/")["X-Cache"] == "MISS"

    computed()
    seconds = compare({"remembered": remembered, "computed": computed})
    ratio = seconds["computed"] / seconds["remembered"]
    print(f"a page of 20 out of {ROWS}: computing costs {ratio:.1f} times a remembered page")
    print("  (" + ", ".join(f"{name} {1000 * t:.2f} ms" for name, t in seconds.items()) + ")")


def compare(contenders: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Median seconds of one request, for each contender."""
    timings: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name in random.sample(list(contenders), len(contenders)):
            if name == "remembered":
                contenders["computed"]()  # so that there is something to remember
            began = time.perf_counter()
            for _ in range(REQUESTS):
                contenders[name]()
            timings[name].append((time.perf_counter() - began) / REQUESTS)
    return {name: statistics.median(taken) for name, taken in timings.items()}


if __name__ == "__main__":
    main()
