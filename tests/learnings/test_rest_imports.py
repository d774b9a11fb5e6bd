"""README imports over HTTP."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from learnings.models import Challenge, ImportRun

IMPORTS = "/api/v1/imports/"
README = "# N\n\n## Challenges\n\n- **Challenge**: It hangs.\n  - **Solution**: Set a timeout.\n"


def test_a_text_is_taken_and_read_by_a_worker(api, learner, work_off):
    client = api(learner)
    answer = client.post(IMPORTS, {"text": README, "document": "notes.md"})

    assert answer.status_code == 202, answer.content
    queued = answer.json()
    assert (queued["status"], queued["progress"], queued["report"]) == ("QUEUED", 0, None)
    assert queued["document"] == "notes.md"
    assert answer["Location"] == f"{IMPORTS}{queued['id']}/"

    work_off()
    done = client.get(answer["Location"]).json()
    assert (done["status"], done["progress"], done["error"]) == ("DONE", 100, None)
    findings = done["report"].pop("findings")
    assert done["report"] == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "gone": 0,
        "conflicts": 0,
    }
    assert {(finding["code"], finding["line"]) for finding in findings} >= {("too_few", 3)}
    assert all(finding["why"] and finding["mend"] for finding in findings)
    challenge = Challenge.objects.get()
    assert done["entries"][0] == {
        "type": "CHALLENGE",
        "id": challenge.pk,
        "action": "CREATE",
        "first_line": 5,
        "last_line": challenge.source_last_line,
    }


def test_a_file_is_taken_as_a_form(api, learner, work_off):
    upload = SimpleUploadedFile("MY_README.md", README.encode(), content_type="text/markdown")
    answer = api(learner).post(IMPORTS, {"file": upload}, format="multipart")
    assert answer.status_code == 202, answer.content
    work_off()
    assert Challenge.objects.get().source_document == "MY_README.md"


def test_all_drafts_are_submitted_with_one_request(api, learner, work_off):
    client = api(learner)
    address = client.post(IMPORTS, {"text": README})["Location"]
    work_off()
    assert client.post(f"{address}submit/").json() == {"submitted": 2}
    assert Challenge.objects.get().status == "IN_REVIEW"


def test_imports_are_seen_by_their_author_and_curators(api, learner, other_learner, curator):
    address = api(learner).post(IMPORTS, {"text": README})["Location"]

    assert api(learner).get(IMPORTS).json()["results"][0]["status"] == "QUEUED"
    assert api(other_learner).get(IMPORTS).json()["results"] == []
    assert api(other_learner).get(address).status_code == 404
    assert api(other_learner).post(f"{address}submit/").status_code == 404
    assert api(curator).get(address).status_code == 200
    assert api(curator).post(f"{address}submit/").json()["code"] == "not_yours"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"text": ""}, 400, "empty"),
        ({"text": "a\x00b"}, 400, "invalid"),
        ({"text": "x", "source": "y"}, 400, "invalid"),
        ({"text": "x" * 1_000_001}, 413, "document_too_large"),
        ({"text": "é" * 600_000}, 413, "document_too_large"),
        ({"text": "x" * (4 * 1024 * 1024)}, 413, "too_large"),
    ],
)
def test_what_cannot_be_imported_is_a_problem_and_leaves_nothing(api, learner, body, status, code):
    answer = api(learner).post(IMPORTS, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not ImportRun.objects.exists()


def test_a_form_over_four_mebibytes_is_refused(api, learner):
    upload = SimpleUploadedFile("R.md", b"x" * (4 * 1024 * 1024 + 1))
    answer = api(learner).post(IMPORTS, {"file": upload}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_both_a_file_and_a_text_are_refused(api, learner):
    upload = SimpleUploadedFile("R.md", b"x")
    answer = api(learner).post(IMPORTS, {"file": upload, "text": "x"}, format="multipart")
    assert answer.json()["errors"][0]["code"] == "file_or_text"


def test_a_binary_file_fails_with_a_sentence(api, learner, work_off):
    upload = SimpleUploadedFile("R.md", b"\x89PNG\r\n\x1a\n" + bytes(100))
    address = api(learner).post(IMPORTS, {"file": upload}, format="multipart")["Location"]
    work_off()
    failed = api(learner).get(address).json()
    assert (failed["status"], failed["report"], failed["entries"]) == ("FAILED", None, [])
    assert failed["error"]


def test_imports_are_filtered_by_status(api, learner, work_off):
    client = api(learner)
    client.post(IMPORTS, {"text": README})
    assert len(client.get(f"{IMPORTS}?status=QUEUED").json()["results"]) == 1
    assert client.get(f"{IMPORTS}?status=DONE").json()["results"] == []
    assert client.get(f"{IMPORTS}?status=LOST").status_code == 400


def test_what_was_sent_back_is_submitted_again_only_once_it_was_mended(
    api, learner, curator, work_off
):
    client = api(learner)

    def bring(text):
        address = client.post(IMPORTS, {"text": text})["Location"]
        work_off()
        return f"{address}submit/"

    readme = README.replace("It hangs.", "The development server hangs at the second request.")
    first = bring(readme)
    assert client.post(first).json() == {"submitted": 2}
    sent_back = Challenge.objects.get()
    api(curator).post(f"/api/v1/challenges/{sent_back.pk}/reject/", {"reason": "Which program?"})

    assert client.post(first).json() == {"submitted": 0}
    sent_back.refresh_from_db()
    assert (sent_back.status, sent_back.review_reason) == ("REJECTED", "Which program?")

    mended = bring(readme.replace("server hangs", "server of Django hangs"))
    assert client.post(mended).json() == {"submitted": 1}
