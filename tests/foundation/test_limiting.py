"""Counting attempts: exactly as many pass as a limit allows, whoever counts."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.utils import timezone

from foundation import caching, limiting, redis_commands, tasks
from foundation.limiting import Attempt, Limit, count
from foundation.models import AttemptCount
from nexus.settings.base import cache as cache_settings
from tests.own_time import own_time
from tests.together import together
from tests.wires import closed_port, frozen_port

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
NO_REDIS = "this run has no Redis"


@pytest.fixture(params=["memory", "database", "redis"])
def counter(request, monkeypatch):
    """The three that count; a limit that guards secrets is the database's without Redis."""
    if request.param == "redis":
        if not redis_commands.is_configured():
            pytest.skip(NO_REDIS)
    else:
        monkeypatch.setattr(redis_commands, "cache", LocMemCache("limits", {}))
    return request.param


@pytest.fixture
def attempt(counter):
    """`attempt(quota, whom=…)` under a limit that `counter` counts."""

    def make(quota=3, *, whom="somebody", name="tries", window=60):
        guards = counter == "database"
        return Attempt(Limit(name, quota, window, guards_secrets=guards), whom)

    return make


@pytest.fixture(params=[closed_port, frozen_port])
def dead_redis(request, monkeypatch):
    """A Redis at an address where nobody answers."""
    with request.param() as port:
        config = cache_settings(f"redis://127.0.0.1:{port}/0")
        dead = RedisCache(config["LOCATION"], {"OPTIONS": config["OPTIONS"]})
        monkeypatch.setattr(redis_commands, "cache", dead)
        yield


def remaining(*attempts: Attempt, at=NOON) -> list[int]:
    return [standing.remaining for standing in count(attempts, at=at)]


def is_refused(*attempts: Attempt, at=NOON) -> bool:
    return any(standing.exceeded for standing in count(attempts, at=at))


@pytest.mark.django_db
class TestCounting:
    def test_as_many_pass_as_the_quota_says_and_each_hears_how_many_are_left(self, attempt):
        standings = [count([attempt(3)], at=NOON)[0] for _ in range(5)]

        assert [(each.remaining, each.exceeded) for each in standings] == [
            (2, False), (1, False), (0, False), (0, True), (0, True),
        ]  # fmt: skip
        assert all(1 <= each.resets_in <= 60 for each in standings)

    def test_people_and_limits_are_counted_apart(self, attempt):
        assert not is_refused(attempt(1))

        assert not is_refused(attempt(1, whom="somebody else"))
        assert not is_refused(attempt(1, name="other tries"))
        assert is_refused(attempt(1))

    def test_what_one_limit_refuses_uses_up_no_other(self, attempt):
        narrow, wide = attempt(1, name="narrow"), attempt(5, name="wide")
        assert remaining(narrow, wide) == [0, 4]

        for _ in range(3):
            assert remaining(narrow, wide) == [0, 4]

        assert remaining(wide) == [3]

    def test_what_an_ordinary_limit_refuses_uses_up_none_that_guards_secrets(self, monkeypatch):
        if not redis_commands.is_configured():  # then two of them count, each its own kind
            monkeypatch.setattr(redis_commands, "cache", LocMemCache("limits", {}))
        ordinary = Attempt(Limit("requests", 1, 60), "a stranger")
        guarding = Attempt(Limit("tries", 3, 3600, guards_secrets=True), "a victim")
        assert not is_refused(ordinary)

        for _again in range(5):
            assert is_refused(ordinary, guarding)
        assert remaining(guarding) == [2]

    def test_standings_come_in_the_order_of_the_attempts(self, attempt):
        asked = [attempt(7, name="z"), attempt(5, name="a")]

        assert [standing.limit for standing in count(asked, at=NOON)] == [
            each.limit for each in asked
        ]

    def test_a_new_rate_counts_anew(self, attempt):
        assert not is_refused(attempt(1))

        assert not is_refused(attempt(1, window=61))

    def test_any_text_can_be_counted_and_none_is_kept(self, attempt):
        strange = attempt(1, whom="lena@example.org \x00 \ud83d " + "x" * 10_000)

        assert not is_refused(strange)
        assert is_refused(strange)
        assert "lena" not in strange.key
        assert len(strange.key) <= 200

    def test_a_window_lasts_from_its_first_attempt_and_then_all_is_forgotten(
        self, attempt, counter
    ):
        one, another = attempt(2, window=1), timedelta(seconds=0.9)
        assert remaining(one) == [1]
        if counter == "redis":
            time.sleep(0.6)
        assert remaining(one, at=NOON + another) == [0]
        assert is_refused(one, at=NOON + another)
        if counter == "redis":
            time.sleep(0.6)

        assert remaining(one, at=NOON + timedelta(seconds=1)) == [1]


@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_exactly_ten_pass(attempt):
    wide = attempt(100, name="wide")
    act = lambda: is_refused(attempt(10), wide, at=timezone.now())  # noqa: E731

    assert sorted(together(*[act] * 40)) == [False] * 10 + [True] * 30

    assert remaining(wide, at=timezone.now()) == [89]


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_the_same_keys_in_another_order_do_not_block_each_other(attempt):
    here, there = attempt(1000, name="a"), attempt(1000, name="b")
    acts = [lambda: remaining(here, there), lambda: remaining(there, here)]

    assert all(isinstance(left, list) for left in together(*acts * 15))

    assert remaining(here, there) == [969, 969]


@pytest.mark.django_db
def test_ordinary_limits_cost_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        count([Attempt(Limit("tries", 3, 60), "somebody")], at=NOON)


@pytest.mark.services
def test_redis_is_asked_once_for_all_limits(monkeypatch):
    asked = [Attempt(Limit(name, 3, 60), "somebody") for name in "abc"]
    count(asked, at=NOON)  # may send the script
    sent = []
    ask = redis_commands._Line.ask
    monkeypatch.setattr(
        redis_commands._Line,
        "ask",
        lambda line, commands: sent.extend(c[0] for c in commands) or ask(line, commands),
    )

    count(asked, at=NOON)

    assert sent == ["EVALSHA"]


@pytest.mark.services
def test_a_restarted_redis_learns_the_script_again_and_its_keys_carry_the_prefix():
    client = cache._cache.get_client()
    client.script_flush()
    attempt = Attempt(Limit("tries", 3, 60), "somebody")

    assert remaining(attempt) == [2]

    key = cache.make_key(attempt.key)
    assert key.startswith(cache.key_prefix)
    assert 0 < client.pttl(key) <= 60_000


@pytest.mark.django_db
class TestRedisAway:
    def test_ordinary_limits_open_after_a_third_of_a_second_and_then_cost_nothing(self, dead_redis):
        attempt = Attempt(Limit("tries", 1, 60), "somebody")
        started = own_time()
        assert remaining(attempt) == [1]
        first = own_time() - started
        for _ in range(100):
            assert count([attempt], at=NOON)[0] == limiting.Standing(
                attempt.limit, remaining=1, resets_in=60, exceeded=False
            )
        rest = own_time() - started - first

        assert first < 1  # one wait, of a third of a second
        assert rest < 0.3  # not one more

    def test_limits_that_guard_secrets_never_open(self, dead_redis):
        guarding = Attempt(Limit("guess", 2, 60, guards_secrets=True), "somebody")
        ordinary = Attempt(Limit("tries", 1, 60), "somebody")

        assert [is_refused(ordinary, guarding) for _ in range(4)] == [False, False, True, True]

    def test_after_the_pause_it_is_asked_again(self, dead_redis, monkeypatch):
        monkeypatch.setattr(caching, "PAUSE", 0.01)
        attempt = Attempt(Limit("tries", 1, 60), "somebody")
        count([attempt], at=NOON)
        time.sleep(0.02)
        monkeypatch.setattr(limiting, "_count_in_redis", lambda _: [limiting._Count(1, 5)])

        assert is_refused(attempt)


@pytest.mark.django_db(transaction=True)
def test_of_forty_guesses_at_once_ten_pass_while_redis_is_away(dead_redis):
    guess = Attempt(Limit("guess", 10, 60, guards_secrets=True), "somebody")
    act = lambda: is_refused(guess, at=timezone.now())  # noqa: E731

    assert sorted(together(*[act] * 40)) == [False] * 10 + [True] * 30


@pytest.mark.django_db(transaction=True)  # the threads' runner connects to the database
def test_in_memory_nobody_comes_in_between_the_look_and_the_count(monkeypatch):
    def find_slowly(self, attempt, at, find=limiting._Memory._find):
        found = find(self, attempt, at)
        time.sleep(0.001)  # lets every other thread run
        return found

    monkeypatch.setattr(limiting._Memory, "_find", find_slowly)
    monkeypatch.setattr(redis_commands, "cache", LocMemCache("limits", {}))
    attempt = Attempt(Limit("tries", 100, 60), "somebody")

    together(*[lambda: remaining(attempt)] * 20)

    assert remaining(attempt) == [79]


def test_a_storm_from_everywhere_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(redis_commands, "cache", LocMemCache("limits", {}))
    monkeypatch.setattr(limiting, "MOST_IN_MEMORY", 100)
    limit = Limit("tries", 1, 60)
    for number in range(1000):
        count([Attempt(limit, f"place {number}")], at=NOON)

    assert len(limiting.memory._counts) <= 100
    assert is_refused(Attempt(limit, "place 999"))


@pytest.mark.django_db
def test_the_daily_clean_up_forgets_counts_that_have_ended(monkeypatch):
    now = timezone.now()
    for key, ends in [("ended", now - timedelta(seconds=1)), ("counting", now + timedelta(days=2))]:
        AttemptCount.objects.create(key=key, count=3, resets_at=ends)

    tasks.forget()

    assert [row.key for row in AttemptCount.objects.all()] == ["counting"]
