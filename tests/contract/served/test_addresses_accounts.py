"""Addresses: people, from signing up to leaving. One test per address, over a real socket."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from tests.factories.accounts import PASSWORD, CohortFactory, MembershipFactory
from tests.factories.learnings import BriefFactory, LearningFactory

NEW_PASSWORD = "a much longer and lovelier phrase"


@pytest.fixture
def somebody(hub, request):
    """Somebody whom only this test changes: their name on this hub, and a client of theirs."""
    name = request.node.name.replace("[", "-").strip("]")[:60]
    return name, hub.join(name, display_name="Somebody")


def emailed_token() -> str:
    """What stands behind `#token=` in the newest e-mail."""
    return re.search(r"#token=(\S+)", mail.outbox[-1].body)[1]


def test_register_answers_201_with_the_user_and_refuses_a_known_address(hub):
    wanted = {"email": "New@Example.org", "password": NEW_PASSWORD, "display_name": "Newcomer",
              "track": "FRONTEND"}  # fmt: skip

    made = hub.anonymous.post("auth/register/", wanted)
    again = hub.anonymous.post("auth/register/", {**wanted, "email": "new@example.ORG"})

    assert made.status == 201
    assert made.json["email"] == "new@example.org"
    assert (made.json["track"], made.json["role"]) == ("FRONTEND", "LEARNER")
    assert again.status == 400
    assert again.culprits == {("/email", "taken")}


@pytest.mark.parametrize("track", ["BACKEND", "FRONTEND", "FULLSTACK"])
def test_register_takes_each_track(hub, track):
    wanted = {"email": f"{track}@tracks.example.org", "password": NEW_PASSWORD,
              "display_name": "T", "track": track}  # fmt: skip
    assert hub.anonymous.made("auth/register/", wanted)["track"] == track


def test_register_refuses_another_track(hub):
    wanted = {"email": "x@tracks.example.org", "password": NEW_PASSWORD, "display_name": "T",
              "track": "backend"}  # fmt: skip
    assert hub.anonymous.post("auth/register/", wanted).culprits == {("/track", "invalid_choice")}


def test_token_takes_email_and_password_and_answers_access_and_refresh(hub):
    assert set(hub.token_pair("author")) == {"access", "refresh"}

    wrong = {"email": "author@example.org", "password": "wrong"}
    assert hub.anonymous.post("auth/token/", wrong).code == (401, "invalid_credentials")
    unknown = {"email": "nobody@example.org", "password": PASSWORD}
    assert hub.anonymous.post("auth/token/", unknown).code == (401, "invalid_credentials")


def test_refresh_verify_and_logout_take_a_token(hub):
    pair = hub.token_pair("author")

    for token in pair.values():
        verified = hub.anonymous.post("auth/token/verify/", {"token": token})
        assert (verified.status, verified.json) == (200, {})
    renewed = hub.anonymous.post("auth/token/refresh/", {"refresh": pair["refresh"]})
    assert renewed.status == 200
    assert set(renewed.json) == {"access", "refresh"}
    gone = hub.anonymous.post("auth/logout/", {"refresh": renewed.json["refresh"]})
    assert (gone.status, gone.body) == (204, b"")

    refused = hub.anonymous.post("auth/token/verify/", {"token": renewed.json["access"]})
    assert refused.code == (401, "token_refused")


def test_password_change_takes_the_old_and_the_new_one(hub, somebody):
    name, client = somebody
    email = hub.people[name].email

    wrong = client.post(
        "auth/password/change/", {"old_password": "wrong", "new_password": NEW_PASSWORD}
    )
    assert wrong.culprits == {("/old_password", "wrong_password")}
    changed = client.post(
        "auth/password/change/", {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    )

    assert changed.status == 204
    credentials = {"email": email, "password": NEW_PASSWORD}
    assert hub.anonymous.post("auth/token/", credentials).status == 200


def test_password_reset_answers_everybody_alike_and_confirm_takes_the_mailed_token(hub, somebody):
    name, _ = somebody
    email = hub.people[name].email

    known = hub.anonymous.post("auth/password/reset/", {"email": email})
    unknown = hub.anonymous.post("auth/password/reset/", {"email": "nobody@example.org"})
    assert (known.status, known.body) == (unknown.status, unknown.body) == (202, b"")

    hub.work_off()
    chosen = {"token": emailed_token(), "new_password": NEW_PASSWORD}
    assert hub.anonymous.post("auth/password/reset/confirm/", chosen).status == 204
    used = hub.anonymous.post("auth/password/reset/confirm/", chosen)
    assert used.culprits == {("/token", "link_refused")}
    credentials = {"email": email, "password": NEW_PASSWORD}
    assert hub.anonymous.post("auth/token/", credentials).status == 200


def test_email_verification_answers_everybody_alike_and_log_in_does_not_wait_for_it(hub, somebody):
    name, _ = somebody
    person = hub.people[name]
    assert person.email_verified_at is None, "and yet they have logged in"

    known = hub.anonymous.post("auth/email/verify/", {"email": person.email})
    unknown = hub.anonymous.post("auth/email/verify/", {"email": "nobody@example.org"})
    assert (known.status, known.body) == (unknown.status, unknown.body) == (202, b"")

    hub.work_off()
    assert hub.anonymous.post("auth/email/verify/", {"token": emailed_token()}).status == 204
    person.refresh_from_db()
    assert person.email_verified_at is not None
    refused = hub.anonymous.post("auth/email/verify/", {"token": "forged"})
    assert refused.culprits == {("/token", "link_refused")}


def test_me_is_read_and_changed(hub, somebody):
    _, client = somebody

    changed = client.patch("me/", {"bio": "Reads logs.", "github_url": "https://github.com/x"})

    assert changed.status == 200
    assert client.get("me/").json == changed.json
    assert changed.json["bio"] == "Reads logs."


@pytest.mark.parametrize("field", ["id", "email", "role", "joined_at"])
def test_me_refuses_by_name_what_one_may_not_set(hub, field):
    assert {name for name, _ in hub.author.patch("me/", {field: "x"}).culprits} == {f"/{field}"}


def test_leaving_keeps_what_was_published_by_nobody_and_deletes_the_rest(hub, somebody):
    name, client = somebody
    person = hub.people[name]
    published = LearningFactory(author=person, published=True)
    draft = LearningFactory(author=person)

    assert client.delete("me/").status == 204

    assert client.get("me/").code[0] == 401
    kept = hub.author.get(f"learnings/{published.pk}/")
    assert kept.status == 200
    assert kept.json["author"]["display_name"] != "Somebody"
    assert hub.curator.get(f"learnings/{draft.pk}/").status == 404
    assert hub.author.get(f"users/{person.pk}/").status == 404


def test_me_export_holds_all_that_is_theirs(hub, somebody):
    name, client = somebody
    draft = LearningFactory(author=hub.people[name])

    export = client.get("me/export/")

    assert export.status == 200
    assert export.json["profile"]["email"] == hub.people[name].email
    assert [row["id"] for row in export.json["learnings"]] == [draft.pk]


def test_users_are_listed_and_shown_without_their_address(hub):
    listed = hub.author.get("users/")
    shown = hub.author.get(f"users/{hub.people['other'].pk}/")

    assert listed.status == shown.status == 200
    assert shown.json["display_name"] == "Other"
    assert b"@example.org" not in listed.body + shown.body


def test_personal_tokens_are_made_listed_used_and_revoked(hub, somebody):
    _, client = somebody
    made = client.made("me/tokens/", {"name": "Script", "scopes": ["read"]})

    listed = client.get("me/tokens/")
    assert [row["id"] for row in listed.json["results"]] == [made["id"]]
    assert made["token"].encode() not in listed.body
    script = type(client)(hub.host, made["token"])
    assert script.get("me/").status == 200
    assert client.delete(f"me/tokens/{made['id']}/").status == 204
    assert script.get("me/").code[0] == 401


def test_cohorts_and_their_brief_are_read(hub):
    cohort = CohortFactory(name="Class of 2026")
    MembershipFactory(cohort=cohort, user=hub.people["author"])
    BriefFactory(cohort=cohort)

    assert cohort.pk in hub.author.get("cohorts/").ids
    assert hub.author.get(f"cohorts/{cohort.pk}/").json["members_count"] == 1
    assert hub.author.get(f"cohorts/{cohort.pk}/brief/").json["cohort"] == cohort.pk
    for method in ("POST", "PATCH", "DELETE"):
        refused = hub.admin.ask(method, f"cohorts/{cohort.pk}/", {})
        assert refused.code == (405, "method_not_allowed"), method


OPEN = ["auth/register/", "auth/token/", "auth/token/refresh/", "auth/token/verify/",
        "auth/password/reset/", "auth/password/reset/confirm/", "auth/email/verify/"]  # fmt: skip
CLOSED = ["", "me/", "me/export/", "me/tokens/", "me/entries/", "me/bookmarks/", "me/votes/",
          "me/notification-preferences/", "users/", "topics/", "learnings/", "challenges/",
          "solutions/", "revisions/", "imports/", "sources/", "cohorts/", "notifications/",
          "subscriptions/", "search/?q=x", "challenges/similar/?q=x"]  # fmt: skip


@pytest.mark.parametrize("path", OPEN)
def test_no_token_is_needed_where_tokens_are_got(hub, path):
    assert hub.anonymous.post(path, {}).code == (400, "invalid")


@pytest.mark.parametrize("path", CLOSED)
def test_everything_else_needs_a_token(hub, path):
    refused = hub.anonymous.get(path)

    assert refused.code == (401, "not_authenticated")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert hub.author.get(path).status == 200
