"""Tokens for scripts: shown once, good for what they were made for, gone when they should be."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from accounts import passwords, personal_tokens, tokens
from accounts.models import PersonalToken, Role
from accounts.personal_tokens import MAX_LIVING, make
from foundation.caching import cache
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.learnings import LearningFactory
from tests.problems import culprits
from tests.together import together

TOKENS = "/api/v1/me/tokens/"
ME = "/api/v1/me/"
LEARNINGS = "/api/v1/learnings/"
VERIFY = "/api/v1/auth/token/verify/"
NEW = {"name": "Nightly import", "scopes": ["read", "write"]}
ALL = ["read", "write", "curate"]


def made(user, *scopes, days=90, at=None):
    """The text of a new token."""
    return make(
        by=user,
        name="Script",
        scopes=scopes or ("read",),
        expires_in=timedelta(days=days),
        at=at or timezone.now(),
    )[1]


@pytest.fixture
def script(api, db):
    """`script(token)` is an HTTP client that sends this token."""

    def client(token):
        bearing = api()
        bearing.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return bearing

    return client


def refusal(answer):
    return answer.status_code, answer.json()["code"]


# --- Made and listed --------------------------------------------------------------------------


def test_a_token_is_shown_once_and_works(api, script, learner, on_commit):
    with on_commit():
        answer = api(learner).post(TOKENS, NEW)

    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    text = body.pop("token")
    assert re.fullmatch(r"nxp_[A-Za-z0-9_-]{51}", text)
    assert api(learner).get(TOKENS).json()["results"] == [body]
    assert set(body) == {"id", "name", "scopes", "created_at", "expires_at", "last_used_at"}
    assert script(text).get(ME).json()["email"] == learner.email


def test_no_row_holds_the_token(learner):
    text = made(learner)

    row = PersonalToken.objects.values().get()
    assert text not in map(str, row.values())
    assert len(row["digest"]) == 64


def test_a_token_lives_for_ninety_days_unless_another_time_is_given(api, learner):
    for body, days in ((NEW, 90), ({**NEW, "expires_in_days": 7}, 7)):
        api(learner).post(TOKENS, body)
        row = PersonalToken.objects.latest("id")
        assert row.expires_at - row.created_at == timedelta(days=days)


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"name": ""}, ("/name", "blank")),
        ({"name": "x" * 81}, ("/name", "max_length")),
        ({"name": "nul\x00"}, ("/name", "null_characters_not_allowed")),
        ({"scopes": []}, ("/scopes", "empty")),
        ({"scopes": ["root"]}, ("/scopes/0", "invalid_choice")),
        ({"scopes": ["read", "read"]}, ("/scopes", "repeated")),
        ({"scopes": ["read", []]}, ("/scopes/1", "invalid_choice")),
        ({"scopes": "read"}, ("/scopes", "not_a_list")),
        ({"scopes": ["read", "curate"]}, ("/scopes", "scope_refused")),
        ({"expires_in_days": 0}, ("/expires_in_days", "min_value")),
        ({"expires_in_days": 366}, ("/expires_in_days", "max_value")),
        ({"expires_in_days": None}, ("/expires_in_days", "null")),
        ({"token": "mine"}, ("/token", "unknown")),
        ({"user": 1}, ("/user", "unknown")),
    ],
)
def test_what_no_token_can_be_is_refused_by_name(api, learner, change, culprit):
    refused = api(learner).post(TOKENS, {**NEW, **change})

    assert refused.status_code == 400
    assert culprits(refused) == {culprit}
    assert not PersonalToken.objects.exists()


def test_a_curator_may_give_the_scope_curate(api, curator):
    answer = api(curator).post(TOKENS, {"name": "Review", "scopes": ["curate", "read"]})

    assert answer.json()["scopes"] == ["read", "curate"]


def test_fifty_tokens_are_enough_until_one_of_them_ends(api, learner):
    for _ in range(MAX_LIVING):
        made(learner, days=1)
    client = api(learner)

    assert refusal(client.post(TOKENS, NEW)) == (409, "too_many_tokens")

    client.delete(f"{TOKENS}{PersonalToken.objects.first().pk}/")
    assert client.post(TOKENS, NEW).status_code == 201


def test_everybody_sees_and_revokes_only_their_own(api, learner, other_learner, admin_user):
    made(learner)
    token_id = PersonalToken.objects.get().pk

    for stranger in (other_learner, admin_user):
        client = api(stranger)
        assert client.get(TOKENS).json()["results"] == []
        assert refusal(client.delete(f"{TOKENS}{token_id}/")) == (404, "not_found")

    assert api(learner).delete(f"{TOKENS}{token_id}/").status_code == 204
    assert api(learner).get(TOKENS).json()["results"] == []
    assert refusal(api(learner).delete(f"{TOKENS}{token_id}/")) == (404, "not_found")


def test_the_list_is_paged_like_all_lists(api, learner):
    for _ in range(3):
        made(learner)
    client = api(learner)

    first = client.get(f"{TOKENS}?page_size=2").json()
    second = client.get(first["next"]).json()

    ids = [row["id"] for row in first["results"] + second["results"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3


# --- What the scopes allow --------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("scopes", "method", "expected"),
    [
        (["read"], "get", 200),
        (["read"], "head", 200),
        (["read"], "options", 204),
        (["read"], "post", (403, "scope_missing")),
        (["read"], "patch", (403, "scope_missing")),
        (["read"], "delete", (403, "scope_missing")),
        (["read"], "put", (403, "scope_missing")),
        (["write"], "get", (403, "scope_missing")),
        (["write"], "head", 403),
        (["write"], "patch", 200),
        (["read", "write"], "get", 200),
        (["read", "write"], "patch", 200),
    ],
)
def test_a_scope_opens_its_methods_whatever_the_role(script, role, scopes, method, expected):
    user = UserFactory(role=role)
    own = LearningFactory(author=user)
    client = script(made(user, *scopes))
    body = {"post": {"title": "T", "kind": "CONCEPT"}, "patch": {"title": "New"}}.get(method)
    address = LEARNINGS if method == "post" else f"{LEARNINGS}{own.pk}/"
    if method == "put":
        address += "bookmark/"

    answer = getattr(client, method)(address, body)

    if isinstance(expected, int):
        assert answer.status_code == expected
    else:
        assert refusal(answer) == expected
        missing = "read" if method == "get" else "write"
        assert f"needs: {missing}" in answer.json()["detail"]


@pytest.mark.parametrize("role", [Role.CURATOR, Role.ADMIN])
def test_without_curate_a_curator_is_a_learner(script, learner, role):
    draft = LearningFactory(author=learner)
    waiting = LearningFactory(author=learner, in_review=True)
    client = script(made(UserFactory(role=role), "read", "write"))

    assert client.get(f"{LEARNINGS}{draft.pk}/").status_code == 404
    assert client.post(f"{LEARNINGS}{waiting.pk}/publish/").status_code == 404
    assert client.get(f"{LEARNINGS}?status=DRAFT").json()["results"] == []
    topic = {"name": "New", "kind": "CONCEPT"}
    assert refusal(client.post("/api/v1/topics/", topic)) == (403, "forbidden")


@pytest.mark.parametrize("role", [Role.CURATOR, Role.ADMIN])
def test_with_curate_a_curator_reviews(script, learner, role):
    waiting = LearningFactory(author=learner, in_review=True)
    client = script(made(UserFactory(role=role), *ALL))

    assert client.get(f"{LEARNINGS}{waiting.pk}/").status_code == 200
    assert client.post(f"{LEARNINGS}{waiting.pk}/publish/").status_code == 200


def test_curate_opens_no_method_by_itself(script, curator):
    client = script(made(curator, "curate"))

    assert refusal(client.get(ME)) == (403, "scope_missing")
    assert refusal(client.patch(ME, {"bio": "B"})) == (403, "scope_missing")


@pytest.mark.parametrize(("scopes", "status"), [(["read", "write"], 403), (ALL, 200)])
def test_a_superuser_is_one_only_with_curate(script, scopes, status):
    root = UserFactory(role=Role.ADMIN, is_superuser=True)
    own = LearningFactory(author=root)

    answer = script(made(root, *scopes)).post(f"{LEARNINGS}{own.pk}/publish/")

    assert answer.status_code == status


def test_trust_to_publish_belongs_to_the_person_not_to_a_token(script, api, learner, on_commit):
    from django.contrib.auth.models import Permission

    learner.user_permissions.add(Permission.objects.get(codename="publish_own"))
    by_token, by_session = (LearningFactory(author=learner) for _ in range(2))

    refused = script(made(learner, "read", "write")).post(f"{LEARNINGS}{by_token.pk}/publish/")

    assert refused.status_code == 403
    assert api(learner).post(f"{LEARNINGS}{by_session.pk}/publish/").status_code == 200


@pytest.mark.parametrize("scopes", [["read"], ["write"], ALL])
@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", TOKENS),
        ("post", TOKENS),
        ("delete", f"{TOKENS}1/"),
        ("post", "/api/v1/auth/password/change/"),
    ],
)
def test_what_could_lock_the_owner_out_needs_a_session(script, curator, scopes, method, address):
    answer = getattr(script(made(curator, *scopes)), method)(address, {})

    assert refusal(answer) == (403, "session_needed")


def test_a_hub_that_is_open_to_read_still_heeds_scopes(script, learner, settings):
    settings.PUBLIC_READ = True

    assert refusal(script(made(learner, "write")).get(LEARNINGS)) == (403, "scope_missing")


def test_the_admin_site_is_not_opened_by_a_token(client, admin_user):
    answer = client.get(
        "/admin/accounts/user/", headers={"Authorization": f"Bearer {made(admin_user, *ALL)}"}
    )

    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


# --- When it ends -----------------------------------------------------------------------------


@pytest.fixture
def ended_by(script, on_commit):
    """`ended_by(user, write)` says how a token in use fares once `write` is committed."""

    def run(user, write, *scopes, address=ME):
        with on_commit():
            client = script(made(user, *(scopes or ["read"])))
        for _ in range(2):  # the second one meets a warm cache
            assert client.get(address).status_code == 200
        with on_commit():
            write()
        return client.get(address)

    return run


def revoked(user):
    personal_tokens.revoke(PersonalToken.objects.get().pk, by=user, at=timezone.now())


def deactivated(user):
    user.is_active = False
    user.save()


def changed(user):
    passwords.change(by=user, old=PASSWORD, new="an entirely different phrase")


@pytest.mark.parametrize(
    "end",
    [revoked, deactivated, changed, lambda user: user.revoke_tokens(), lambda user: user.delete()],
    ids=["revocation", "deactivation", "a new password", "the end of all tokens", "deletion"],
)
def test_what_ends_a_token_acts_at_once_on_a_warm_cache(ended_by, learner, end):
    answer = ended_by(learner, lambda: end(learner))

    assert refusal(answer) == (401, "token_refused")


def test_a_demotion_acts_at_once_on_a_warm_cache(ended_by, curator, learner):
    draft = f"{LEARNINGS}{LearningFactory(author=learner).pk}/"

    answer = ended_by(
        curator, lambda: curator.assign_role(Role.LEARNER), "read", "curate", address=draft
    )

    assert answer.status_code == 404


def test_a_log_out_of_a_session_ends_no_token(ended_by, learner):
    pair = tokens.start_family(learner, at=timezone.now())

    answer = ended_by(learner, lambda: tokens.end_family(pair.refresh, at=timezone.now()))

    assert answer.status_code == 200


def test_a_token_expires_to_the_second_on_a_warm_cache(script, learner):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        client = script(made(learner, days=1))
    end = now + timedelta(days=1)

    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert client.get(ME).status_code == 200
    with time_machine.travel(end, tick=False):
        assert refusal(client.get(ME)) == (401, "token_refused")


def test_a_token_made_before_a_session_ended_does_not_outlive_it(learner):
    stale = type(learner).objects.get(pk=learner.pk)
    learner.revoke_tokens()

    with pytest.raises(tokens.TokenRefused):
        made(stale)


@pytest.mark.parametrize(
    "bad",
    [
        "nxp_",
        "nxp_" + "A" * 51,
        "nxp_é",
        "nxp_" + "A" * 100_000,
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: text[:20] + ("A" if text[20] != "A" else "B") + text[21:],
        lambda text: text.replace("nxp_", ""),
        lambda text: text.upper(),
    ],
)
def test_what_is_no_whole_token_is_refused_without_a_question_to_the_database(
    script, learner, bad, django_assert_num_queries
):
    text = bad(made(learner)) if callable(bad) else bad
    client = script(text)

    with django_assert_num_queries(0):
        assert client.get("/api/v1/").status_code == 401


def test_a_token_verifies_until_it_is_revoked(api, learner, on_commit):
    with on_commit():
        text = made(learner)
    assert api().post(VERIFY, {"token": text}).status_code == 200

    with on_commit():
        revoked(learner)

    assert refusal(api().post(VERIFY, {"token": text})) == (401, "token_refused")


def test_tokens_that_ended_long_ago_are_forgotten(learner):
    now = timezone.now()
    made(learner, days=1, at=now - timedelta(days=32))
    made(learner, days=1, at=now - timedelta(days=30))
    made(learner)

    assert personal_tokens.forget(at=now) == 1
    assert PersonalToken.objects.count() == 2


# --- What it costs ----------------------------------------------------------------------------


def test_a_request_with_a_remembered_token_runs_no_query_for_it(script, learner):
    client = script(made(learner))
    client.get("/api/v1/")

    with CaptureQueriesContext(connection) as asked:
        assert client.get("/api/v1/").status_code == 200

    assert asked.captured_queries == []


def test_a_remembered_token_costs_one_recall_more_than_a_session(api, script, learner, monkeypatch):
    asked = []
    get_many = type(cache._connections[cache._alias]).get_many
    monkeypatch.setattr(
        type(cache._connections[cache._alias]),
        "get_many",
        lambda self, keys, *args: asked.append(keys) or get_many(self, keys, *args),
    )

    def recalls(client):
        client.get("/api/v1/")
        asked.clear()
        client.get("/api/v1/")
        return len([keys for keys in asked if any("version:" in key for key in keys)])

    assert recalls(script(made(learner))) == recalls(api(learner)) + 1


def test_its_use_is_noted_once_an_hour_and_empties_no_cache(
    script, learner, other_learner, django_assert_num_queries
):
    now = timezone.now()
    seen = []
    with time_machine.travel(now, tick=False) as clock:
        client, other = script(made(learner)), script(made(other_learner))
        other.get("/api/v1/")
        for _ in range(4):
            client.get("/api/v1/")
            seen.append(PersonalToken.objects.get(user=learner).last_used_at - now)
            clock.shift(timedelta(minutes=25))
        clock.move_to(now)
        with django_assert_num_queries(0):
            other.get("/api/v1/")

    assert seen == [timedelta(minutes=minutes) for minutes in (0, 0, 0, 75)]


def test_what_cannot_be_noted_stops_no_request(script, learner, monkeypatch):
    def broken(*_args, **_kwargs):
        raise DatabaseError("read only")

    client = script(made(learner))
    monkeypatch.setattr(QuerySet, "update", broken)

    assert client.get("/api/v1/").status_code == 200


def test_tokens_work_and_end_while_the_cache_is_away(script, learner, monkeypatch):
    def away(*_args, **_kwargs):
        raise RedisAway

    for method in ("get", "set", "add", "get_many", "set_many"):
        monkeypatch.setattr(type(cache._connections[cache._alias]), method, away)
    client = script(made(learner))
    assert client.get(ME).status_code == 200

    revoked(learner)

    assert refusal(client.get(ME)) == (401, "token_refused")


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_twins_do_not_both_take_the_last_place(self):
        user = UserFactory()
        for _ in range(MAX_LIVING - 1):
            made(user)

        got = together(*[lambda: made(user)] * 8)

        assert len([each for each in got if isinstance(each, str)]) == 1
        assert PersonalToken.objects.count() == MAX_LIVING

    def test_no_token_slips_past_a_change_of_the_password(self):
        for _ in range(5):
            user = UserFactory()
            together(
                *[lambda user=user: made(user)] * 4,
                lambda user=user: passwords.change(by=user, old=PASSWORD, new="another long one"),
            )
            assert not personal_tokens.living(user, at=timezone.now()).exists()
