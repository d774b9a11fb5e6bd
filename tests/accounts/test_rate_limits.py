"""Guessing is bounded: at log-in, however it is spelled and from wherever, and at signing up."""

import json

import pytest
from django.core.cache.backends.redis import RedisCache

from accounts.models import User
from foundation import redis_commands
from tests.factories.accounts import PASSWORD
from tests.together import together
from tests.wires import closed_port, frozen_port

TOKEN = "/api/v1/auth/token/"
REGISTER = "/api/v1/auth/register/"
ADMIN = "/admin/login/"
EMAIL = "lena@example.org"
NEWCOMER = {"password": PASSWORD, "display_name": "Nina Newcomer", "track": "FRONTEND"}


@pytest.fixture
def lower(settings):
    """`lower({"log-in": 2})` leaves two attempts a minute."""

    def change(quotas: dict[str, int]) -> None:
        changed = {name: (quota, 60) for name, quota in quotas.items()}
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, **changed}

    return change


@pytest.fixture(params=[closed_port, frozen_port])
def redis_away(request, monkeypatch):
    """A Redis that does not answer, for counting."""
    with request.param() as port:
        options = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3}
        dead = RedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": options})
        monkeypatch.setattr(redis_commands, "cache", dead)
        yield


@pytest.fixture
def guess(api):
    """`guess(email, password="wrong", place="127.0.0.1")` tries to log in; returns the answer."""

    def attempt(email=EMAIL, password="wrong", place="127.0.0.1", **headers):
        client = api()
        client.defaults["REMOTE_ADDR"] = place
        return client.post(TOKEN, {"email": email, "password": password}, headers=headers)

    return attempt


def codes(*answers) -> list[int]:
    return [answer.status_code for answer in answers]


# --- Forty at once ----------------------------------------------------------------------------


@pytest.fixture
def compared(monkeypatch):
    """A mark for each password that is compared with Lena's."""
    marks = []

    def check(self, raw):
        marks.append(raw)
        return False

    monkeypatch.setattr(User, "check_password", check)
    return marks


@pytest.fixture
def of_forty_guesses_ten_are_compared(guess, learner, lower, compared):
    def run() -> None:
        lower({"log-in": 10})

        answers = together(*[guess] * 40)

        assert sorted(codes(*answers)) == [401] * 10 + [429] * 30
        assert len(compared) == 10

    return run


@pytest.mark.django_db(transaction=True)
def test_of_forty_guesses_at_once_exactly_ten_are_compared(of_forty_guesses_ten_are_compared):
    of_forty_guesses_ten_are_compared()


@pytest.mark.django_db(transaction=True)
def test_and_no_more_while_redis_is_away(redis_away, of_forty_guesses_ten_are_compared):
    of_forty_guesses_ten_are_compared()


# --- No way around ----------------------------------------------------------------------------


def test_a_refusal_names_the_limit_and_the_wait_and_no_password_is_compared(guess, learner, lower):
    lower({"log-in": 1})
    guess()

    refused = guess(password=PASSWORD)

    assert refused.status_code == 429
    assert refused.json()["code"] == "rate_limited"
    assert '"log-in" allows 1 request' in refused.json()["detail"]
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert '"log-in";r=0' in refused["RateLimit"]
    assert refused["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "spelled",
    ["LENA@example.org", " lena@example.org", "Lena@Example.Org \t", "lena@example.org\u2003"],
)
def test_guessing_is_bounded_however_the_address_is_spelled(guess, learner, lower, spelled):
    lower({"log-in": 1})

    assert codes(guess(), guess(spelled, password=PASSWORD)) == [401, 429]


@pytest.mark.parametrize(
    "body",
    [
        {"email": EMAIL, "password": "wrong", "email ": "x", "Email": "other@example.org"},
        {"email": EMAIL, "password": "x" * 5000},
        {"email": EMAIL},
        {"email": EMAIL, "password": ["wrong"]},
    ],
)
def test_what_else_a_body_holds_makes_no_difference(api, guess, learner, lower, body):
    lower({"log-in": 1})

    assert api().post(TOKEN, body).status_code == 400
    assert guess().status_code == 429


def test_bodies_that_cannot_be_read_count_for_the_place(api, guess, learner, lower):
    lower({"log-in-address": 4})
    refused = [
        api().post(TOKEN, "{", content_type="application/json"),
        api().post(TOKEN, "[" * 5000, content_type="application/json"),
        api().post(TOKEN, f"email={EMAIL}", content_type="application/x-www-form-urlencoded"),
        api().post(TOKEN, json.dumps({"email": [EMAIL]}), content_type="application/json"),
    ]
    assert codes(*refused) == [400, 400, 415, 400]
    assert refused[0].json()["code"] == "malformed"

    assert guess().status_code == 429


def test_a_forwarded_address_that_no_proxy_of_ours_wrote_is_not_believed(
    guess, learner, lower, settings
):
    lower({"log-in": 2})
    assert codes(*(guess(**{"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3))) == [
        401, 401, 429,
    ]  # fmt: skip

    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    forged = [{"X-Forwarded-For": f"192.0.2.{n}, 198.51.100.1"} for n in range(3)]
    assert codes(*(guess(**headers) for headers in forged)) == [401, 401, 429]


def test_a_place_cannot_try_one_password_on_everybody(guess, learner, lower):
    lower({"log-in-address": 2})

    answers = [guess(f"somebody{number}@example.org") for number in range(3)]

    assert codes(*answers) == [401, 401, 429]


def test_guessing_from_everywhere_is_slowed_and_strangers_are_not_told(guess, learner, lower):
    lower({"log-in-email": 2})

    answers = [guess(place=f"192.0.2.{number}") for number in range(3)]

    assert codes(*answers) == [401, 401, 429]
    assert ["log-in-email" in answer["RateLimit"] for answer in answers] == [False, False, True]


# --- Nobody is locked out cheaply -------------------------------------------------------------


def test_guessing_at_one_address_locks_nobody_else_out(guess, learner, other_learner, lower):
    lower({"log-in": 2})
    for _ in range(3):
        guess()

    assert guess(other_learner.email, PASSWORD).status_code == 200
    assert guess(password=PASSWORD, place="192.0.2.7").status_code == 200


def test_refused_guesses_of_one_stranger_do_not_lock_a_person_out(guess, learner, lower):
    lower({"log-in": 2, "log-in-email": 4})
    for _ in range(10):
        guess(place="192.0.2.66")

    assert guess(password=PASSWORD).status_code == 200


def test_one_stranger_never_uses_up_what_a_person_has_everywhere():
    from nexus.settings.base import RATE_LIMITS

    quota, seconds = RATE_LIMITS["log-in"]
    quota_everywhere, seconds_everywhere = RATE_LIMITS["log-in-email"]

    assert quota * seconds_everywhere / seconds < quota_everywhere


# --- Other doors ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_signing_up_is_bounded_per_place(api, lower):
    lower({"register": 2})

    answers = [
        api().post(REGISTER, {**NEWCOMER, "email": f"n{number}@example.org"}) for number in range(3)
    ]

    assert codes(*answers) == [201, 201, 429]


def test_signing_up_is_bounded_while_redis_is_away(api, db, lower, redis_away):
    lower({"register": 1})

    assert codes(api().post(REGISTER, {}), api().post(REGISTER, {})) == [400, 429]


def test_the_admins_form_and_the_api_share_one_count(client, guess, curator, lower):
    lower({"log-in": 1})
    assert guess(curator.email).status_code == 401

    page = client.post(ADMIN, {"username": curator.email.upper(), "password": PASSWORD})

    assert page.status_code == 200
    assert "Too many attempts" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_admins_form_lets_curators_in_within_the_limit(client, curator, lower):
    lower({"log-in": 1})

    page = client.post(ADMIN, {"username": curator.email, "password": PASSWORD})

    assert page.status_code == 302
    assert "_auth_user_id" in client.session
