"""Passwords changed and replaced, addresses verified: over HTTP, with the letters that go out."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import get_hasher
from django.core import mail, signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import passwords, personal_tokens, proofs, tokens, verifying
from accounts.models import User
from accounts.tasks import send_reset
from foundation.models import Promise
from tests.factories.accounts import PASSWORD, UserFactory
from tests.problems import culprits
from tests.together import together

CHANGE = "/api/v1/auth/password/change/"
RESET = "/api/v1/auth/password/reset/"
CONFIRM = "/api/v1/auth/password/reset/confirm/"
VERIFY = "/api/v1/auth/email/verify/"
REGISTER = "/api/v1/auth/register/"
TOKEN = "/api/v1/auth/token/"
REFRESH = "/api/v1/auth/token/refresh/"
ME = "/api/v1/me/"
NEW = "an entirely different phrase"
CHANGED = {"old_password": PASSWORD, "new_password": NEW}

pytestmark = pytest.mark.django_db


def log_in(client, user, password):
    return client.post(TOKEN, {"email": user.email, "password": password})


def token_in(letter):
    """What stands behind `#token=` in a letter's link."""
    return re.search(r"#token=(\S+)", letter.body)[1]


def asked_for(api, work_off, address, email):
    """The token in the letter that asking at `address` brings."""
    assert api().post(address, {"email": email}).status_code == 202
    work_off()
    return token_in(mail.outbox[-1])


@pytest.fixture
def reset_token(api, learner, work_off):
    return asked_for(api, work_off, RESET, learner.email)


def confirmed(api, token, password=NEW):
    return api().post(CONFIRM, {"token": token, "new_password": password})


# --- Changing a known password ----------------------------------------------------------------


def test_a_changed_password_is_the_one_that_is_good(api, learner):
    answer = api(learner).post(CHANGE, CHANGED)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Cache-Control"] == "no-store"
    assert log_in(api(), learner, PASSWORD).status_code == 401
    assert log_in(api(), learner, NEW).status_code == 200


def test_a_change_ends_every_session_token_and_admin_page(api, client, admin_user, on_commit):
    here, there = (tokens.start_family(admin_user, at=timezone.now()) for _ in range(2))
    text = personal_tokens.make(
        by=admin_user, name="S", scopes=["read"], expires_in=timedelta(days=1), at=timezone.now()
    )[1]
    bearers = [here.access, there.access, text]
    assert client.login(username=admin_user.email, password=PASSWORD)
    assert client.get("/admin/").status_code == 200

    def statuses():
        return [
            api().get(ME, headers={"Authorization": f"Bearer {each}"}).status_code
            for each in bearers
        ]

    assert statuses() == [200, 200, 200]
    with on_commit():
        api(admin_user).post(CHANGE, CHANGED)

    assert statuses() == [401, 401, 401]
    for pair in (here, there):
        assert api().post(REFRESH, {"refresh": pair.refresh}).status_code == 401
    assert client.get("/admin/").status_code == 302


def test_whoever_changes_a_password_is_told_by_e_mail(api, learner, work_off):
    api(learner).post(CHANGE, CHANGED)
    work_off()

    (letter,) = mail.outbox
    assert letter.to == [learner.email]
    assert letter.subject == "[Nexus] Your password was changed"
    assert NEW not in letter.body


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"old_password": "wrong"}, {("/old_password", "wrong_password")}),
        ({"old_password": ""}, {("/old_password", "blank")}),
        ({"new_password": "short-1"}, {("/new_password", "password_too_short")}),
        ({"new_password": "lena@example.org"}, {("/new_password", "password_too_similar")}),
        (
            {"new_password": "12345678"},
            {
                ("/new_password", "password_too_common"),
                ("/new_password", "password_entirely_numeric"),
            },
        ),
        ({"email": "x@example.org"}, {("/email", "unknown")}),
    ],
)
def test_a_change_that_is_refused_names_why_and_changes_nothing(api, learner, change, found):
    client = api(learner)

    refused = client.post(CHANGE, {**CHANGED, **change})

    assert refused.status_code == 400
    assert culprits(refused) == found
    assert client.get(ME).status_code == 200
    assert not Promise.objects.exists()


def test_a_wrong_old_password_has_a_code_of_its_own(api, learner):
    refused = api(learner).post(CHANGE, {**CHANGED, "old_password": "wrong"})

    assert refused.json()["code"] == "wrong_password"


def test_guessing_the_old_password_is_bounded_per_person(api, learner, other_learner, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "password": (2, 60)}
    wrong = {**CHANGED, "old_password": "wrong"}

    codes = [api(learner).post(CHANGE, wrong).status_code for _ in range(3)]

    assert codes == [400, 400, 429]
    assert api(other_learner).post(CHANGE, wrong).status_code == 400


# --- Replacing a forgotten one ----------------------------------------------------------------


def test_a_link_from_the_letter_gives_a_new_password_once(api, learner, work_off, reset_token):
    answer = confirmed(api, reset_token)

    assert (answer.status_code, answer.content) == (204, b"")
    assert log_in(api(), learner, NEW).status_code == 200
    assert log_in(api(), learner, PASSWORD).status_code == 401
    again = confirmed(api, reset_token, "a third lovely phrase")
    assert (again.status_code, again.json()["code"]) == (400, "link_refused")
    assert culprits(again) == {("/token", "link_refused")}
    work_off()
    assert mail.outbox[-1].subject == "[Nexus] Your password was changed"


def test_a_reset_ends_every_session_and_token(api, learner, reset_token, on_commit):
    pair = tokens.start_family(learner, at=timezone.now())
    text = personal_tokens.make(
        by=learner, name="S", scopes=["read"], expires_in=timedelta(days=1), at=timezone.now()
    )[1]
    bearers = [pair.access, text]
    for each in bearers:
        assert api().get(ME, headers={"Authorization": f"Bearer {each}"}).status_code == 200

    with on_commit():
        confirmed(api, reset_token)

    for each in bearers:
        assert api().get(ME, headers={"Authorization": f"Bearer {each}"}).status_code == 401
    assert api().post(REFRESH, {"refresh": pair.refresh}).status_code == 401


def test_whoever_opened_the_link_has_verified_the_address(api, learner, reset_token):
    confirmed(api, reset_token)

    learner.refresh_from_db()
    assert learner.email_verified_at is not None


def test_the_letter_leads_to_the_hubs_own_page_or_to_a_front_end(api, learner, work_off, settings):
    asked_for(api, work_off, RESET, learner.email)
    settings.FRONTEND_URL = "https://app.example.org"
    asked_for(api, work_off, RESET, learner.email)

    own, elsewhere = mail.outbox
    assert own.to == elsewhere.to == [learner.email]
    assert f"{settings.BASE_URL}/account/reset/#token=" in own.body
    assert "https://app.example.org/reset-password#token=" in elsewhere.body
    for letter in mail.outbox:
        assert token_in(letter) not in letter.subject
        assert learner.display_name not in letter.body


def test_no_row_holds_the_links_token(reset_token):
    assert not Promise.objects.filter(kwargs__icontains=reset_token[:40]).exists()


@pytest.mark.parametrize("email", ["nobody@example.org", "omar@example.org"])
def test_who_has_no_account_or_a_closed_one_gets_no_letter(api, other_learner, work_off, email):
    other_learner.is_active = False
    other_learner.save()

    for address in (RESET, VERIFY):
        assert api().post(address, {"email": email}).status_code == 202
    work_off()

    assert mail.outbox == []


@pytest.mark.parametrize("address", [RESET, VERIFY])
def test_asking_does_the_same_whether_or_not_the_address_is_known(api, learner, address):
    answers, questions = [], []
    for email in (" LENA@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as asked:
            answers.append(api().post(address, {"email": email}))
        questions.append([query["sql"].partition(" ")[0] for query in asked.captured_queries])

    known, unknown = answers
    assert known.status_code == unknown.status_code == 202
    assert known.content == unknown.content == b""
    untold = {"X-Request-ID", "RateLimit"}
    assert {k: v for k, v in known.items() if k not in untold} == {
        k: v for k, v in unknown.items() if k not in untold
    }
    assert questions[0] == questions[1]
    assert [row.kwargs["email"] for row in Promise.objects.order_by("pk")] == [
        "lena@example.org",
        "nobody@example.org",
    ]


def test_asking_hashes_no_password(api, learner, monkeypatch):
    monkeypatch.setattr(type(get_hasher()), "encode", None)

    assert api().post(RESET, {"email": learner.email}).status_code == 202


def test_letters_to_one_address_are_bounded(api, learner, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "reset": (2, 60)}

    codes = [api().post(RESET, {"email": learner.email}).status_code for _ in range(3)]

    assert codes == [202, 202, 429]


def test_letters_that_verify_one_address_are_bounded_and_links_are_not(api, learner, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "verify-email": (2, 60)}
    address = "/api/v1/auth/email/verify/"

    asked = [api().post(address, {"email": learner.email}).status_code for _ in range(3)]
    used = [api().post(address, {"token": "x.y"}).status_code for _ in range(3)]

    assert (asked, used) == ([202, 202, 429], [400, 400, 400])


def test_a_reset_links_life_is_an_hour(api, learner):
    now = timezone.now()
    token = proofs.RESET.make(learner, at=now)

    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        assert culprits(confirmed(api, token)) == {("/token", "link_refused")}
    with time_machine.travel(now + timedelta(minutes=59), tick=False):
        assert confirmed(api, token).status_code == 204


def as_deactivated(user):
    user.is_active = False
    user.save()


def as_changed(user):
    passwords.change(by=user, old=PASSWORD, new="meanwhile another phrase")


def as_moved(user):
    user.email = "elsewhere@example.org"
    user.save()


@pytest.mark.parametrize("meanwhile", [as_deactivated, as_changed, as_moved, User.delete])
def test_a_reset_link_is_good_only_for_the_person_as_they_were(
    api, learner, reset_token, meanwhile
):
    meanwhile(learner)

    assert culprits(confirmed(api, reset_token)) == {("/token", "link_refused")}


def test_a_weak_password_leaves_the_link_good(api, learner, reset_token):
    weak = confirmed(api, reset_token, "lena@example.org")

    assert culprits(weak) == {("/new_password", "password_too_similar")}
    assert confirmed(api, reset_token).status_code == 204


FORGED = ["x", "a.b", "é.é", ".", "a" * 4000, "eyJ1c2VyIjoxfQ.AAAA", "[[[[.sig"]


@pytest.mark.parametrize("token", FORGED)
@pytest.mark.parametrize("address", [CONFIRM, VERIFY])
def test_what_is_no_link_of_ours_is_refused(api, learner, address, token):
    body = {"token": token, **({"new_password": NEW} if address == CONFIRM else {})}

    refused = api().post(address, body)

    assert culprits(refused) == {("/token", "link_refused")}


def test_one_kind_of_link_does_not_pass_for_the_other(api, learner):
    now = timezone.now()
    reset, verification = (kind.make(learner, at=now) for kind in (proofs.RESET, VERIFICATION))

    assert culprits(confirmed(api, verification)) == {("/token", "link_refused")}
    assert culprits(api().post(VERIFY, {"token": reset})) == {("/token", "link_refused")}


VERIFICATION = proofs.VERIFICATION


def test_a_link_signed_by_somebody_else_is_refused(api, learner):
    good = proofs.RESET.make(learner, at=timezone.now())
    facts = good.rpartition(".")[0]
    other = signing.Signer(key="other", salt="accounts.proofs.reset", sep=".", algorithm="sha256")

    assert culprits(confirmed(api, other.sign(facts))) == {("/token", "link_refused")}


def test_a_letter_that_is_sent_again_is_recognised(learner):
    row = Promise.objects.create(
        task=passwords.SEND_RESET, key="reset:1", kwargs={"email": learner.email},
        made_at=timezone.now(), due_at=timezone.now(),
    )  # fmt: skip
    send_reset(**row.message())
    Promise.objects.update(kept_at=None)  # as if the worker had died before its commit
    send_reset(**row.message())
    send_reset(**row.message())

    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_a_mail_server_that_fails_leaves_the_letter_owed(learner, monkeypatch, api):
    api().post(RESET, {"email": learner.email})
    row = Promise.objects.get()
    monkeypatch.setattr("accounts.mailing.EmailMessage.send", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        send_reset(**row.message())

    assert Promise.objects.get().kept_at is None


# --- Verifying an address ---------------------------------------------------------------------


def test_signing_up_brings_a_letter_that_verifies_the_address(api, work_off):
    newcomer = {
        "email": "Nina@Example.org", "password": PASSWORD, "display_name": "http://evil.example",
        "track": "FRONTEND",
    }  # fmt: skip
    assert api().post(REGISTER, newcomer).status_code == 201
    user = User.objects.get()
    assert log_in(api(), user, PASSWORD).status_code == 200  # nothing waits for it
    work_off()
    (letter,) = mail.outbox
    assert letter.to == ["nina@example.org"]
    assert "/account/verify/#token=" in letter.body
    assert "evil" not in letter.body + letter.subject

    answer = api().post(VERIFY, {"token": token_in(letter)})

    assert (answer.status_code, answer.content) == (204, b"")
    user.refresh_from_db()
    assert user.email_verified_at is not None


def test_a_refused_sign_up_promises_no_letter(api, learner):
    taken = {
        "email": learner.email, "password": PASSWORD, "display_name": "N", "track": "BACKEND"
    }  # fmt: skip

    assert api().post(REGISTER, taken).status_code == 400

    assert not Promise.objects.exists()


def test_a_verification_link_opened_twice_is_fine(api, learner, work_off):
    token = asked_for(api, work_off, VERIFY, learner.email)

    assert [api().post(VERIFY, {"token": token}).status_code for _ in range(2)] == [204, 204]


def test_a_verified_address_gets_no_second_letter(api, learner, work_off):
    token = asked_for(api, work_off, VERIFY, learner.email)
    api().post(VERIFY, {"token": token})

    assert api().post(VERIFY, {"email": learner.email}).status_code == 202
    work_off()

    assert len(mail.outbox) == 1


@pytest.mark.parametrize("meanwhile", [as_deactivated, as_moved, User.delete])
def test_a_verification_link_is_good_only_for_its_address(api, learner, work_off, meanwhile):
    token = asked_for(api, work_off, VERIFY, learner.email)
    meanwhile(learner)

    assert culprits(api().post(VERIFY, {"token": token})) == {("/token", "link_refused")}


def test_a_verification_links_life_is_three_days(api, learner):
    now = timezone.now()
    token = VERIFICATION.make(learner, at=now)

    with time_machine.travel(now + timedelta(days=3, minutes=1), tick=False):
        assert culprits(api().post(VERIFY, {"token": token})) == {("/token", "link_refused")}
    with time_machine.travel(now + timedelta(days=2, hours=23), tick=False):
        assert api().post(VERIFY, {"token": token}).status_code == 204


@pytest.mark.parametrize("body", [{}, {"token": "x", "email": "lena@example.org"}])
def test_verifying_takes_either_a_token_or_an_address(api, body):
    refused = api().post(VERIFY, body)

    assert culprits(refused) == {("", "token_or_email")}


@pytest.mark.parametrize("address", [CHANGE, RESET, CONFIRM, VERIFY])
def test_an_unknown_query_parameter_is_named(api, learner, address):
    refused = api(learner).post(f"{address}?verbose=1", {})

    assert culprits(refused) == {("verbose", "unknown")}


@pytest.mark.parametrize("address", [RESET, CONFIRM, VERIFY])
def test_a_stale_token_in_the_header_does_not_stop_who_is_locked_out(api, address):
    client = api()
    client.credentials(HTTP_AUTHORIZATION="Bearer long-gone")

    assert client.post(address, {}).status_code == 400


# --- Together ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_a_reset_link_raced_by_ten_works_once(self):
        user = UserFactory()
        token = proofs.RESET.make(user, at=timezone.now())

        def confirm(number):
            passwords.reset(token=token, new=f"lovely phrase number {number}", at=timezone.now())
            return number

        got = together(*[lambda number=number: confirm(number) for number in range(10)])

        (winner,) = [each for each in got if isinstance(each, int)]
        assert sum(isinstance(each, proofs.LinkRefused) for each in got) == 9
        user.refresh_from_db()
        assert user.check_password(f"lovely phrase number {winner}")

    def test_a_known_password_is_changed_by_one_of_two_who_change_it_together(self):
        user = UserFactory()

        got = together(
            *[
                lambda new=new: passwords.change(by=user, old=PASSWORD, new=new)
                for new in ("first lovely phrase", "second lovely phrase")
            ]
        )

        assert sorted(type(each).__name__ for each in got) == ["NoneType", "WrongPassword"]

    def test_asking_twice_for_a_verification_makes_two_promises(self):
        user = UserFactory()

        together(*[lambda: verifying.request_verification(email=user.email)] * 2)

        assert Promise.objects.count() == 2
