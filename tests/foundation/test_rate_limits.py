"""Rate limits over HTTP: told on every answer, and nobody gets around them."""

import re

import pytest
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.rest.v1.profiles import MeView
from foundation import limiting, redis_commands
from foundation.http.rate_limits import SCOPES, attempts, place_of
from nexus.settings import base
from nexus.settings.base import cache as cache_settings
from nexus.settings.environment import ROOT, Environment
from tests.wires import closed_port, frozen_port

ME = "/api/v1/me/"
TOPICS = "/api/v1/topics/"
IMPORTS = "/api/v1/imports/"
NOWHERE = "/api/v1/nowhere/"
TOKEN = "/api/v1/auth/token/"

POLICY = re.compile(r'"[a-z-]+";q=[0-9]+;w=[0-9]+(, "[a-z-]+";q=[0-9]+;w=[0-9]+)*')
STANDING = re.compile(r'"[a-z-]+";r=[0-9]+;t=[0-9]+(, "[a-z-]+";r=[0-9]+;t=[0-9]+)*')


@pytest.fixture
def lower(settings):
    """`lower(user=2)` leaves two requests a minute."""

    def change(**quotas: int) -> None:
        changed = {name.replace("_", "-"): (quota, 60) for name, quota in quotas.items()}
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, **changed}

    return change


def codes(*answers) -> list[int]:
    return [answer.status_code for answer in answers]


def left(answer) -> dict[str, int]:
    """What remains by limit, and that both headers speak of the same ones."""
    assert POLICY.fullmatch(answer["RateLimit-Policy"])
    assert STANDING.fullmatch(answer["RateLimit"])
    told = dict(re.findall(r'"([a-z-]+)";r=([0-9]+)', answer["RateLimit"]))
    assert list(told) == re.findall(r'"([a-z-]+)"', answer["RateLimit-Policy"])
    return {name: int(remaining) for name, remaining in told.items()}


# --- Headers ----------------------------------------------------------------------------------


def test_a_reader_hears_the_policy_and_what_is_left(api, learner, lower):
    lower(user=5)
    client = api(learner)

    first, second = client.get(ME), client.get(ME)

    assert first["RateLimit-Policy"] == '"user";q=5;w=60'
    assert re.fullmatch(r'"user";r=4;t=(59|60)', first["RateLimit"])
    assert left(second) == {"user": 3}


def test_a_write_counts_twice_once_as_a_request_and_once_as_a_write(api, learner, lower):
    lower(user=5, write=3)

    assert left(api(learner).patch(ME, {"bio": "Hello"})) == {"user": 4, "write": 2}


@pytest.mark.parametrize(
    ("expected", "ask"),
    [
        (200, lambda client: client.get(ME)),
        (200, lambda client: client.head(ME)),
        (204, lambda client: client.options(ME)),
        (400, lambda client: client.get(f"{ME}?unknown=1")),
        (404, lambda client: client.get("/api/v1/topics/none/")),
        (404, lambda client: client.get(NOWHERE)),
        (404, lambda client: client.get("/api/v1/me")),
        (405, lambda client: client.put(ME, {})),
        (406, lambda client: client.get(ME, headers={"Accept": "image/png"})),
        (414, lambda client: client.get(f"{ME}?{'x' * 5000}")),
        (400, lambda client: client.get(ME, headers={"Host": "elsewhere.example"})),
        (415, lambda client: client.patch(ME, "a=1", content_type="text/plain")),
        (400, lambda client: client.patch(ME, "{", content_type="application/json")),
        (401, lambda _: APIClient().get(ME)),
    ],
)
def test_every_answer_tells_the_limits(api, learner, expected, ask):
    answer = ask(api(learner))

    assert answer.status_code == expected
    assert left(answer)


@pytest.mark.parametrize(("error", "expected"), [(ValueError, 500), (OperationalError, 503)])
def test_a_broken_hub_tells_them_too(api, learner, monkeypatch, error, expected):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(MeView, "get_object", fail)
    client = api(learner)
    client.raise_request_exception = False

    answer = client.get(ME)

    assert answer.status_code == expected
    assert left(answer)
    assert ("Retry-After" in answer) == (expected == 503)


@pytest.mark.django_db
def test_a_preflight_is_not_counted(api, lower):
    lower(anonymous=1)
    asks = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "GET"}
    for _ in range(3):
        assert api().options(ME, headers=asks).status_code == 200

    assert api().get(ME).status_code == 401


@pytest.mark.django_db
def test_pages_outside_the_api_are_not_counted(api, lower):
    lower(anonymous=1)
    for _ in range(3):
        assert "RateLimit" not in api().get("/healthz")

    assert api().get(ME).status_code == 401


# --- Refusals ---------------------------------------------------------------------------------


def test_too_many_requests_are_refused_with_the_limit_and_the_wait(api, learner, lower):
    lower(user=2)
    client = api(learner)

    answers = [client.get(ME) for _ in range(3)]

    assert codes(*answers) == [200, 200, 429]
    refused = answers[-1]
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "rate_limited"
    assert '"user"' in refused.json()["detail"]
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert left(refused) == {"user": 0}


def test_one_persons_requests_are_not_anothers(api, learner, other_learner, lower):
    lower(user=1)

    assert codes(api(learner).get(ME), api(other_learner).get(ME)) == [200, 200]
    assert codes(api(learner).get(ME), api(other_learner).get(ME)) == [429, 429]


def test_new_tokens_and_other_places_give_no_new_quota(api, learner, lower):
    lower(user=1)
    elsewhere = api(learner)
    elsewhere.defaults["REMOTE_ADDR"] = "192.0.2.7"

    assert codes(api(learner).get(ME), elsewhere.get(ME)) == [200, 429]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_every_safe_method_counts(api, learner, lower, method):
    lower(user=1)
    client = api(learner)

    assert getattr(client, method)(ME).status_code < 300
    assert client.get(ME).status_code == 429


def test_refused_bodies_count_as_writes(api, learner, lower):
    lower(write=4)
    client = api(learner)
    bad = [
        client.patch(ME, "{", content_type="application/json"),
        client.patch(ME, {"track": "DESIGN"}),
        client.patch(ME, "a=1", content_type="application/x-www-form-urlencoded"),
        client.post(TOPICS, {"name": "Not a curator's"}),
    ]
    assert codes(*bad) == [400, 400, 415, 403]

    assert client.patch(ME, {"bio": "Hello"}).status_code == 429
    assert client.get(ME).status_code == 200


def test_imports_have_a_limit_of_their_own(api, learner, lower):
    lower(**{"import": 1})
    client = api(learner)

    assert client.post(IMPORTS, {}).status_code == 400
    assert client.post(IMPORTS, {}).status_code == 429
    assert client.get(IMPORTS).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "more", "usual"),
    [
        (NOWHERE, {}, 404),
        (ME, {}, 401),
        (ME, {"Authorization": "Bearer bad"}, 401),
        (ME, {"Accept": "image/png"}, 406),
        (f"{ME}?{'x' * 5000}", {}, 414),
    ],
)
def test_a_storm_that_no_view_counts_is_refused_too(api, lower, path, more, usual):
    lower(anonymous=2)

    answers = [api().get(path, headers=more) for _ in range(3)]

    assert codes(*answers) == [usual, usual, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert int(answers[-1]["Retry-After"]) >= 1
    assert left(answers[-1]) == {"anonymous": 0}
    assert answers[-1]["Cache-Control"].endswith("no-cache")


def test_a_stranger_without_a_token_does_not_use_up_a_persons_requests(api, learner, lower):
    lower(anonymous=1, user=1)

    assert codes(api().get(ME), api().get(ME)) == [401, 429]
    assert api(learner).get(ME).status_code == 200


# --- Where a request comes from ---------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "192.0.2.{}", [401, 401, 429]),
        (1, "192.0.2.{}, 198.51.100.1", [401, 401, 429]),
        (1, "192.0.2.{}", [401, 401, 401]),  # what our proxy wrote: three visitors
    ],
)
def test_a_forwarded_address_that_no_proxy_of_ours_wrote_is_not_believed(
    api, lower, settings, proxies, forwarded, expected
):
    lower(anonymous=2)
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}

    answers = [
        api().get(ME, headers={"X-Forwarded-For": forwarded.format(number)}) for number in range(3)
    ]

    assert codes(*answers) == expected


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:0DB8:0:0:ffff::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "", True),
        ("no address", "another", False),
    ],
)
def test_an_ipv6_address_stands_for_its_network(rf, one, another, same):
    places = [place_of(rf.get("/", REMOTE_ADDR=address)) for address in (one, another)]

    assert (places[0] == places[1]) is same


# --- Redis away -------------------------------------------------------------------------------


@pytest.mark.parametrize("nobody", [closed_port, frozen_port])
def test_while_redis_is_away_requests_pass_with_a_full_quota(
    api, learner, lower, monkeypatch, nobody
):
    lower(user=1)
    client = api(learner)
    with nobody() as port:
        config = cache_settings(f"redis://127.0.0.1:{port}/0")
        dead = RedisCache(config["LOCATION"], {"OPTIONS": config["OPTIONS"]})
        monkeypatch.setattr(redis_commands, "cache", dead)

        answers = [client.get(ME) for _ in range(5)]

    assert codes(*answers) == [200] * 5
    assert left(answers[-1]) == {"user": 1}


def test_a_read_is_counted_without_a_query(api, learner, django_assert_num_queries):
    asked = attempts(["user", "write", "search"], place="192.0.2.1", person=learner.pk)

    with django_assert_num_queries(0):
        limiting.count(asked, at=timezone.now())


# --- Settings ---------------------------------------------------------------------------------


def test_every_limit_has_a_rate_and_every_rate_a_limit():
    named = [name for limits in SCOPES.values() for name in limits]

    assert sorted(named) == sorted(base.RATE_LIMITS)


def test_the_documentation_says_the_numbers():
    units = {1: "second", 60: "minute", 3600: "hour"}
    rows = re.findall(
        r"^\| `([a-z-]+)` \| ([0-9]+/[a-z]+) \|",
        (ROOT / "docs/limits.md").read_text(),
        re.MULTILINE,
    )

    assert dict(rows) == {
        name: f"{quota}/{units[window]}" for name, (quota, window) in base.RATE_LIMITS.items()
    }


@pytest.mark.parametrize(
    "given",
    ["user", "user=600", "user=0/minute", "user=-1/minute", "user=600/fortnight", "=6/day",
     "user=6/day,user=7/day", "user=1e3/day", "user=٦/day", "user=99999999999/day"],
)  # fmt: skip
def test_a_bad_rate_refuses_to_start(monkeypatch, given):
    monkeypatch.setenv("NEXUS_RATE_LIMITS", given)

    with pytest.raises(ImproperlyConfigured, match="NEXUS_RATE_LIMITS"):
        Environment.read()


def test_rates_are_changed_by_name_and_an_unknown_name_refuses_to_start(monkeypatch):
    usual = {"user": (600, 60), "write": (120, 60)}
    monkeypatch.setenv("NEXUS_RATE_LIMITS", "user=5/hour, write=7/day")
    assert Environment.read().rate_limits(usual) == {"user": (5, 3600), "write": (7, 86400)}

    monkeypatch.setenv("NEXUS_RATE_LIMITS", "users=5/hour")
    with pytest.raises(ImproperlyConfigured, match="users"):
        Environment.read().rate_limits(usual)


def test_an_answer_that_has_not_changed_tells_them_too(api, learner):
    client = api(learner)
    tag = client.get(ME)["ETag"]

    answer = client.get(ME, headers={"If-None-Match": tag})

    assert answer.status_code == 304
    assert left(answer)
