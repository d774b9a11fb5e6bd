"""The promise of the hub: a README goes in, a reviewed entry comes out, and its author hears.

Over HTTP and in a real browser, against real processes, on both set-ups.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests import present
from tests.journeys.hubs import CURATOR, embedded_hub, hub_on_services

PATIENCE = 60  # seconds for a worker to do what it was asked
OWN_READMES = Path(__file__).parents[1] / "readmes"


class Client:
    """Somebody with a token."""

    def __init__(self, hub: str, name: str) -> None:
        self.hub = hub
        self.token = ""
        person = {"email": f"{name}@example.org", "password": "a long and lovely phrase"}
        self.post("auth/register/", {**person, "display_name": name, "track": "BACKEND"})
        self.token = self.post("auth/token/", person)["access"]

    def get(self, path: str) -> Any:
        return self._send("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self._send("POST", path, json.dumps(body or {}).encode(), "application/json")

    def upload(self, path: str, name: str, content: bytes) -> Any:
        border = uuid.uuid4().hex
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/markdown\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{border}--\r\n".encode()
        return self._send("POST", path, body, f"multipart/form-data; boundary={border}")

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        while path:
            page = self.get(path)
            yield from page["results"]
            path = (page["next"] or "").removeprefix(f"{self.hub}/api/v1/")

    def _send(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        request = urllib.request.Request(f"{self.hub}/api/v1/{path}", data=body, method=method)
        if kind:
            request.add_header("Content-Type", kind)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            with refusal:
                pytest.fail(f"{method} {path}: {refusal.code} {refusal.read().decode()}")


@dataclass(frozen=True)
class Imported:
    """What one import made."""

    challenges: list[int]
    entries: int


def import_and_submit(author: Client, readme: Path) -> Imported:
    run = author.upload("imports/", readme.name, readme.read_bytes())
    run = wait_for(lambda: finished(author.get(f"imports/{run['id']}/")))
    assert run["status"] == "DONE", run["error"]
    sent = author.post(f"imports/{run['id']}/submit/")["submitted"]
    assert sent == run["report"]["created"]
    challenges = [entry["id"] for entry in run["entries"] if entry["type"] == "CHALLENGE"]
    return Imported(challenges=challenges, entries=sent)


def finished(run: dict[str, Any]) -> dict[str, Any] | None:
    return run if run["status"] in {"DONE", "FAILED"} else None


def wait_for(look: Any) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "a worker did not do its work in time"
        time.sleep(0.1)
    return found


def publish_everything_in_a_browser(hub: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=present.chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            page = browser.new_page()
            page.goto(f"{hub}/admin/")
            page.fill("input[name=username]", CURATOR[0])
            page.fill("input[name=password]", CURATOR[1])
            page.click("button[type=submit]")
            page.goto(f"{hub}/admin/review/")
            for _ in range(50):
                if not page.locator("input[name=entries]").count():
                    break
                page.check("input[aria-label='Tick all on this page']")
                page.click("button[value=publish_with_solutions]")
                page.wait_for_load_state("load")
            assert page.locator("text=All done.").is_visible()
        finally:
            browser.close()


def notified_of(author: Client, expected: int) -> list[str]:
    """Addresses of the author's entries that were published, as notified."""

    def look() -> list[str] | None:
        heard = [
            told["target"]
            for told in author.pages("notifications/?event=ENTRY_PUBLISHED&page_size=100")
        ]
        return heard if len(heard) >= expected else None

    return wait_for(look)


def go(hub: str, readmes: list[Path]) -> None:
    author, reader = Client(hub, "author"), Client(hub, "reader")
    assert list(reader.pages("challenges/")) == []

    imported = [import_and_submit(author, readme) for readme in readmes]
    assert list(reader.pages("challenges/")) == []
    publish_everything_in_a_browser(hub)

    shown = {row["id"]: row for row in reader.pages("challenges/")}
    assert set(shown) == {pk for each in imported for pk in each.challenges}
    assert all(row["source"]["first_line"] >= 1 for row in shown.values())
    heard = notified_of(author, sum(each.entries for each in imported))
    assert len(heard) == len(set(heard)) == sum(each.entries for each in imported)
    assert {f"/api/v1/challenges/{pk}/" for pk in shown} <= set(heard)
    assert list(reader.pages("notifications/")) == []


@pytest.mark.browser
@pytest.mark.embedded
def test_our_own_readmes_make_the_journey_embedded(tmp_path):
    folder = tmp_path / "data"
    with embedded_hub(folder) as hub:
        go(hub, [OWN_READMES / "labelled_pairs.md", OWN_READMES / "tables.md"])


def seeds(folder: Path) -> list[Path]:
    found = sorted((folder / "raw").glob("seed_*.md"))
    assert len(found) == 5
    return found


@pytest.mark.browser
@pytest.mark.embedded
def test_the_five_seeds_make_the_journey_embedded(tmp_path, labelled_readmes):
    with embedded_hub(tmp_path / "data") as hub:
        go(hub, seeds(labelled_readmes))


@pytest.mark.browser
@pytest.mark.services
def test_the_five_seeds_make_the_journey_on_services(tmp_path, labelled_readmes):
    with hub_on_services(tmp_path) as hub:
        go(hub, seeds(labelled_readmes))
