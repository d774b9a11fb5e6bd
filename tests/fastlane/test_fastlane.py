"""What the fast lane takes, what it leaves to Django, and how long it keeps what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from redis.exceptions import ConnectionError as ConnectionLost

from accounts import tokens
from foundation import caching, copies
from foundation.http.shared_answers import SharedAnswersMixin
from nexus.fastlane import LANES, FastLane
from tests.factories.learnings import ChallengeFactory
from tests.fastlane.calling import Ask, Counted, ask, django_alone

LIST = "/api/v1/challenges/"


def test_the_lanes_are_where_answers_are_shared_and_nowhere_else():
    shared = {
        route
        for route, view in _views(get_resolver(), "/")
        if issubclass(getattr(view, "cls", object), SharedAnswersMixin)
    }
    assert all(route.startswith(LANES) for route in shared)
    assert all(any(route.startswith(lane) for route in shared) for lane in LANES)


def _views(resolver: URLResolver, base: str) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = base + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from _views(pattern, route)


@pytest.fixture
def django():
    return Counted(django_alone())


@pytest.fixture
def asked(db, learner, _lasting_connections):
    """A list with one entry, asked for by somebody with a good token."""
    ChallengeFactory(published=True)
    access = tokens.start_family(learner, at=timezone.now()).access
    return Ask(LIST).but(Authorization=f"Bearer {access}")


@pytest.mark.services(queue=False)
class TestKeeping:
    def test_the_second_answer_comes_without_django(self, django, asked):
        lane = FastLane(django)
        first, second = ask(lane, asked), ask(lane, asked)
        assert [r.header("X-Cache") for r in (first, second)] == ["MISS", "HIT"]
        assert (second.code, second.body, django.calls) == (200, first.body, 1)

    @pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS", "BREW"])
    def test_other_methods_are_left_to_django(self, django, asked, method):
        lane = FastLane(django)
        ask(lane, asked)
        for _time in range(2):
            before = django.calls
            ask(lane, Ask(LIST, method, asked.headers))
            assert django.calls == before + 1

    @pytest.mark.parametrize(
        "headers",
        [{"Transfer_Encoding": "chunked"}, {"Content_Length": "2"}, {"Cookie": "sessionid=x"}],
    )
    def test_so_is_what_carries_more_than_a_question(self, django, asked, headers):
        lane = FastLane(django)
        ask(lane, asked)
        before = django.calls
        assert ask(lane, asked.but(**headers)).code == 200
        assert django.calls == before + 1

    def test_who_sends_no_token_gets_nothing_where_the_hub_was_closed(
        self, django, asked, settings
    ):
        lane, anonymous = FastLane(django), asked.but(Authorization=None)
        settings.PUBLIC_READ = True
        assert [ask(lane, anonymous).code for _time in range(2)] == [200, 200]

        settings.PUBLIC_READ = False

        assert ask(lane, anonymous).code == 401

    def test_an_answer_with_a_cookie_is_never_kept(self, django, asked):
        def with_a_cookie(environ, start_response):
            def start(status, headers, *error):
                return start_response(status, [*headers, ("Set-Cookie", "a=b")], *error)

            return django(environ, start)

        lane = FastLane(with_a_cookie)
        for calls in (1, 2, 3):
            assert ask(lane, asked).header("Set-Cookie") == "a=b"
            assert django.calls == calls
        # And no other lane finds anything either.
        ask(FastLane(django), asked)
        assert django.calls == 4

    def test_a_copy_and_a_pass_live_no_longer_than_what_they_come_from(self, django, asked):
        ask(django, asked)  # Django remembers the page and the reader
        for parent in _keys("answer"):
            _redis().pexpire(parent, 5_000)

        ask(FastLane(django), asked)

        kept = _keys("copy") + _keys("pass")
        assert len(kept) == 3  # a copy is its record and its body
        assert all(0 < _redis().pttl(key) <= 5_000 for key in kept)

    def test_nothing_is_kept_of_what_is_forgotten_meanwhile(self, django, asked):
        def and_forget(environ, start_response):
            response = django(environ, start_response)
            assert _redis().delete(*_keys("answer"))
            return response

        ask(FastLane(and_forget), asked)

        assert not _keys("copy") + _keys("pass")


@pytest.mark.services(queue=False)
class TestWithoutRedis:
    @pytest.mark.parametrize("step", ["look_up", "keep_derived"])
    def test_who_asks_while_it_is_lost_is_answered_by_django(
        self, django, asked, monkeypatch, step
    ):
        def lost(*_args: Any, **_options: Any) -> None:
            raise ConnectionLost

        lane = FastLane(django)
        monkeypatch.setattr(copies, step, lost)
        assert ask(lane, asked).code == 200
        assert caching.pause.is_on  # and for a while nobody tries

        monkeypatch.undo()
        assert ask(lane, asked).code == 200
        assert django.calls == 2

    def test_it_is_used_again_when_it_is_back(self, django, asked):
        lane = FastLane(django)
        caching.pause.begin()
        ask(lane, asked)
        caching.pause.end()
        assert [ask(lane, asked).header("X-Cache") for _time in range(2)] == ["MISS", "HIT"]


def _redis() -> Any:
    return cache._cache.get_client(write=True)


def _keys(kind: str) -> list[bytes]:
    return list(_redis().scan_iter(f"{cache.key_prefix}:*:{kind}:*", count=1000))
