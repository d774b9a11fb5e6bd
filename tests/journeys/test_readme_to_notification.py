"""The promise of the hub: a README goes in, a reviewed entry comes out, and its author hears.

Over HTTP and in a real browser, against real processes, on both set-ups.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests import present
from tests.journeys.hubs import CURATOR, embedded_hub, hub_on_services
from tests.journeys.people import Client

PATIENCE = 60  # seconds for a worker to do what it was asked
OWN_READMES = Path(__file__).parents[1] / "readmes"


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


def publish_everything_in_a_browser(hubs: Sequence[str]) -> None:
    (hub,) = hubs
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


def go(
    hubs: Sequence[str],
    readmes: list[Path],
    publish_everything: Callable[[Sequence[str]], None] = publish_everything_in_a_browser,
) -> None:
    """Make the journey, asking the servers of one hub in turn."""
    author, reader = (Client.signed_up(hubs, name) for name in ("author", "reader"))
    assert list(reader.pages("challenges/")) == []

    imported = [import_and_submit(author, readme) for readme in readmes]
    assert list(reader.pages("challenges/")) == []
    publish_everything(hubs)

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
        go([hub], [OWN_READMES / "labelled_pairs.md", OWN_READMES / "tables.md"])


def seeds(folder: Path) -> list[Path]:
    found = sorted((folder / "raw").glob("seed_*.md"))
    assert len(found) == 5
    return found


@pytest.mark.browser
@pytest.mark.embedded
def test_the_five_seeds_make_the_journey_embedded(tmp_path, labelled_readmes):
    with embedded_hub(tmp_path / "data") as hub:
        go([hub], seeds(labelled_readmes))


@pytest.mark.browser
@pytest.mark.services
def test_the_five_seeds_make_the_journey_on_services(tmp_path, labelled_readmes):
    with hub_on_services(tmp_path) as hub:
        go(hub.addresses, seeds(labelled_readmes))
