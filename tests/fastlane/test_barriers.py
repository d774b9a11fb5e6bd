"""A write that was acknowledged is never followed by an older answer, whoever was under way."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts import personal_tokens, tokens
from accounts.models import Role
from accounts.rest import authentication
from foundation import copies
from foundation.http import shared_answers
from nexus.fastlane import FastLane
from tests.factories.accounts import UserFactory
from tests.factories.learnings import ChallengeFactory
from tests.fastlane.calling import Ask, Reply, ask, django_alone
from tests.together import PATIENCE, together

pytestmark = [pytest.mark.services(queue=False), pytest.mark.django_db(transaction=True)]

LIST = "/api/v1/challenges/?page_size=2"
AT_RANDOM = 3  # seconds
AT_ONCE = 16


@pytest.fixture
def lanes(settings):
    """The applications of two processes, as far as what they keep to themselves goes."""
    settings.PUBLIC_READ = True
    django = django_alone()
    return [FastLane(django), FastLane(django)]


def bearer(token: str, target: str = LIST, **more: str) -> Ask:
    return Ask(target).but(Authorization=f"Bearer {token}", **more)


def access(user) -> str:
    return tokens.start_family(user, at=timezone.now()).access


def ways(token: str, target: str) -> list[Ask]:
    """One address as different clients ask for it."""
    signed = bearer(token, target)
    zipped = signed.but(Accept_Encoding="gzip")
    return [signed, zipped, Ask(target), Ask(target).but(Accept_Encoding="gzip")]


class Stop:
    """Holds whoever passes here, once, until it is told to let go."""

    def __init__(self, monkeypatch: Any, place: Any, name: str) -> None:
        self.arrived, self.goes_on = threading.Event(), threading.Event()
        self.real: Callable[..., Any] = getattr(place, name)
        monkeypatch.setattr(place, name, self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.arrived.is_set():
            self.arrived.set()
            assert self.goes_on.wait(PATIENCE)
        return self.real(*args, **kwargs)


class Behind:
    """A request in a thread of its own, held where `stop` holds it."""

    def __init__(self, application: Any, asked: Ask, stop: Stop) -> None:
        self.stop, self.replies = stop, list[Reply]()
        self.thread = threading.Thread(target=self._run, args=(application, asked), daemon=True)
        self.thread.start()
        assert stop.arrived.wait(PATIENCE)

    def _run(self, application: Any, asked: Ask) -> None:
        self.replies.append(ask(application, asked))
        connections.close_all()

    def let_go(self) -> Reply:
        self.stop.goes_on.set()
        self.thread.join(PATIENCE)
        return self.replies[0]


def rename(entry: Any, title: str) -> None:
    entry.title = title
    entry.save()


# Where what was computed is kept: for the fast lane, and by Django for itself.
KEEPING = {"the fast lane": (copies._KEEP, "run"), "Django": (shared_answers, "remember")}


@pytest.mark.parametrize("keeper", KEEPING)
@pytest.mark.parametrize("is_detail", [True, False])
def test_who_read_the_old_rows_keeps_nothing_that_is_read_after_the_write(
    lanes, monkeypatch, is_detail, keeper
):
    entry = ChallengeFactory(title="Old", published=True)
    target, token = entry.address if is_detail else LIST, access(UserFactory())
    everybody = ways(token, target)
    tags = [ask(lanes[1], asked).header("ETag") for asked in everybody]
    rename(entry, "Older")  # what was kept so far is void: the next to ask computes
    late = Behind(lanes[0], everybody[0], Stop(monkeypatch, *KEEPING[keeper]))

    rename(entry, "New")
    late.let_go()

    for _time in range(2):
        for lane in lanes:
            for asked, tag in zip(everybody, tags, strict=True):
                conditional = ask(lane, asked.but(If_None_Match=tag))
                assert conditional.code == 200
                for found in (conditional, ask(lane, asked)):
                    assert '"New"' in str(found.json()).replace("'", '"')


def test_no_reader_sees_less_than_was_acknowledged_before_it_began(lanes):
    entry = ChallengeFactory(title="0", published=True)
    everybody = [*ways(access(UserFactory()), LIST), *ways(access(UserFactory()), entry.address)]
    acknowledged, writing = [0], threading.Lock()
    ends_at = time.monotonic() + AT_RANDOM
    told: list[str] = []
    reads: list[bool] = []  # whether each was a hit

    def write() -> None:
        while time.monotonic() < ends_at:
            with writing:
                rename(type(entry).objects.get(pk=entry.pk), str(acknowledged[0] + 1))
                acknowledged[0] += 1
            time.sleep(random.choice([0, 0.02, 0.3]))  # in a row, and with time for a hit

    def read() -> None:
        last: dict[Ask, str] = {}
        while time.monotonic() < ends_at:
            asked, lane = random.choice(everybody), random.choice(lanes)
            known = {"If_None_Match": last[asked]} if asked in last else {}
            least = acknowledged[0]
            found = ask(lane, asked.but(**known))
            reads.append(found.header("X-Cache") == "HIT")
            if found.code == 304:
                seen = seen_by[last[asked], asked]
            else:
                shown = found.json()
                seen = int(shown["results"][0]["title"] if "results" in shown else shown["title"])
                last[asked] = found.header("ETag") or ""
                seen_by[last[asked], asked] = seen
            if seen < least:
                told.append(f"{asked}: {seen} after {least} ({found.status})")

    seen_by: dict[tuple[str, Ask], int] = {}
    raised = together(write, write, *[read] * 6)

    assert raised == [None] * 8
    assert not told, "\n".join(told[:5])
    assert acknowledged[0] > AT_RANDOM
    assert {True, False} <= set(reads)


class TestEnds:
    """What ends a token, or changes what it opens, while the token and the page are warm."""

    @pytest.fixture
    def person(self, settings):
        settings.PUBLIC_READ = False
        return UserFactory()

    @staticmethod
    def deactivate(person, _pair):
        person.is_active = False
        person.save()

    @staticmethod
    def log_out(_person, pair):
        tokens.end_family(pair.refresh, at=timezone.now())

    @staticmethod
    def change_password(person, _pair):
        person.set_password("another sentence that is long")
        person.save()

    @staticmethod
    def delete(person, _pair):
        person.delete()

    @pytest.mark.parametrize("end", ["deactivate", "log_out", "change_password", "delete"])
    def test_a_session_that_ended_opens_nothing_from_then_on(self, lanes, person, end):
        ChallengeFactory(published=True)
        pair = tokens.start_family(person, at=timezone.now())
        asked = bearer(pair.access)
        _warm(lanes, asked)

        getattr(self, end)(person, pair)

        assert _codes(lanes, asked) == {401}

    @pytest.mark.parametrize("end", ["revoke", "deactivate", "change_password"])
    def test_a_personal_token_that_ended_opens_nothing_from_then_on(self, lanes, person, end):
        ChallengeFactory(published=True)
        number, asked = _personal(person)
        _warm(lanes, asked)

        if end == "revoke":
            personal_tokens.revoke(number, by=person, at=timezone.now())
        else:
            getattr(self, end)(person, None)

        assert _codes(lanes, asked) == {401}

    @pytest.mark.parametrize("end", ["deactivate", "log_out", "change_password"])
    def test_it_ends_also_between_being_found_good_and_being_kept(
        self, lanes, person, monkeypatch, end
    ):
        ChallengeFactory(published=True)
        pair = tokens.start_family(person, at=timezone.now())
        asked = bearer(pair.access)
        _warm(lanes, bearer(access(UserFactory())))  # the page is there, the pass is not
        late = Behind(lanes[0], asked, Stop(monkeypatch, authentication, "_note"))

        getattr(self, end)(person, pair)

        # It was under way already when that happened. Nobody who asks later gets through.
        assert late.let_go().code == 200
        assert _codes(lanes, asked) == {401}

    def test_a_new_role_sees_at_once_what_is_its_own(self, lanes, person):
        draft = ChallengeFactory()
        asked = bearer(access(person), draft.address)
        _warm(lanes, bearer(access(person)))
        assert ask(lanes[0], asked).code == 404

        person.assign_role(Role.CURATOR)
        assert _codes(lanes, asked) == {200}
        person.assign_role(Role.LEARNER)
        assert _codes(lanes, asked) == {404}


def _personal(person: Any) -> tuple[int, Ask]:
    row, text = personal_tokens.make(
        by=person, name="Script", scopes=["read"], expires_in=timedelta(hours=1),
        at=timezone.now(),
    )  # fmt: skip
    return row.pk, bearer(text)


def _warm(lanes: list[FastLane], asked: Ask) -> None:
    for lane in (*lanes, *lanes):
        found = ask(lane, asked)
    assert (found.code, found.header("X-Cache")) == (200, "HIT")


def _codes(lanes: list[FastLane], asked: Ask) -> set[int]:
    """What all get who ask at once."""
    acts = [lambda lane=lane: ask(lane, asked) for lane in lanes * (AT_ONCE // 2)]
    return {reply.code for reply in together(*acts)}
