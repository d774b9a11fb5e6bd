"""READMEs by their address: imported once, or followed from then on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app

from foundation.models import Promise
from learnings import following
from learnings.importing import fetching, runs
from learnings.models import Challenge, ImportRun, Source
from nexus.celery import app
from notifications.models import Notification
from tests.elsewhere import COMMIT, RAW, answer, elsewhere

IMPORTS, SOURCES = "/api/v1/imports/", "/api/v1/sources/"
REPOSITORY = "https://github.com/owner/name"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
README = "# N\n\n## Challenges\n\n- **Challenge**: It hangs.\n  - **Solution**: Set a timeout.\n"
CHANGED = README.replace("Set a timeout.", "Set a timeout of five seconds.")


@pytest.fixture(autouse=True)
def world(monkeypatch):
    """Everything that a worker fetches in these tests comes from here."""
    with elsewhere() as world:
        monkeypatch.setattr(runs, "Fetcher", lambda *, hosts: world.fetcher(hosts=hosts))
        monkeypatch.setattr(following, "Fetcher", lambda *, hosts: world.fetcher(hosts=hosts))
        yield world


@pytest.fixture
def look(work_off):
    """Let beat tick at a moment and the workers do what it promised; returns what was due."""

    def tick(at: datetime) -> int:
        due = following.promise_looks(at=at)
        work_off()
        return due

    return tick


# --- Once ---------------------------------------------------------------------------------------


def test_a_repositorys_readme_becomes_drafts_that_know_where_they_were_read(
    api, learner, work_off, world
):
    world.serve(README)
    client = api(learner)
    taken = client.post(IMPORTS, {"source_url": "https://github.com/Owner/name.git"})
    assert taken.status_code == 202, taken.content
    assert taken.json()["source_url"] == REPOSITORY
    assert (taken.json()["status"], world.requests) == ("QUEUED", [])  # a worker's task

    work_off()

    done = client.get(taken["Location"]).json()
    assert (done["status"], done["document"], done["report"]["created"]) == ("DONE", "README.md", 2)
    challenge = client.get(f"/api/v1/challenges/{Challenge.objects.get().pk}/").json()
    assert challenge["source"] == {
        "document": "README.md",
        "repository": REPOSITORY,
        "commit": COMMIT,
        "first_line": 5,
        "last_line": Challenge.objects.get().source_last_line,
    }


def test_a_readme_that_does_not_come_fails_the_import_with_a_sentence(api, learner, work_off):
    taken = api(learner).post(IMPORTS, {"source_url": REPOSITORY})
    work_off()
    failed = api(learner).get(taken["Location"]).json()
    assert failed["status"] == "FAILED"
    assert failed["error"] == "There is no README at this address, or not for everybody."
    assert "could not be imported" in Notification.objects.get(user=learner).announcement.text


def test_an_address_that_turns_out_private_fails_the_import(
    api, learner, work_off, world, monkeypatch
):
    inside = world.fetcher(resolve=lambda _: ["::ffff:127.0.0.1"])
    monkeypatch.setattr(runs, "Fetcher", lambda **_: inside)
    taken = api(learner).post(IMPORTS, {"source_url": REPOSITORY})
    work_off()
    assert "not public" in api(learner).get(taken["Location"]).json()["error"]
    assert world.connections == []


def test_a_worker_that_died_after_fetching_does_not_fetch_again(api, learner, work_off, world):
    api(learner).post(IMPORTS, {"source_url": REPOSITORY})
    run = ImportRun.objects.get()
    ImportRun.objects.update(status="RUNNING", content=README.encode())
    work_off()
    run.refresh_from_db()
    assert (run.status, world.requests) == ("DONE", [])


@pytest.mark.parametrize(
    "url",
    [
        "http://github.com/o/n", "https://127.0.0.1/x", "https://evil.example/x", "README.md",
        "https://me:secret@github.com/o/n", "https://github.com/o/n\u200b",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("address", "field"), [(IMPORTS, "source_url"), (SOURCES, "url")], ids=["import", "source"]
)
def test_an_address_that_is_never_asked_is_refused_at_once(api, learner, address, field, url):
    refused = api(learner).post(address, {field: url})
    assert (refused.status_code, refused.json()["code"]) == (400, "address_refused")
    assert refused.json()["errors"][0]["pointer"] == f"/{field}"
    assert not ImportRun.objects.exists()
    assert not Source.objects.exists()
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"source_url": REPOSITORY, "text": README},
        {"source_url": REPOSITORY, "document": "x.md"},
        {"source_url": ""},
        {"source_url": None},
        {"source_url": ["https://github.com/o/n"]},
        {"source_url": "https://github.com/" + "x" * 600},
        {"source_url": "https://github.com/o/n\x00"},
    ],
)
def test_a_request_that_says_too_much_or_nothing_is_refused(api, learner, body):
    assert api(learner).post(IMPORTS, body).status_code == 400
    assert not ImportRun.objects.exists()


# --- Followed -----------------------------------------------------------------------------------


def test_following_imports_at_once_and_again_only_when_something_changed(
    api, learner, work_off, look, world
):
    world.serve(README, etag='"1"')
    client = api(learner)
    made = client.post(SOURCES, {"url": f"{REPOSITORY}/"})
    assert made.status_code == 201, made.content
    assert (made.json()["url"], made.json()["checked_at"]) == (REPOSITORY, None)
    work_off()
    (source,) = client.get(SOURCES).json()["results"]
    first = ImportRun.objects.get()
    assert (source["last_run"], source["problem"]) == (first.pk, None)
    assert (first.status, first.commit, first.source_url) == ("DONE", COMMIT, REPOSITORY)

    # The same: the host says so by itself.
    world.requests.clear()
    look(NOON + timedelta(hours=1))
    assert [request.headers["If-None-Match"] for request in world.requests] == ['"1"']
    # The same under another ETag: told by its hash.
    world.serve(README, etag='"2"')
    look(NOON + timedelta(hours=2))
    assert ImportRun.objects.count() == 1

    world.serve(CHANGED, commit="f" * 40, etag='"3"')
    look(NOON + timedelta(hours=3))
    second = ImportRun.objects.latest("pk")
    assert (second.report["updated"], second.report["unchanged"]) == (1, 1)
    assert client.get(SOURCES).json()["results"][0]["last_run"] == second.pk
    assert Challenge.objects.get().source_repository == REPOSITORY


def test_following_twice_answers_with_the_source_that_is_there(api, learner, other_learner):
    client = api(learner)
    first = client.post(SOURCES, {"url": REPOSITORY})
    again = client.post(SOURCES, {"url": "https://github.com/OWNER/Name.git#readme"})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert Promise.objects.count() == 1
    assert api(other_learner).post(SOURCES, {"url": REPOSITORY}).status_code == 201


def test_everybody_sees_and_leaves_their_own(api, learner, other_learner, curator, work_off, world):
    world.serve(README)
    made = api(learner).post(SOURCES, {"url": REPOSITORY}).json()
    address = f"{SOURCES}{made['id']}/"
    for somebody in (other_learner, curator):
        assert api(somebody).get(SOURCES).json()["results"] == []
        assert api(somebody).delete(address).status_code == 404
    work_off()

    assert api(learner).delete(address).status_code == 204
    assert api(learner).get(SOURCES).json()["results"] == []
    assert Challenge.objects.count() == 1  # what was imported stays
    assert following.promise_looks(at=NOON) == 0


def test_whoever_stopped_before_the_look_gets_no_import(api, learner, work_off, world):
    world.serve(README)
    made = api(learner).post(SOURCES, {"url": REPOSITORY}).json()
    api(learner).delete(f"{SOURCES}{made['id']}/")
    work_off()
    assert not ImportRun.objects.exists()
    assert world.requests == []


def test_a_failure_is_told_and_tried_again_after_ever_longer_pauses(
    api, learner, work_off, look, world
):
    api(learner).post(SOURCES, {"url": REPOSITORY})
    work_off()
    (source,) = api(learner).get(SOURCES).json()["results"]
    assert "no README" in source["problem"]
    assert source["last_run"] is None

    checked = Source.objects.get().checked_at
    tried = [hour for hour in range(1, 60) if look_after(look, checked, hour)]
    assert tried == [1, 3, 7, 15, 31, 55]

    world.serve(README)
    look(Source.objects.get().due_at)
    (source,) = api(learner).get(SOURCES).json()["results"]
    assert (source["problem"], ImportRun.objects.get().status) == (None, "DONE")
    assert Source.objects.get().due_at is None


def look_after(look, since, hours):
    """One tick so many hours later, as if that were now; whether the source was due."""
    at = since + timedelta(hours=hours)
    due = look(at)
    source = Source.objects.get()
    if due:  # the look noted the real time
        source.due_at += at - source.checked_at
        source.save()
    return due


def test_a_readme_that_is_no_document_is_a_problem_of_its_source(api, learner, work_off, world):
    world.serve("  \n")
    api(learner).post(SOURCES, {"url": REPOSITORY})
    work_off()
    assert Source.objects.get().problem == "This document is empty."
    assert not ImportRun.objects.exists()


def test_one_bad_source_does_not_hold_up_the_others(api, learner, look, work_off, world):
    client = api(learner)
    client.post(SOURCES, {"url": "https://github.com/owner/missing"})
    client.post(SOURCES, {"url": REPOSITORY})
    world.serve(README)
    work_off()
    assert ImportRun.objects.count() == 1
    assert Source.objects.exclude(problem="").get().url.endswith("missing")


def test_the_sources_of_somebody_switched_off_rest(api, learner, look, work_off, world):
    world.serve(README)
    api(learner).post(SOURCES, {"url": REPOSITORY})
    learner.is_active = False
    learner.save()
    work_off()
    assert look(NOON) == 0
    assert world.requests == []


def test_nobody_follows_more_than_twenty(api, learner):
    client = api(learner)
    for number in range(following.MAX_SOURCES):
        assert client.post(SOURCES, {"url": f"{REPOSITORY}{number}"}).status_code == 201
    refused = client.post(SOURCES, {"url": REPOSITORY})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_sources")
    assert client.post(SOURCES, {"url": f"{REPOSITORY}0"}).status_code == 200


def test_a_look_that_is_delivered_twice_is_taken_once(api, learner, work_off, world):
    world.serve(README)
    api(learner).post(SOURCES, {"url": REPOSITORY})
    owed = Promise.objects.get()
    work_off()
    asked, before = len(world.requests), Source.objects.values().get()
    current_app.tasks[owed.task](**owed.message())
    assert (len(world.requests), ImportRun.objects.count()) == (asked, 1)
    assert Source.objects.values().get() == before


def test_beat_looks_every_hour_and_two_beats_look_once(api, learner, work_off, world):
    world.serve(README)
    assert app.conf.beat_schedule["sources"]["task"] == "learnings.look_at_sources"
    api(learner).post(SOURCES, {"url": REPOSITORY})
    work_off()
    Promise.objects.all().delete()

    current_app.tasks["learnings.look_at_sources"]()
    assert Promise.objects.get().task == following.LOOK
    Promise.objects.all().delete()
    current_app.tasks["learnings.look_at_sources"]()
    assert not Promise.objects.exists()


def test_an_operator_can_list_other_hosts_and_none(api, learner, work_off, world, settings):
    settings.SOURCE_HOSTS = ["git.example.org"]
    world.at["git.example.org", "/a/NOTES.md"] = answer(README.encode())
    client = api(learner)
    taken = client.post(IMPORTS, {"source_url": "https://git.example.org/a/NOTES.md"})
    work_off()
    assert client.get(taken["Location"]).json()["document"] == "NOTES.md"
    assert client.post(IMPORTS, {"source_url": REPOSITORY}).status_code == 400

    settings.SOURCE_HOSTS = []
    refused = client.post(IMPORTS, {"source_url": REPOSITORY}).json()
    assert refused["detail"] == "This hub fetches nothing from elsewhere."


def test_a_path_longer_than_a_documents_name_keeps_its_end(api, learner, work_off, world):
    folders = "/".join(["folder"] * 45)
    world.at[RAW, f"/owner/name/main/{folders}/README.md"] = answer(README.encode())
    url = f"{REPOSITORY}/blob/main/{folders}/README.md"
    taken = api(learner).post(IMPORTS, {"source_url": url})
    assert taken.status_code == 202
    work_off()
    done = api(learner).get(taken["Location"]).json()
    assert (done["status"], len(done["document"])) == ("DONE", 255)
    assert done["document"].endswith("/README.md")


def test_the_hubs_own_fetcher_connects_for_real_and_asks_listed_hosts(settings):
    fetcher = fetching.Fetcher(hosts=runs.source_hosts())
    assert (fetcher.resolve, fetcher.connect) == (fetching.resolve, fetching.connect)
    assert fetcher.hosts == set(settings.SOURCE_HOSTS) == {"github.com", "api.github.com", RAW}


def test_a_source_whose_import_failed_says_so(api, learner, work_off, world):
    world.serve(README)
    client = api(learner)
    client.post(SOURCES, {"url": REPOSITORY})
    work_off()
    run = ImportRun.objects.get()
    ImportRun.objects.filter(pk=run.pk).update(status="FAILED", error="It cannot be read.")

    (shown,) = client.get(SOURCES).json()["results"]
    assert (shown["problem"], shown["last_run"]) == ("It cannot be read.", run.pk)
