"""A real browser for tests: Debian's chromium, driven by Playwright.

`page` is a fresh window on the live server. It fails the test if a page asks anybody but that
server for anything, or if a script breaks: Nexus works offline.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.db import connections
from playwright.sync_api import ConsoleMessage, Error, Page, Request, expect, sync_playwright

from tests.present import NO_BROWSER, chromium

PATIENCE: Final = 15_000  # milliseconds; two cores may be busy with other tests
FLAGS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def window(address: str) -> Iterator[Page]:
    """A browser window in which relative addresses start from `address`."""
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob"} and url.netloc != urlsplit(address).netloc:
            faults.append(f"asked elsewhere: {request.url}")

    def broke(error: Error) -> None:
        faults.append(f"script: {error}")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.on("console", heard)
        page.on("request", asked)
        page.on("pageerror", broke)
        yield page
        # The test's own: beside a running event loop, Django gives it connections of their own.
        connections.close_all()
        browser.close()
    assert faults == []


@pytest.fixture
def page(live_server, monkeypatch) -> Iterator[Page]:
    """A browser window on the live server."""
    if chromium() is None:
        pytest.skip(NO_BROWSER)
    # Playwright keeps an event loop running in this thread, where Django then expects no SQL.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with window(live_server.url) as opened:
        yield opened
