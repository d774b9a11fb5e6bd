"""What writing costs, as a multiple of stock REST framework's, in one process.

    DATABASE_URL=… REDIS_URL=… CELERY_BROKER_URL=… PYTHONPATH=. python benchmarks/writes.py

On PostgreSQL and Redis, in a test database of its own; without the three addresses nothing is
measured. Requests go through the WSGI application and its whole stack. The stock contender
(`plain`) is a `ModelViewSet` over the same tables with Django's usual middleware and simplejwt: it
renders no Markdown, counts no requests, bumps nothing.
"""

from __future__ import annotations

import cProfile
import io
import json
import os
import pstats
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 10  # each contender is timed this often, in random order
REQUESTS = 15  # in one timing
NEEDED = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
Seconds = tuple[float, float]  # by the clock on the wall, and of this process's processor

PROBLEM = """The list took **four seconds**, because every card asked for its author:

- one query for the page
- one more for each of `20` cards

See [the log](https://example.org/log) of that day.
"""


def main() -> None:
    """Fill a database, time every contender, print the ratios; with `--profile NAME` a profile."""
    if not all(os.environ.get(name) for name in NEEDED):
        print(f"not measured: needs {', '.join(NEEDED)}")
        return
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="nexus.settings.production", NEXUS_DATA_DIR=folder,
            NEXUS_SECRET_KEY="only-for-measuring-and-long-enough-for-hs256", NEXUS_HTTPS="false",
            NEXUS_ALLOWED_HOSTS="testserver", NEXUS_LOG_LEVEL="ERROR",
            NEXUS_RATE_LIMITS="user=9999999/minute,write=9999999/minute",
        )  # fmt: skip
        import django
        from django.conf import settings

        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "benchmarks.plain"]
        django.setup()
        from django.db import connections
        from django.test.utils import setup_databases, teardown_databases

        connections["default"].settings_dict["TEST"]["NAME"] = f"nexus_bench_{os.getpid()}"
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            run(sys.argv[2] if sys.argv[1:2] == ["--profile"] else None)
        finally:
            connections.close_all()
            connections["default"].close_pool()  # type: ignore[attr-defined]
            teardown_databases(databases, verbosity=0)


def run(profiled: str | None) -> None:
    """Compare all contenders, or profile one of them."""
    work = contenders()
    for once in work.values():
        for _ in range(REQUESTS):
            once()
    if profiled is not None:
        profile(work[profiled])
        return
    seconds = compare(work)
    stock = seconds["stock create"]
    print(f"one request, {ROUNDS} rounds of {REQUESTS}; ratio: times as fast as a stock create")
    for name, (wall, processor) in seconds.items():
        print(
            f"  {name:14} {stock[0] / wall:5.2f}   of the processor {stock[1] / processor:5.2f}"
            f"   ({1000 * wall:.2f} ms, {1000 * processor:.2f} ms)"
        )


def contenders() -> dict[str, Callable[[], None]]:
    """One request of each kind, by its name."""
    from django.core.wsgi import get_wsgi_application
    from django.utils import timezone

    from accounts import tokens
    from accounts.models import User
    from benchmarks.plain import api as plain
    from learnings.models import Challenge, Status, Topic, TopicKind

    now = timezone.now()
    author = User.objects.create_user("author@example.org", display_name="Author")
    other = User.objects.create_user("other@example.org", display_name="Other")
    topics = [Topic.objects.create(name=f"Topic {n}", kind=TopicKind.TECHNOLOGY) for n in range(30)]
    rows = [
        Challenge.objects.create(
            author=person, title="Slow pages", problem=PROBLEM, status=status, published_at=now
        )
        for person, status in ((author, Status.DRAFT), (other, Status.PUBLISHED))
    ]
    for row in rows:
        row.topics.set(topics[:3])
    draft, published = (f"/api/v1/challenges/{row.pk}/" for row in rows)
    token = tokens.start_family(author, at=now).access
    nexus, stock = get_wsgi_application(), plain.application()
    body = {
        "title": "Slow pages", "problem": PROBLEM, "topics": [topic.slug for topic in topics[:3]],
    }  # fmt: skip
    serial = iter(range(10**9))

    def voting() -> None:
        ask(nexus, "PUT", f"{published}vote/", token)
        ask(nexus, "DELETE", f"{published}vote/", token)

    return {
        "stock create": lambda: ask(stock, "POST", "/challenges/", token, body),
        "create": lambda: ask(nexus, "POST", "/api/v1/challenges/", token, body),
        "create, key": lambda: ask(
            nexus, "POST", "/api/v1/challenges/", token, body, key=f"bench-{next(serial)}"
        ),
        "create, plain": lambda: ask(
            nexus, "POST", "/api/v1/challenges/", token, {"title": "Slow pages"}
        ),
        "update": lambda: ask(nexus, "PATCH", draft, token, {"title": f"Slow {next(serial)}"}),
        "vote, unvote": voting,
        "draft": lambda: ask(nexus, "GET", draft, token),
        "me": lambda: ask(nexus, "GET", "/api/v1/me/", token),
    }


def ask(
    application: Any, method: str, path: str, token: str, body: Any = None, *, key: str = ""
) -> None:
    """Send one request to a WSGI application, as a server does.

    Raises:
        AssertionError: it was not answered with a success.
    """
    sent = b"" if body is None else json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "testserver", "HTTP_ACCEPT": "*/*",
        "HTTP_AUTHORIZATION": f"Bearer {token}", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(sent)), "wsgi.input": io.BytesIO(sent),
        "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http",
    }  # fmt: skip
    if key:
        environ["HTTP_IDEMPOTENCY_KEY"] = key
    statuses: list[str] = []
    response = application(environ, lambda status, _headers: statuses.append(status))
    content = b"".join(response)
    response.close()
    assert statuses[0].startswith("2"), (statuses, content)


def compare(work: dict[str, Callable[[], None]]) -> dict[str, Seconds]:
    """Median seconds of one request, for each contender."""
    timings: dict[str, list[Seconds]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name in random.sample(list(work), len(work)):
            wall, processor = time.perf_counter(), time.process_time()
            for _ in range(REQUESTS):
                work[name]()
            timings[name].append(
                (
                    (time.perf_counter() - wall) / REQUESTS,
                    (time.process_time() - processor) / REQUESTS,
                )
            )
    return {
        name: (statistics.median(w for w, _ in taken), statistics.median(p for _, p in taken))
        for name, taken in timings.items()
    }


def profile(once: Callable[[], None], requests: int = 300) -> None:
    """Print where the time of one request goes, by own time and with all it calls."""
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(requests):
        once()
    profiler.disable()
    figures = pstats.Stats(profiler)
    figures.sort_stats("cumulative").print_stats(90)
    figures.sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
