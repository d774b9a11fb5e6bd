"""Bodies stay in the process that has sent them; whether they still hold, Redis says each time."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts import tokens
from foundation import caching, copies, records, redis_commands
from foundation.caching import Kept
from foundation.records import LONGEST_BODY, MOST_BYTES, MOST_RECORDS, Known, Record
from nexus import fastlane
from nexus.fastlane import FastLane
from tests.factories.learnings import ChallengeFactory
from tests.fastlane.calling import Ask, ask, django_alone

LIST = "/api/v1/challenges/"
TAGGED = Record.write(["version:a"], ["1"], {"tag": '"0.abc"', "headers": []}).encode()
UNTAGGED = Record.write(["version:a"], ["1"], {"tag": "", "headers": []}).encode()


class TestOnServices:
    pytestmark = pytest.mark.services(queue=False)

    @pytest.fixture
    def lane(self):
        return FastLane(django_alone())

    @pytest.fixture
    def entry(self, db, _lasting_connections):
        return ChallengeFactory(published=True, title="First words")

    @pytest.fixture
    def asked(self, lane, entry, learner):
        """A page that this process has sent before."""
        access = tokens.start_family(learner, at=timezone.now()).access
        question = Ask(LIST).but(Authorization=f"Bearer {access}")
        for _time in range(3):
            ask(lane, question)
        return question

    def test_what_was_sent_before_is_not_fetched_again(self, lane, asked, monkeypatch):
        sent = _commands(monkeypatch)

        again = ask(lane, asked)

        assert (again.header("X-Cache"), again.json()["results"][0]["title"]) == (
            "HIT", "First words",
        )  # fmt: skip
        assert [command[0] for command in sent] == ["MGET", "INCR", "PTTL"]
        assert not any(str(name).endswith(":body") for name in sent[0])

    def test_what_another_process_made_anew_comes_with_its_own_body(self, lane, asked, monkeypatch):
        here = records.known
        monkeypatch.setattr(copies, "known", Known())  # another process
        ChallengeFactory(published=True, title="New words")
        caching.bump_now("challenges")  # as the commit of a write does
        made = [ask(lane, asked) for _time in range(2)][1]
        monkeypatch.setattr(copies, "known", here)

        found = [ask(lane, asked) for _time in range(2)]

        assert [each.header("X-Cache") for each in found] == ["HIT", "HIT"]
        assert [(each.body, each.header("ETag")) for each in found] == [
            (made.body, made.header("ETag"))
        ] * 2
        assert b"New words" in made.body
        assert _left(made) - _left(found[1]) == 2  # each was counted once

    def test_an_answer_without_a_tag_is_sent_whole(self, lane, asked, monkeypatch):
        whole = ask(lane, asked).body
        monkeypatch.setattr(copies, "known", Known())
        facts = fastlane._facts
        monkeypatch.setattr(fastlane, "_facts", lambda *given: {**facts(*given), "tag": ""})
        caching.bump_now("challenges")

        again = [ask(lane, asked) for _time in range(4)]

        assert [each.body for each in again] == [whole] * 4
        assert again[3].header("X-Cache") == "HIT"

    def test_a_page_that_is_made_from_fragments_costs_two_round_trips(
        self, lane, asked, monkeypatch, settings
    ):
        settings.KEPT_ANSWERS = Kept.FRAGMENTS
        monkeypatch.setattr(copies, "known", Known())  # a process that knows no copy
        for _time in range(2):
            ask(lane, asked)
        sent = _commands(monkeypatch)

        again = ask(lane, asked)

        assert again.header("X-Cache") == "MISS"
        assert [command[0] for command in sent] == ["MGET", "INCR", "PTTL", "MGET"]

    def test_a_copy_that_redis_has_forgotten_is_not_remembered_here(self, lane, asked):
        client = cache._cache.get_client(write=True)
        client.delete(*client.scan_iter(f"{cache.make_key('copy')}:*"))

        assert ask(lane, asked).header("X-Cache") == "MISS"


class TestRoom:
    def test_bodies_take_no_more_room_than_they_may(self):
        known, body = Known(), b"x" * 20_000
        for number in range(1_000):
            known.learn(f"copy:{number}", TAGGED, body)
            assert sum(_lengths(known)) <= MOST_BYTES
        assert sum(_lengths(known)) > MOST_BYTES - len(body)
        # The oldest bodies went, and no record.
        assert known.get("copy:0").body is None
        assert known.get("copy:999").body == body

    def test_the_record_that_was_learned_first_goes_first(self):
        known = Known()
        for number in range(MOST_RECORDS + 1):
            known.learn(f"copy:{number}", TAGGED)
        assert known.get("copy:0") is None
        assert known.get("copy:1") is not None

    def test_room_that_was_given_back_can_be_used_again(self):
        known, body = Known(), b"x" * LONGEST_BODY
        for number in range(1_000):
            text = Record.write([], [], {"tag": f'"0.{number}"'}).encode()
            known.learn("copy:a", text, body)
            known.learn("copy:b", text, body)
            known.learn("copy:b", None)
        assert known.get("copy:a") is not None
        assert known._bytes == LONGEST_BODY

    @pytest.mark.parametrize(
        ("text", "body"), [(TAGGED, b"x" * (LONGEST_BODY + 1)), (UNTAGGED, b"x")]
    )
    def test_a_long_body_or_one_without_a_tag_is_fetched_each_time(self, text, body):
        known = Known()
        first, again = (known.learn("copy:a", text, body) for _time in range(2))
        assert first.body is None
        assert again is first  # read once

    def test_a_body_is_learned_when_it_comes_later_than_its_text(self):
        known = Known()
        known.learn("copy:a", TAGGED)
        known.learn("copy:a", TAGGED, b"x")
        known.learn("copy:a", TAGGED)
        assert known.get("copy:a").body == b"x"


def _commands(monkeypatch: Any) -> list[Any]:
    """What is sent to Redis from now on."""
    sent: list[Any] = []
    real = redis_commands._Line.ask

    def spy(line: Any, commands: Any) -> Any:
        sent.extend(commands)
        return real(line, commands)

    monkeypatch.setattr(redis_commands._Line, "ask", spy)
    return sent


def _left(reply: Any) -> int:
    return int(reply.header("RateLimit").partition("r=")[2].partition(";")[0])


def _lengths(known: Known) -> list[int]:
    return [len(record.body or b"") for record in known._records.values()]
