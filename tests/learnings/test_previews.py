"""Previews of imports over HTTP: everything told, nothing saved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.models import Promise
from learnings.models import Brief, Challenge, ImportRun, Learning
from notifications.models import Announcement
from tests.factories.accounts import MembershipFactory

PREVIEW = "/api/v1/imports/?preview=true"
README = """\
# Notes

What I learned about queues in the first month of the programme.

## Technologies

- **Celery**: runs tasks

## Challenges

- **Challenge**: It hangs.
  - **Solution**: Fixed it.
"""


def nothing_is_saved() -> bool:
    models = (ImportRun, Promise, Announcement, Learning, Challenge)
    return not any(model.objects.exists() for model in models)


def test_a_preview_tells_what_an_import_would_do_and_saves_nothing(api, learner):
    answer = api(learner).post(PREVIEW, {"text": README})

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["title"] == "Notes"
    report = told["report"]
    findings = report.pop("findings")
    assert report == {"created": 3, "updated": 0, "unchanged": 0, "gone": 0, "conflicts": 0}
    assert told["records"]["technologies"] == ["Celery"]
    assert told["records"]["challenges"] == [
        {"title": "It hangs.", "problem": None, "solution": "Fixed it."}
    ]
    assert [(f["code"], f["line"]) for f in findings if f["line"] > 9] == [
        ("solution_says_little", 12)
    ]
    assert nothing_is_saved()


def test_a_file_is_previewed_as_a_form(api, learner):
    upload = SimpleUploadedFile("R.md", README.encode("utf-16"), content_type="text/markdown")
    answer = api(learner).post(PREVIEW, {"file": upload}, format="multipart")
    assert answer.status_code == 200, answer.content
    assert "not_utf8" in [finding["code"] for finding in answer.json()["report"]["findings"]]
    assert nothing_is_saved()


def test_a_preview_says_what_an_import_then_reports(api, learner, work_off):
    client = api(learner)
    previewed = client.post(PREVIEW, {"text": README}).json()["report"]
    address = client.post("/api/v1/imports/", {"text": README})["Location"]
    work_off()
    assert client.get(address).json()["report"] == previewed

    again = client.post(PREVIEW, {"text": README}).json()["report"]
    assert (again["created"], again["unchanged"]) == (0, 3)
    assert again["findings"] == previewed["findings"]


def test_a_preview_is_held_against_the_cohorts_brief(api, learner):
    cohort = MembershipFactory(user=learner).cohort
    asked = {"sections": {"collaboration": {"expected": True}}}
    deadline = datetime(2030, 1, 1, tzinfo=UTC)
    Brief.objects.create(cohort=cohort, title="Log", deadline=deadline, rubric=asked)

    findings = api(learner).post(PREVIEW, {"text": README}).json()["report"]["findings"]

    assert any("“Collaboration”" in finding["why"] for finding in findings)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "empty"),
        (b" \r\n\t", 400, "empty"),
        (b"\xef\xbb\xbf", 400, "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), 400, "binary"),
        (b"a" * 1_000_001, 413, "document_too_large"),
        (b"\n" * 60_000 + b"a", 413, "document_too_large"),
        (b"## Challenges\n" + b"- **C**: x\n" * 30_000, 413, "too_many_records"),
        (b"## Takeaways\n\n- **A**: " + b"b c " * 10_000, 413, "record_too_long"),
        (b"x" * (4 * 1024 * 1024 + 1), 413, "too_large"),
    ],
)
def test_what_cannot_be_read_is_a_problem_that_names_it(api, learner, content, status, code):
    upload = SimpleUploadedFile("R.md", content)
    answer = api(learner).post(PREVIEW, {"file": upload}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(answer.json()["detail"]) > 20
    assert nothing_is_saved()


@pytest.mark.parametrize(
    ("address", "body", "culprit"),
    [
        (PREVIEW, {}, ""),
        (PREVIEW, {"text": "a", "title": "b"}, "/title"),
        (PREVIEW, {"source_url": "https://github.com/learner/notes"}, "/source_url"),
        (f"{PREVIEW}&shape=TABLE", {"text": "a"}, "shape"),
        ("/api/v1/imports/?preview=maybe", {"text": "a"}, "preview"),
        ("/api/v1/imports/?preview=", {"text": "a"}, "preview"),
        ("/api/v1/imports/?preview=%00", {"text": "a"}, "preview"),
    ],
)
def test_what_makes_no_preview_is_named(api, learner, address, body, culprit):
    answer = api(learner).post(address, body)
    assert answer.status_code == 400
    (error, *_) = answer.json()["errors"]
    assert error.get("pointer", error.get("parameter")) == culprit
    assert nothing_is_saved()


def test_a_preview_that_is_not_wanted_is_an_import(api, learner):
    answer = api(learner).post("/api/v1/imports/?preview=false", {"text": README})
    assert answer.status_code == 202
    assert ImportRun.objects.exists()


def test_a_preview_needs_somebody_to_be_for(api, db):
    assert api().post(PREVIEW, {"text": README}).status_code == 401
