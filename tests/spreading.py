"""Which tests run once where two set-ups are tested, and which begin first.

`once` is for what cannot come out differently on another database, cache or broker: on the second
set-up `tests.setups` leaves it out. Run on one set-up alone, everything runs.
"""

from __future__ import annotations

from typing import Final

import pytest

# Below these, no test has a database (tests/architecture/test_once.py) and none leaves anything in
# the cache or rings for a worker (tests/conftest.py).
WITHOUT_PARTS: Final = (
    "tests/architecture/",
    "tests/benchmarks/",
    "tests/foundation/test_compatibility.py",
    "tests/foundation/test_etags.py",
    "tests/foundation/test_upgrading.py",
    "tests/learnings/exporting/test_writing.py",
    "tests/learnings/importing/parsing/",
    "tests/learnings/importing/test_fetching.py",
    "tests/learnings/importing/test_mentions.py",
    "tests/learnings/importing/test_reviewing.py",
    "tests/nexus/test_error_codes.py",
)
# These have a hub of their own to talk to, and it may stand on anything; why once is enough.
WHATEVER_THE_HUB: Final = {
    "tests/clients/": "programs that only know HTTP; tests/contract compares the answers they get",
    "tests/contract/test_documentation.py": "documents and their pages, made from the code",
    "tests/contract/test_schemathesis.py::test_the_hub_keeps_what_its_documents_promise"
    "[swagger.json]": "openapi.json, made from it, is asked on every set-up",
}
# A worker takes whole files. What takes long begins early, or the other one waits at the end.
# Whoever holds the broker's queue stands beside somebody who does not need it.
LONG: Final = (
    "tests/contract/test_schemathesis.py",
    "tests/journeys/test_two_of_each.py",
    "tests/fastlane/test_equality.py",
    "tests/journeys/test_readme_to_notification.py",
    "tests/contract/test_corpus.py",
    "tests/faults/test_killed_workers.py",
    "tests/clients/test_frontend_page.py",
    "tests/load/test_load.py",
    "tests/faults/test_reads_under_faults.py",
    "tests/faults/test_lost_brokers.py",
    "tests/nexus/test_up.py",
    "tests/contract/test_access.py",
    "tests/contract/test_scopes.py",
    "tests/clients/test_typescript.py",
)


def mark_once(items: list[pytest.Item]) -> None:
    """Mark what comes out alike on every set-up."""
    for item in items:
        if item.nodeid.startswith((*WITHOUT_PARTS, *WHATEVER_THE_HUB)):
            item.add_marker(pytest.mark.once)


def longest_first(items: list[pytest.Item]) -> None:
    """Put the files first that take longest."""
    order = {path: number for number, path in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))


def has_parts(item: pytest.Item) -> bool:
    """Whether a test may meet the database, the cache or the broker."""
    fixtures = {"db", "transactional_db", "live_server", "django_db_setup", "hub"}
    has_database = item.get_closest_marker("django_db") or fixtures & set(item.fixturenames)
    return bool(has_database or item.get_closest_marker("services"))


def is_without_parts(item: pytest.Item) -> bool:
    """Whether a test runs once because it meets none of them."""
    return item.nodeid.startswith(WITHOUT_PARTS)
