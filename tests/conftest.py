"""What every test can ask for: people, clients, a cache without memories, promised work done."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django.plugin import blocking_manager_key
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Role, User
from foundation import caching, doorbell, limiting
from foundation.models import Promise
from learnings.models import Topic, TopicAlias, TopicTally
from learnings.taxonomy import add_missing
from tests import migrated, present, spreading, together, validation
from tests.factories.accounts import UserFactory

MIGRATED_ROWS = pytest.StashKey[str]()


def pytest_report_header() -> str:
    """Say which parts this run meets."""
    parts = {
        "database": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
        "cache": settings.CACHES["default"]["BACKEND"].rpartition(".")[2],
        "broker": urlsplit(settings.CELERY_BROKER_URL).scheme,
    }
    return "nexus: " + ", ".join(f"{part} {name}" for part, name in parts.items())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]):
    """Skip what this machine cannot run, with a reason; say what runs once, and what first."""
    spreading.mark_once(items)  # before pytest leaves out what `-m` does not want
    present.skip_what_is_absent(items)
    result = yield
    spreading.longest_first(items)  # after pytest-django, which puts those without a database last
    return result


def pytest_collection_finish() -> None:
    """Look for garbage among what tests leave, not each time among all that was ever imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_runtest_setup() -> None:
    """Let each test answer for its own answers only."""
    validation.broken.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item):
    """Fail a test that got an answer which the contract does not promise."""
    result = yield
    if validation.broken:
        pytest.fail("Not as documented:\n" + "\n".join(dict.fromkeys(validation.broken)), False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None):
    """Bring back what migrations wrote (the roles), after a test that really commits.

    Such a test ends by emptying every table, and the next one may not be of its kind.
    """
    result = yield
    marker = item.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction")
    commits = commits or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)
    if commits and nextitem is not None and MIGRATED_ROWS in item.config.stash:
        with item.config.stash[blocking_manager_key].unblock():
            _bring_back_migrated_rows(item.config.stash[MIGRATED_ROWS])
    return result


def _bring_back_migrated_rows(rows: str) -> None:
    if Group.objects.exists():
        return
    caching.pause.end()  # a test without a cache began it, and each row here would promise a bump
    # Emptying made content types anew, under other numbers than the kept rows have.
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    ContentType.objects.clear_cache()
    connection.creation.deserialize_db_from_string(rows)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, pytestconfig) -> Iterator[None]:
    """Make the test database and keep a copy of the rows that migrations wrote.

    But for the starter topics: a test says which topics there are, or asks for `taxonomy`.
    """
    with django_db_blocker.unblock():
        Topic.objects.all().delete()
        rows = connection.creation.serialize_db_to_string()
    pytestconfig.stash[MIGRATED_ROWS] = rows
    # What `serialized_rollback` brings back: Django kept it before the topics went.
    connection._test_serialized_contents = rows
    yield
    # A file that was there before the tests, pytest-django leaves there: `django_db_keepdb`.
    if connection.vendor == "sqlite" and not pytestconfig.getvalue("reuse_db"):
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{suffix}").unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_deleting() -> Iterator[None]:
    """Empty tables row by row: a handful goes in milliseconds.

    `TRUNCATE`, Django's way on PostgreSQL, gives each of forty tables new files on the disk. Rows
    that go one by one are noted by triggers, so the tallies go last.
    """
    usual = type(connection.ops).sql_flush

    def sql_flush(self, style, tables, **options):
        ordered = sorted(tables, key=lambda table: table == TopicTally._meta.db_table)
        if not present.has_services():
            return usual(self, style, ordered, **options)
        # Foreign keys are compared when the transaction ends. Ids go on: none is used again.
        return [f"DELETE FROM {self.quote_name(table)}" for table in ordered]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", sql_flush)
        yield


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb) -> bool:
    """Migrate the file that is there: a copy of a migrated one."""
    return django_db_keepdb or settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Name the test database after this process: runs at the same time must not meet."""
    database = settings.DATABASES["default"]
    test = database.setdefault("TEST", {})
    test["NAME"] = f"{test.get('NAME') or 'test_nexus'}_{os.getpid()}"
    if database["ENGINE"].endswith("sqlite3"):
        migrated.copy_to(Path(test["NAME"]))
    elif present.has_services():
        test["TEMPLATE"] = migrated.on_postgresql()


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Start each test with an empty cache and closed breakers."""
    _empty_the_cache()
    caching.pause.end()
    limiting.memory.clear()
    doorbell.breaker.close()
    yield
    _empty_the_cache()


def _empty_the_cache() -> None:
    """Forget what this process keeps. `clear` would empty other processes' Redis, and a queue."""
    if not settings.CACHES["default"]["BACKEND"].endswith("RedisCache"):
        cache.clear()
        return
    client = cache._cache.get_client(write=True)
    if keys := list(client.scan_iter(f"{cache.key_prefix}:*", count=1000)):
        client.delete(*keys)


@pytest.fixture(autouse=True)
def _turn_at_the_queue(request):
    """Let one `services` test at a time have the broker's queue, whoever else tests here.

    Those that neither ring nor listen there say so: `services(queue=False)`.
    """
    marker = request.node.get_closest_marker("services")
    if marker is None or not marker.kwargs.get("queue", True):
        yield
        return
    with together.turn_at_the_queue():
        yield


@pytest.fixture(scope="session")
def labelled_readmes() -> Path:
    """The folder with READMEs and their expected records."""
    folder = present.labelled_readmes()
    if folder is None:
        pytest.skip(f"{present.LABELLED_READMES} is not set")
    return folder


@pytest.fixture(autouse=True)
def _as_good_once(request, rings):
    """Fail a test that runs once although it met the cache or a worker."""
    yield
    if spreading.is_without_parts(request.node) and not present.has_services():
        assert not rings, "it rings for a worker: tests/spreading.py"
        assert not cache._cache, "it leaves something in the cache: tests/spreading.py"


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

    current_app.loader.import_default_modules()  # tasks are found when a worker starts

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
def taxonomy(db) -> None:
    """The topics that a new hub starts with."""
    add_missing(Topic.objects, TopicAlias.objects)


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
