"""Remembered answers: never older than the newest write, and never in the way."""

import time

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.db import transaction

from foundation import caching, outbox, tasks
from foundation.caching import MISSING, CacheAway, bump, bump_now, recall, remember
from foundation.models import Promise
from nexus.settings.base import cache as cache_settings
from tests.own_time import own_time
from tests.wires import closed_port, frozen_port


def answer(key: str, value: object = None, *, made_from: tuple[str, ...] = ("topics",)) -> object:
    """What is recalled under `key`; `value` is remembered there first, if given."""
    if value is not None:
        remember(value, recollection=recall(key, made_from=made_from))
    return recall(key, made_from=made_from).value


@pytest.fixture(params=[closed_port, frozen_port])
def dead_cache(request, monkeypatch):
    """A cache at an address where nobody answers."""
    with request.param() as port:
        config = cache_settings(f"redis://127.0.0.1:{port}/0")
        dead = RedisCache(config["LOCATION"], {"OPTIONS": config["OPTIONS"]})
        monkeypatch.setattr(caching, "cache", dead)
        yield dead


class TestRemembering:
    def test_what_was_never_remembered_is_missing(self):
        found = recall("list", made_from=["topics"])

        assert found.value is MISSING
        assert not found.hit

    def test_what_was_remembered_is_a_hit(self):
        assert answer("list", ["a", "b"]) == ["a", "b"]

    def test_none_can_be_remembered(self):
        remember(None, recollection=recall("nobody", made_from=["readers"]))

        assert recall("nobody", made_from=["readers"]).hit

    def test_answers_are_kept_apart(self):
        answer("one", 1)

        assert answer("two") is MISSING

    def test_it_lasts_no_longer_than_it_may(self):
        remember(1, recollection=recall("list", made_from=["topics"]), ttl=0)

        assert answer("list") is MISSING


class TestBumping:
    @pytest.mark.parametrize("subject", ["topics", "users"])
    def test_a_bump_of_any_subject_it_was_made_from_ends_an_answer(self, subject):
        answer("list", 1, made_from=("topics", "users"))

        bump_now(subject)

        assert answer("list", made_from=("topics", "users")) is MISSING

    def test_a_bump_of_another_subject_leaves_it(self):
        answer("list", 1)

        bump_now("users")

        assert answer("list") == 1

    def test_what_was_computed_from_old_rows_is_never_taken_for_new(self):
        found = recall("list", made_from=["topics"])
        old = "read from the database before the write"
        bump_now("topics")
        remember(old, recollection=found)

        assert answer("list") is MISSING

    def test_an_evicted_version_never_comes_back(self):
        answer("list", "old")
        cache.delete("version:topics")
        recall("list", made_from=["topics"])

        assert answer("list") is MISSING

    def test_a_clock_that_stands_still_gives_no_number_twice(self, monkeypatch):
        monkeypatch.setattr(time, "time_ns", lambda: 1_772_452_800_000_000_000)
        answer("list", "old")

        bump_now("topics")

        assert answer("list") is MISSING

    def test_two_readers_who_find_no_version_agree_on_one(self, monkeypatch):
        def add_after_another_did(key, _number, **options):
            cache.set(key, 7, **options)
            return False

        monkeypatch.setattr(caching.cache, "add", add_after_another_did)

        assert recall("list", made_from=["topics"]).versions == {"topics": 7}


@pytest.mark.django_db
class TestCommitting:
    def test_a_bump_waits_for_the_commit(self, on_commit):
        answer("list", 1)

        with on_commit():
            bump("topics")
            assert answer("list") == 1

        assert answer("list") is MISSING

    def test_what_is_rolled_back_bumps_nothing(self, on_commit):
        answer("list", 1)

        with on_commit(), transaction.atomic():
            bump("topics")
            transaction.set_rollback(True)

        assert answer("list") == 1


@pytest.mark.django_db
class TestDeadCache:
    def test_it_is_a_miss_within_half_a_second_and_then_costs_nothing(self, dead_cache):
        started = own_time()
        assert answer("list", 1) is MISSING
        first = own_time() - started
        for _ in range(100):
            assert answer("list", 1) is MISSING
        rest = own_time() - started - first

        assert first < 0.5
        assert rest < 0.05

    def test_a_cache_that_dies_between_looking_and_storing_is_no_error(self, monkeypatch):
        found = recall("list", made_from=["topics"])
        with closed_port() as port:
            dead = RedisCache(f"redis://127.0.0.1:{port}/0", {})
            monkeypatch.setattr(caching, "cache", dead)

            remember(1, recollection=found)

        assert caching.pause.is_on

    def test_after_the_pause_it_is_asked_again(self, monkeypatch):
        monkeypatch.setattr(caching, "PAUSE", 0.01)
        caching.pause.begin()
        assert answer("list", 1) is MISSING
        time.sleep(0.02)

        assert answer("list", 1) == 1

    def test_bumps_that_fail_are_promised_and_only_the_first_waits(self, dead_cache, on_commit):
        started = own_time()
        with on_commit():
            for number in range(20):
                bump(f"reader:{number}")

        assert own_time() - started < 0.7
        owed = Promise.objects.filter(task="foundation.bump", kept_at=None)
        assert [row.kwargs for row in owed.order_by("pk")] == [
            {"names": [f"reader:{number}"]} for number in range(20)
        ]

    def test_a_promised_bump_is_made_up_for(self, monkeypatch, on_commit, work_off):
        answer("list", 1)
        with monkeypatch.context() as away:
            away.setattr(caching.cache, "set_many", _refuse)
            with on_commit():
                bump("topics")
        caching.pause.end()
        assert answer("list") == 1  # stale, for `PAGE_TTL` at most

        assert work_off() == 1

        assert answer("list") is MISSING

    def test_a_bump_that_still_fails_stays_promised(self, dead_cache):
        with transaction.atomic():
            outbox.promise("foundation.bump", key="bump:1", kwargs={"names": ["topics"]})

        with pytest.raises(CacheAway):
            tasks.bump(names=["topics"], promise="bump:1")

        assert Promise.objects.get().kept_at is None


def _refuse(*_arguments, **_options):
    raise ConnectionError("no cache")
