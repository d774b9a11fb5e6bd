"""Tokens: how long they live, how they are renewed, what ends them, what scripts may do."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
import time_machine
from django.utils import timezone

from accounts.models import Role
from tests.contract.served.hubs import Client
from tests.factories.accounts import PASSWORD, PersonalTokenFactory
from tests.factories.learnings import LearningFactory
from tests.together import together

MINUTES_15, DAYS_7 = timedelta(minutes=15), timedelta(days=7)
LEEWAY = timedelta(seconds=5)  # by which clocks may differ
NEW_PASSWORD = "a much longer and lovelier phrase"


def refresh(hub, token: str):
    return hub.anonymous.post("auth/token/refresh/", {"refresh": token})


def later(**delta: float):
    return time_machine.travel(timezone.now() + timedelta(**delta))


@pytest.fixture
def somebody(hub, request):
    """Somebody whom only this test logs out."""
    name = f"somebody-{request.node.name.partition('[')[0][-40:]}-{id(request)}"
    hub.join(name)
    return name


@pytest.mark.parametrize(("kind", "lifetime"), [("access", MINUTES_15), ("refresh", DAYS_7)])
def test_tokens_say_how_long_they_live(hub, kind, lifetime):
    claims = jwt.decode(hub.token_pair("author")[kind], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == lifetime.total_seconds()


def test_an_access_token_lives_15_minutes(hub):
    client = hub.log_in("author")
    with time_machine.travel(timezone.now() + MINUTES_15 - LEEWAY):
        assert client.get("me/").status == 200
    with time_machine.travel(timezone.now() + MINUTES_15 + 2 * LEEWAY):
        assert client.get("me/").code == (401, "token_refused")


def test_a_refresh_token_lives_7_days_and_its_successor_7_more(hub):
    first, second = hub.token_pair("author")["refresh"], hub.token_pair("author")["refresh"]
    with time_machine.travel(timezone.now() + DAYS_7 - 2 * LEEWAY):
        renewed = refresh(hub, first)
        assert renewed.status == 200
    with time_machine.travel(timezone.now() + DAYS_7 + 2 * LEEWAY):
        assert refresh(hub, second).code == (401, "token_refused")
        assert refresh(hub, renewed.json["refresh"]).status == 200


def test_each_refresh_retires_the_token_and_gives_another(hub):
    pair = hub.token_pair("author")
    renewed = refresh(hub, pair["refresh"]).json

    assert renewed["refresh"] != pair["refresh"]
    assert Client(hub.host, renewed["access"]).get("me/").status == 200


def test_two_tabs_that_refresh_together_get_the_same_successor(hub):
    token = hub.token_pair("author")["refresh"]

    answers = together(*4 * [lambda: refresh(hub, token)])

    assert [answer.status for answer in answers] == [200] * 4
    assert len({answer.json["refresh"] for answer in answers}) == 1
    assert refresh(hub, answers[0].json["refresh"]).status == 200, "nobody was logged out"


def test_within_10_seconds_the_successor_is_answered_after_them_the_family_ends(hub):
    token = hub.token_pair("author")["refresh"]
    renewed = refresh(hub, token).json
    with later(seconds=9):
        assert refresh(hub, token).json["refresh"] == renewed["refresh"]
    with later(seconds=12):
        assert refresh(hub, token).code == (401, "token_refused")
        assert refresh(hub, renewed["refresh"]).code == (401, "token_refused")
        assert Client(hub.host, renewed["access"]).get("me/").code[0] == 401
    assert hub.author.get("me/").status == 200, "another session goes on"


def test_logout_ends_its_family_at_once_and_no_other(hub):
    pair, other = hub.token_pair("author"), hub.token_pair("author")

    assert hub.anonymous.post("auth/logout/", {"refresh": pair["refresh"]}).status == 204

    assert Client(hub.host, pair["access"]).get("me/").code == (401, "token_refused")
    assert refresh(hub, pair["refresh"]).code == (401, "token_refused")
    assert refresh(hub, other["refresh"]).status == 200


def test_a_changed_password_revokes_every_token_at_once(hub, somebody):
    pair = hub.token_pair(somebody)
    client = Client(hub.host, pair["access"])
    script = client.made("me/tokens/", {"name": "S", "scopes": ["read"]})["token"]

    changed = client.post(
        "auth/password/change/", {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    )

    assert changed.status == 204
    assert client.get("me/").code[0] == 401
    assert refresh(hub, pair["refresh"]).code[0] == 401
    assert Client(hub.host, script).get("me/").code[0] == 401


def test_a_deactivation_acts_at_once(hub, somebody):
    pair = hub.token_pair(somebody)
    client = Client(hub.host, pair["access"])
    assert client.get("me/").status == 200

    person = hub.people[somebody]
    person.is_active = False
    person.save()

    assert client.get("me/").code[0] == 401
    assert refresh(hub, pair["refresh"]).code[0] == 401


def test_a_demotion_acts_at_once(hub):
    client = hub.join("demoted", role=Role.CURATOR)
    draft = LearningFactory(author=hub.people["author"])
    assert client.get(f"learnings/{draft.pk}/").status == 200

    hub.people["demoted"].groups.clear()

    assert client.get(f"learnings/{draft.pk}/").code == (404, "not_found")


@pytest.mark.parametrize("token", ["", "x", "x.y.z", "nxp_forged"])
def test_a_token_that_is_none_is_401_with_a_challenge(hub, token):
    answer = Client(hub.host, token).get("me/")
    assert answer.code[0] == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_signed_by_nobody_is_refused(hub):
    claims = jwt.decode(hub.token_pair("author")["access"], options={"verify_signature": False})
    forged = jwt.encode(claims, "", algorithm="none")
    assert Client(hub.host, forged).get("me/").code == (401, "token_refused")


def test_a_refresh_token_opens_nothing(hub):
    assert Client(hub.host, hub.token_pair("author")["refresh"]).get("me/").code[0] == 401


def test_answers_with_tokens_are_kept_by_nobody(hub):
    made = hub.author.post("me/tokens/", {"name": "S", "scopes": ["read"]})
    logged_in = hub.anonymous.post(
        "auth/token/", {"email": "author@example.org", "password": PASSWORD}
    )
    for answer in (made, logged_in):
        assert answer.headers["Cache-Control"] == "no-store"


class TestPersonalTokens:
    def script(self, hub, *scopes: str, of: str = "curator") -> Client:
        owner = getattr(hub, of)
        made = owner.made("me/tokens/", {"name": "Script", "scopes": scopes})
        return Client(hub.host, made["token"])

    def test_read_reads_and_does_not_write(self, hub):
        script = self.script(hub, "read")
        assert script.get("learnings/").status == 200
        refused = script.post("learnings/", {"kind": "CONCEPT", "title": "T"})
        assert refused.code == (403, "scope_missing")

    def test_write_writes_and_does_not_read(self, hub):
        script = self.script(hub, "write")
        script.made("learnings/", {"kind": "CONCEPT", "title": "T"})
        assert script.get("learnings/").code == (403, "scope_missing")

    def test_without_curate_a_curators_token_is_a_learners(self, hub):
        draft = LearningFactory(author=hub.people["author"], in_review=True)
        address = f"learnings/{draft.pk}/"
        assert self.script(hub, "read", "write").get(address).code == (404, "not_found")
        curating = self.script(hub, "read", "write", "curate")
        assert curating.get(address).status == 200
        assert curating.post(f"{address}publish/").status == 200

    def test_curate_is_for_curators(self, hub):
        wanted = {"name": "S", "scopes": ["read", "curate"]}
        assert {name for name, _ in hub.author.post("me/tokens/", wanted).culprits} == {"/scopes"}

    def test_a_script_makes_no_tokens(self, hub):
        script = self.script(hub, "read", "write", "curate")
        wanted = {"name": "S", "scopes": ["read"]}
        assert script.post("me/tokens/", wanted).code == (403, "session_needed")

    def test_they_expire(self, hub):
        wanted = {"name": "S", "scopes": ["read"], "expires_in_days": 1}
        script = Client(hub.host, hub.author.made("me/tokens/", wanted)["token"])
        with later(hours=23):
            assert script.get("me/").status == 200
        with later(hours=25):
            assert script.get("me/").code[0] == 401

    def test_the_text_is_shown_once_and_only_its_hash_is_kept(self, hub):
        made = hub.author.made("me/tokens/", {"name": "S", "scopes": ["read"]})
        listed = hub.author.get("me/tokens/?page_size=100")
        assert made["id"] in listed.ids
        assert all("token" not in row for row in listed.json["results"])
        row = hub.people["author"].personal_tokens.get(pk=made["id"])
        assert made["token"] not in str(vars(row))

    def test_others_tokens_are_not_there(self, hub):
        others = PersonalTokenFactory(user=hub.people["other"])
        assert hub.author.delete(f"me/tokens/{others.pk}/").code == (404, "not_found")
