"""Two web servers, two workers and two beats are one hub: nothing is kept in a process."""

from __future__ import annotations

import re
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests import present
from tests.journeys.hubs import ADMIN, CURATOR, hub_on_services
from tests.journeys.people import PASSWORD, Browser, Client, ask
from tests.journeys.test_readme_to_notification import OWN_READMES, go
from tests.together import turn_at_the_queue

pytestmark = pytest.mark.services
PATIENCE = 60  # seconds
QUOTA, LOG_INS = 500, 10
USERS = "/admin/accounts/user/"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    if not present.has_services():
        pytest.skip(present.NO_SERVICES)
    rates = (
        f"user={QUOTA}/minute,search=20/minute,log-in={LOG_INS}/minute,log-in-address=1000/minute"
    )
    with (
        turn_at_the_queue(),
        hub_on_services(tmp_path_factory.mktemp("two"), of_each=2, NEXUS_RATE_LIMITS=rates) as hub,
    ):
        yield hub


@pytest.fixture(params=[0, 1], ids=["first", "second"], scope="module")
def one(hub, request):
    """The server where something is done."""
    return hub.addresses[request.param]


@pytest.fixture(scope="module")
def other(hub, one):
    """The server that must know at once."""
    (other,) = set(hub.addresses) - {one}
    return other


@pytest.fixture
def somebody(hub):
    return Client.signed_up(hub.addresses, f"somebody-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def admin(one):
    """A browser that logged in at `one`."""
    browser = Browser()
    browser.get(one, "/admin/login/")
    fields = {"username": ADMIN[0], "password": ADMIN[1], "next": "/admin/"}
    assert browser.post(one, "/admin/login/", fields).status == 302
    return browser


def warm(client, path, *, at):
    """Ask until the answer comes from the cache."""
    for _ in range(20):
        answer = client.ask("GET", path, at=at)
        if answer.headers.get("x-cache") == "HIT":
            return
    pytest.fail(f"{path} is never answered from the cache: {answer.headers}")


def at_once(hub, act, times):
    """Statuses of so many requests, all together, half of them at each server."""
    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(lambda number: act(hub.addresses[number % 2]), range(times)))


def publish_everything(hubs):
    curator = Client(hubs, *CURATOR)
    curator.log_in()
    for kind in ("challenges", "solutions", "learnings"):
        for entry in list(curator.pages(f"{kind}/?status=IN_REVIEW&page_size=100")):
            curator.post(f"{kind}/{entry['id']}/publish/")


def test_a_readme_makes_its_journey_over_both(hub):
    readmes = [OWN_READMES / "labelled_pairs.md", OWN_READMES / "tables.md"]
    go(hub.addresses, readmes, publish_everything)


def test_a_write_at_one_is_read_at_the_other(somebody, one, other):
    people = "users/?page_size=100"
    for number in range(10):
        name = f"Name {number}"
        warm(somebody, people, at=other)
        assert somebody.ask("PATCH", "me/", {"display_name": name}, at=one).status == 200
        shown = somebody.ask("GET", people, at=other).json["results"]
        assert name in {row["display_name"] for row in shown}


def test_a_session_begun_at_one_goes_on_at_the_other(somebody, one, other):
    pair = somebody.ask("POST", "auth/token/", somebody.person, at=one).json
    renewed = somebody.ask("POST", "auth/token/refresh/", {"refresh": pair["refresh"]}, at=other)
    assert renewed.status == 200
    somebody.token = renewed.json["access"]
    warm(somebody, "challenges/", at=other)

    ended = somebody.ask("POST", "auth/logout/", {"refresh": renewed.json["refresh"]}, at=one)

    assert ended.status == 204
    assert somebody.ask("GET", "challenges/", at=other).status == 401


def test_who_is_deactivated_at_one_is_nobody_at_the_other(somebody, admin, one, other):
    warm(somebody, "challenges/", at=other)
    me = str(somebody.get("me/")["id"])

    done = admin.post(one, USERS, {"action": "deactivate", "_selected_action": me})

    assert done.status == 302
    assert somebody.ask("GET", "challenges/", at=other).status == 401


def test_who_becomes_a_curator_at_one_curates_at_the_other(hub, somebody, admin, one, other):
    author = Client.signed_up(hub.addresses, f"author-{uuid.uuid4().hex[:8]}")
    entry = author.post("learnings/", {"kind": "CONCEPT", "title": "To be published"})["id"]
    author.post(f"learnings/{entry}/submit/")
    publish = f"learnings/{entry}/publish/"
    assert somebody.ask("POST", publish, at=other).status in {403, 404}
    me = somebody.get("me/")
    form = {
        "email": me["email"], "display_name": me["display_name"], "track": me["track"],
        "is_active": "on", "role": "CURATOR",
        **{f"{name}-{kind}_FORMS": "0" for name in ("memberships", "personal_tokens")
           for kind in ("TOTAL", "INITIAL")},
    }  # fmt: skip

    changed = admin.post(one, f"{USERS}{me['id']}/change/", form)

    assert changed.status == 302, changed.body.decode()
    assert somebody.ask("POST", publish, at=other).status == 200


def test_a_session_of_the_admin_site_holds_at_both(admin, one, other):
    assert {admin.get(server, USERS).status for server in (one, other)} == {200}


def test_one_quota_is_used_up_at_both(hub, somebody):
    warm(somebody, "challenges/", at=hub.addresses[0])
    before = somebody.ask("GET", "challenges/", at=hub.addresses[1]).headers["ratelimit"]
    left = int(re.search(r'"user";r=(\d+)', before)[1])

    statuses = at_once(
        hub, lambda server: somebody.ask("GET", "challenges/", at=server).status, left + 40
    )

    assert statuses == {200: left, 429: 40}


def test_searches_are_counted_at_both_together(hub, somebody):
    statuses = at_once(hub, lambda at: somebody.ask("GET", "search/?q=port", at=at).status, 40)
    assert statuses == {200: 20, 429: 20}


def test_guesses_at_a_password_are_counted_at_both_together(hub, somebody):
    guess = {"email": somebody.person["email"], "password": f"not {PASSWORD}"}
    somebody.token = ""

    statuses = at_once(
        hub, lambda at: somebody.ask("POST", "auth/token/", guess, at=at).status, LOG_INS + 10
    )

    assert statuses == {401: LOG_INS - 1, 429: 11}  # their own log-in was the first


def test_a_request_sent_to_both_at_once_is_carried_out_once(hub, somebody):
    body = {"kind": "CONCEPT", "title": "Only once"}
    key = {"Idempotency_Key": uuid.uuid4().hex}

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda at: somebody.ask("POST", "learnings/", body, at=at, **key), hub.addresses * 4
            )
        )

    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(somebody.get("learnings/?author=me")["results"]) == 1


def test_each_process_tells_its_own_numbers(hub):
    for server in hub.addresses:
        answer = ask(server, "GET", "/metrics")
        assert answer.status == 200
        assert b"nexus_http_requests_total" in answer.body


def test_of_two_beats_one_is_heard(hub):
    """Both send a message every ten seconds; each slot is taken once."""

    def sent():
        logs = [(hub.folder / f"beat{number}.log").read_text() for number in (1, 2)]
        return [log.count("Sending due task sweep") for log in logs]

    deadline = time.monotonic() + PATIENCE
    while min(sent()) < 2:
        assert time.monotonic() < deadline, f"beats that sent {sent()}"
        time.sleep(0.2)
    time.sleep(0.5)  # for the workers

    with psycopg.connect(hub.database_url) as database:
        rows = database.execute(
            "SELECT slot, count(*) FROM foundation_scheduleslot WHERE job = 'sweep' GROUP BY slot"
        ).fetchall()
    assert {count for _slot, count in rows} == {1}
    assert len(rows) < sum(sent())
