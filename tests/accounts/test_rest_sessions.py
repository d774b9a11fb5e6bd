"""Signing up, logging in, staying in and logging out, over HTTP."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.core.cache import cache
from django.utils.module_loading import import_string
from redis.exceptions import ConnectionError as RedisAway

from accounts.models import Role, TokenFamily, User
from tests.factories.accounts import PASSWORD
from tests.problems import culprits

REGISTER = "/api/v1/auth/register/"
TOKEN = "/api/v1/auth/token/"
REFRESH = "/api/v1/auth/token/refresh/"
VERIFY = "/api/v1/auth/token/verify/"
LOG_OUT = "/api/v1/auth/logout/"
ME = "/api/v1/me/"
NEWCOMER = {
    "email": "Nina@Example.org",
    "password": PASSWORD,
    "display_name": "Nina Newcomer",
    "track": "FRONTEND",
}


def log_in(client, email="lena@example.org", password=PASSWORD):
    return client.post(TOKEN, {"email": email, "password": password})


def read_me(client, access):
    return client.get(ME, headers={"Authorization": f"Bearer {access}"})


# --- Signing up -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_newcomer_signs_up_and_logs_in_at_once(api):
    made = api().post(REGISTER, NEWCOMER)

    assert made.status_code == 201
    user = User.objects.get()
    assert made.json() == {
        "id": user.pk,
        "email": "nina@example.org",
        "display_name": "Nina Newcomer",
        "track": "FRONTEND",
        "bio": "",
        "github_url": "",
        "role": "LEARNER",
        "joined_at": user.joined_at.isoformat().replace("+00:00", "Z"),
    }
    access = log_in(api(), "nina@EXAMPLE.org").json()["access"]
    assert read_me(api(), access).json() == made.json()


def test_an_address_is_taken_in_any_case(api, learner):
    refused = api().post(REGISTER, {**NEWCOMER, "email": " LENA@example.ORG "})

    assert refused.status_code == 400
    assert culprits(refused) == {("/email", "taken")}
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("short-1", {"password_too_short"}),
        ("password123", {"password_too_common"}),
        ("73915028461", {"password_entirely_numeric"}),
        ("nina@example.org", {"password_too_similar"}),
        ("12345", {"password_too_short", "password_too_common", "password_entirely_numeric"}),
    ],
)
def test_a_weak_password_is_refused_with_every_reason(api, password, codes):
    refused = api().post(REGISTER, {**NEWCOMER, "password": password})

    assert refused.status_code == 400
    assert culprits(refused) == {("/password", code) for code in codes}
    assert not User.objects.exists()


@pytest.mark.django_db
def test_missing_and_unknown_fields_are_named(api):
    assert culprits(api().post(REGISTER, {})) == {
        (f"/{name}", "required") for name in ("email", "password", "display_name", "track")
    }
    assert culprits(api().post(REGISTER, {**NEWCOMER, "role": "ADMIN", "is_superuser": True})) == {
        ("/role", "unknown"),
        ("/is_superuser", "unknown"),
    }
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", [REGISTER, TOKEN, REFRESH, VERIFY, LOG_OUT])
def test_an_unknown_query_parameter_is_named(api, path):
    refused = api().post(f"{path}?verbose=1", {})

    assert refused.status_code == 400
    assert culprits(refused) == {("verbose", "unknown")}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nul\x00", "half \ud83d"])
def test_text_that_no_database_can_hold_is_refused(api, name):
    body = json.dumps({**NEWCOMER, "display_name": name})  # as an escape: it has no UTF-8

    refused = api().post(REGISTER, body, content_type="application/json")

    assert refused.status_code == 400
    assert {pointer for pointer, _ in culprits(refused)} == {"/display_name"}


@pytest.mark.django_db
def test_an_address_that_grows_in_lower_case_is_measured_as_it_is_stored(api):
    grows = f"{'x' * 60}@{'İ' * 60}.{'İ' * 60}.{'y' * 60}.org"
    assert len(grows) <= 254 < len(grows.lower())

    assert api().post(REGISTER, {**NEWCOMER, "email": grows}).status_code == 400


def test_signing_up_stores_passwords_with_argon2():
    from nexus.settings import base

    assert get_hasher().algorithm == "md5"  # only here, because it is fast
    first = import_string(base.PASSWORD_HASHERS[0])
    assert issubclass(first, Argon2PasswordHasher)
    # OWASP, Password Storage Cheat Sheet: the least that Argon2id should be given.
    assert (first.time_cost, first.memory_cost) >= (2, 19 * 1024)


# --- Logging in -------------------------------------------------------------------------------


def test_every_failed_log_in_gets_the_same_answer(api, learner, other_learner):
    other_learner.is_active = False
    other_learner.save()

    answers = [
        log_in(api(), "nobody@example.org"),
        log_in(api(), password="wrong"),
        log_in(api(), other_learner.email),
        log_in(api(), "not an address"),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer["WWW-Authenticate"] for answer in answers} == {'Bearer realm="nexus"'}
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies[0]["code"] == "invalid_credentials"
    assert all(body == bodies[0] for body in bodies)


@pytest.mark.parametrize("email", ["lena@example.org", "nobody@example.org"])
def test_a_failed_log_in_hashes_once_whoever_is_asked_for(api, learner, monkeypatch, email):
    hashed = []
    hasher = get_hasher()
    encode = type(hasher).encode
    monkeypatch.setattr(
        type(hasher), "encode", lambda *args: hashed.append(1) or encode(*args), raising=True
    )

    assert log_in(api(), email, "wrong").status_code == 401

    assert len(hashed) == 1


def test_a_stale_token_in_the_header_does_not_stop_a_log_in(api, learner):
    client = api()
    client.credentials(HTTP_AUTHORIZATION="Bearer long-gone")

    assert log_in(client).status_code == 200


def test_what_holds_tokens_is_kept_by_nobody(api, learner):
    good, bad = log_in(api()), log_in(api(), password="wrong")

    assert good["Cache-Control"] == bad["Cache-Control"] == "no-store"


def test_a_log_in_is_noted(api, learner):
    log_in(api())

    learner.refresh_from_db()
    assert learner.last_login is not None


def test_people_log_in_while_the_cache_is_away(api, learner, monkeypatch):
    def away(*_args, **_kwargs):
        raise RedisAway

    for method in ("get", "set", "add", "get_many", "set_many"):
        monkeypatch.setattr(type(cache._connections[cache._alias]), method, away)

    answer = log_in(api())

    assert answer.status_code == 200
    assert read_me(api(), answer.json()["access"]).status_code == 200


# --- Staying in and logging out ---------------------------------------------------------------


def test_a_refresh_token_is_exchanged_for_the_next_pair(api, learner):
    first = log_in(api()).json()

    second = api().post(REFRESH, {"refresh": first["refresh"]})

    assert second.status_code == 200
    assert set(second.json()) == {"access", "refresh"}
    assert second.json()["refresh"] != first["refresh"]
    assert read_me(api(), second.json()["access"]).status_code == 200


def test_two_tabs_that_refresh_together_get_the_same_successor(api, learner):
    first = log_in(api()).json()["refresh"]

    answers = {api().post(REFRESH, {"refresh": first}).json()["refresh"] for _ in range(2)}

    assert len(answers) == 1


def test_a_refresh_token_used_again_later_ends_the_session(api, learner):
    first = log_in(api()).json()["refresh"]
    second = api().post(REFRESH, {"refresh": first}).json()

    with time_machine.travel(timedelta(seconds=11), tick=False):
        reused = api().post(REFRESH, {"refresh": first})
        assert reused.status_code == 401
        assert reused.json()["code"] == "token_refused"
        assert reused["WWW-Authenticate"] == 'Bearer realm="nexus"'
        assert api().post(REFRESH, {"refresh": second["refresh"]}).status_code == 401


def test_logging_out_ends_this_session_at_once_and_no_other(api, learner, on_commit):
    here, there = log_in(api()).json(), log_in(api()).json()
    assert read_me(api(), here["access"]).status_code == 200

    with on_commit():
        answer = api().post(LOG_OUT, {"refresh": here["refresh"]})

    assert (answer.status_code, answer.content) == (204, b"")
    refused = read_me(api(), here["access"])
    assert refused.status_code == 401
    assert refused.json()["code"] == "token_refused"
    assert api().post(REFRESH, {"refresh": here["refresh"]}).status_code == 401
    assert read_me(api(), there["access"]).status_code == 200


def test_deactivation_acts_at_once_on_tokens_given_out(api, learner, on_commit):
    pair = log_in(api()).json()
    assert read_me(api(), pair["access"]).status_code == 200

    with on_commit():
        learner.is_active = False
        learner.save()

    assert read_me(api(), pair["access"]).status_code == 401
    assert api().post(REFRESH, {"refresh": pair["refresh"]}).status_code == 401
    assert api().post(VERIFY, {"token": pair["access"]}).status_code == 401


def test_a_new_role_acts_at_once_on_tokens_given_out(api, learner, other_learner, on_commit):
    other_learner.is_active = False
    other_learner.save()
    client = api(learner)
    profile = f"/api/v1/users/{other_learner.pk}/"
    assert client.get(profile).status_code == 404

    with on_commit():
        learner.assign_role(Role.CURATOR)

    assert client.get(ME).json()["role"] == "CURATOR"
    assert client.get(profile).status_code == 200


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_good_tokens_verify_and_logged_out_ones_do_not(api, learner, on_commit, kind):
    pair = log_in(api()).json()
    good = api().post(VERIFY, {"token": pair[kind]})
    assert (good.status_code, good.json()) == (200, {})

    with on_commit():
        api().post(LOG_OUT, {"refresh": pair["refresh"]})

    bad = api().post(VERIFY, {"token": pair[kind]})
    assert bad.status_code == 401
    assert bad.json()["code"] == "token_refused"


def test_a_retired_refresh_token_verifies_only_within_its_grace_and_harms_nothing(api, learner):
    first = log_in(api()).json()["refresh"]
    second = api().post(REFRESH, {"refresh": first}).json()["refresh"]
    assert api().post(VERIFY, {"token": first}).status_code == 200

    with time_machine.travel(timedelta(seconds=11), tick=False):
        assert api().post(VERIFY, {"token": first}).status_code == 401
        assert api().post(VERIFY, {"token": second}).status_code == 200
    assert TokenFamily.objects.get().revoked_at is None


def test_an_access_token_lives_for_fifteen_minutes(api, learner):
    access = log_in(api()).json()["access"]

    with time_machine.travel(timedelta(minutes=14, seconds=55), tick=False):
        assert read_me(api(), access).status_code == 200
    with time_machine.travel(timedelta(minutes=15, seconds=5), tick=False):
        assert read_me(api(), access).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "field"), [(REFRESH, "refresh"), (VERIFY, "token"), (LOG_OUT, "refresh")]
)
@pytest.mark.parametrize("token", ["x", "a.b.c", "W1tbW1tb.e30.eA", "é" * 50])
def test_what_is_no_token_is_refused(api, path, field, token):
    refused = api().post(path, {field: token})

    assert refused.status_code == 401
    assert refused.json()["code"] == "token_refused"


def test_one_kind_of_token_does_not_pass_for_the_other(api, learner):
    pair = log_in(api()).json()

    assert read_me(api(), pair["refresh"]).status_code == 401
    assert api().post(REFRESH, {"refresh": pair["access"]}).status_code == 401
