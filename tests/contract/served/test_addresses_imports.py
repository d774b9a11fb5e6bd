"""Addresses: READMEs in, READMEs out, and what is followed elsewhere."""

from __future__ import annotations

import pytest

from tests.factories.learnings import (
    ImportConflictFactory,
    ImportRunFactory,
    LearningFactory,
    SourceFactory,
)

README = """# My week

## Technologies

- Celery

## Best practices

- Read the log first

## Challenges

- **Challenge**: The worker hangs
  **Solution**: Restart the broker
"""


def form(name: str, content: bytes, boundary: str = "xyzzy") -> tuple[bytes, dict[str, str]]:
    """A form with one file, and its headers."""
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="README.md"\r\n'
        "Content-Type: text/markdown\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content_Type": f"multipart/form-data; boundary={boundary}"}


def as_file(client, path="imports/"):
    body, headers = form("file", README.encode())
    return client.ask("POST", path, raw=body, **headers)


def as_text(client, path="imports/"):
    return client.post(path, {"text": README})


@pytest.mark.parametrize("send", [as_file, as_text])
def test_an_import_answers_202_and_a_worker_does_it(hub, send):
    client = hub.join(f"importer-{send.__name__}")

    taken = send(client)
    address = taken.headers["Location"]

    assert taken.status == 202
    assert address == f"/api/v1/imports/{taken.json['id']}/"
    assert (taken.json["status"], taken.json["progress"]) == ("QUEUED", 0)
    hub.work_off()
    done = client.get(address).json
    assert (done["status"], done["progress"]) == ("DONE", 100)
    assert done["report"]["created"] == len(done["entries"]) > 0
    assert {entry["action"] for entry in done["entries"]} == {"CREATE"}
    assert taken.json["id"] in client.get("imports/").ids


def test_an_import_by_address_is_taken_and_only_from_allowed_hosts(hub):
    taken = hub.author.post("imports/", {"source_url": "https://github.com/owner/name"})
    elsewhere = hub.author.post("imports/", {"source_url": "https://127.0.0.1/README.md"})

    assert taken.status == 202
    assert taken.json["source_url"] == "https://github.com/owner/name"
    assert elsewhere.culprits == {("/source_url", "address_refused")}


@pytest.mark.parametrize("send", [as_file, as_text])
def test_a_preview_answers_200_at_once_and_saves_nothing(hub, send):
    client = hub.join(f"previewer-{send.__name__}")

    shown = send(client, "imports/?preview=true")

    assert shown.status == 200
    assert set(shown.json) == {"title", "report", "records"}
    assert shown.json["title"] == "My week"
    assert [c["title"] for c in shown.json["records"]["challenges"]] == ["The worker hangs"]
    assert client.get("imports/").ids == []
    assert client.get("me/entries/").json["results"] == []


def test_all_drafts_of_an_import_are_submitted_at_once(hub):
    client = hub.join("submitter")
    taken = as_text(client)
    hub.work_off()

    submitted = client.post(f"imports/{taken.json['id']}/submit/")

    assert submitted.status == 200
    assert submitted.json == {
        "submitted": len(client.get(taken.headers["Location"]).json["entries"])
    }
    states = {row[row["type"].lower()]["status"]
              for row in client.get("me/entries/").json["results"]}  # fmt: skip
    assert states == {"IN_REVIEW"}


@pytest.mark.parametrize(("keep", "title"), [("HUB", "The hub's"), ("README", "The README's")])
def test_a_conflict_shows_both_sides_and_one_is_kept(hub, keep, title):
    conflict = ImportConflictFactory(import_run__author=hub.people["author"])
    address = f"imports/{conflict.import_run_id}/conflicts/"

    (shown,) = hub.author.get(address).json["results"]
    assert (shown["hub"], shown["readme"]) == ({"title": "The hub's"}, {"title": "The README's"})
    assert hub.author.post(f"{address}1/", {"keep": "BOTH"}).culprits == {
        ("/keep", "invalid_choice")
    }
    kept = hub.author.post(f"{address}1/", {"keep": keep})

    assert (kept.status, kept.json["keep"]) == (200, keep)
    assert hub.author.get(f"learnings/{conflict.learning_id}/").json["title"] == title
    assert hub.author.post(f"{address}1/", {"keep": keep}).code == (409, "already_resolved")


def test_somebody_elses_import_is_not_there_but_for_curators(hub):
    run = ImportRunFactory(author=hub.people["author"])

    assert hub.other.get(f"imports/{run.pk}/").code == (404, "not_found")
    assert hub.curator.get(f"imports/{run.pk}/").status == 200
    assert hub.curator.post(f"imports/{run.pk}/submit/").code[0] == 403


def test_repositories_are_followed_and_let_go(hub):
    client = hub.join("follower")

    made = client.post("sources/", {"url": "https://github.com/owner/name"})
    again = client.post("sources/", {"url": "https://github.com/owner/name"})

    assert (made.status, again.status) == (201, 200)
    assert made.json == again.json
    assert client.get("sources/").ids == [made.json["id"]]
    assert client.post("sources/", {"url": "https://example.org/x"}).culprits == {
        ("/url", "address_refused")
    }
    others = SourceFactory(user=hub.people["author"])
    assert client.delete(f"sources/{others.pk}/").code == (404, "not_found")
    assert client.delete(f"sources/{made.json['id']}/").status == 204
    assert client.get("sources/").ids == []


@pytest.mark.parametrize("shape", ["", "?shape=HEADINGS", "?shape=TABLE", "?shape=PAIRS"])
def test_a_persons_entries_are_written_as_a_readme_in_each_shape(hub, shape):
    person = hub.people["author"]
    LearningFactory(author=person, title="Published practice", published=True)
    LearningFactory(author=person, title="Secret practice")

    own = hub.author.get(f"users/{person.pk}/readme/{shape}")
    others = hub.other.get(f"users/{person.pk}/readme/{shape}")

    assert own.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert "Published practice" in others.body.decode()
    assert "Secret practice" in own.body.decode()
    assert "Secret practice" not in others.body.decode()


def test_an_unknown_shape_is_named(hub):
    address = f"users/{hub.people['author'].pk}/readme/?shape=headings"
    assert hub.author.get(address).culprits == {("shape", "invalid_choice")}
