"""docs/frontend.md: what it shows is run, and prints what it says."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import FLAGS, PATIENCE
from tests.clients import npm
from tests.nexus.running import ROOT
from tests.present import chromium

PAGE = ROOT / "docs" / "frontend.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HUB = "http://localhost:8000"
PORTS = (5173, 5174, 3000, 3001, 4200, 8080)  # one of them is free
MAIN = """\
import { createRoot } from "react-dom/client";
import App from "./App.jsx";
createRoot(document.body.appendChild(document.createElement("div"))).render(<App />);
"""


class Snippets(NamedTuple):
    """What the page shows: files by their path, the script, the typed one, what each prints."""

    files: dict[str, str]
    script: str
    typed: str
    printed: str
    printed_typed: str


def snippets(address: str) -> Snippets:
    files: dict[str, str] = {}
    code = {"js": "", "ts": ""}
    printed = {"js": "", "ts": ""}
    last = "js"
    for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        body = text.replace(HUB, address)
        if named := re.match(r"// (src/\S+)\n", body):
            files[named[1]] = body
        elif language in code:
            code[language] += body
            last = language
        elif language == "text":
            printed[last] += body
    return Snippets(files, code["js"], code["ts"], printed["js"], printed["ts"])


@pytest.fixture
def shown(built, hub):
    """The snippets, with this hub's address, as files in a project of their own."""
    found = snippets(f"http://localhost:{hub.port}")
    folder = npm.CLIENT / "build" / "docs"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    written = {
        **found.files,
        "first.mjs": found.script,
        "typed.mts": found.typed,
        "src/main.jsx": MAIN,
    }
    for path, text in written.items():
        (folder / path).write_text(text, encoding="utf-8")
    return found, folder


def test_plain_fetch_prints_what_the_page_says(shown):
    found, folder = shown

    assert npm.run("node", str(folder / "first.mjs")) == found.printed


def test_the_typed_client_compiles_and_prints_what_the_page_says(shown):
    found, folder = shown
    npm.tool(
        "tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node",
        "--noUncheckedIndexedAccess", str(folder / "typed.mts"),
    )  # fmt: skip

    assert npm.run("node", str(folder / "typed.mjs")) == found.printed_typed


@pytest.fixture
def serve():
    """Serve a folder at a port where frontend tools usually do; returns the address."""
    running = []

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            pass

    def start(folder: Path) -> str:
        for port in PORTS:
            try:
                server = http.server.ThreadingHTTPServer(
                    ("127.0.0.1", port), functools.partial(Quiet, directory=str(folder))
                )
            except OSError:
                continue
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            running.append((server, thread))
            return f"http://127.0.0.1:{port}"
        pytest.skip(f"none of the ports {PORTS} is free")

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        opened = browser.new_page(viewport={"width": 1180, "height": 820})
        opened.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield opened
        browser.close()


@pytest.fixture
def page_of_react(shown, serve):
    """The address of the React page, built and served."""
    _, folder = shown
    npm.tool(
        "esbuild", str(folder / "src" / "main.jsx"), "--bundle", "--jsx=automatic",
        f"--outfile={folder / 'page' / 'main.js'}", "--define:process.env.NODE_ENV='production'",
        "--log-level=error",
    )  # fmt: skip
    html = '<!doctype html><link rel="icon" href="data:,"><body><script src="main.js"></script>'
    (folder / "page" / "index.html").write_text(html, encoding="utf-8")

    return serve(folder / "page")


@pytest.mark.browser
def test_the_react_page_shows_the_list_from_another_origin(page_of_react, page):
    page.goto(page_of_react)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("li")).to_have_count(5)
    page.get_by_role("button", name="Load more").click()
    expect(page.locator("li")).to_have_count(10)
    page.get_by_label("Topic").select_option("postgresql")
    expect(page.locator("li").filter(has_text="Password authentication failed")).to_be_visible()

    page.context.set_offline(True)
    page.get_by_label("Topic").select_option("django")
    expect(page.get_by_role("alert")).to_have_text("The hub cannot be reached.")
    expect(page.locator("li")).to_have_count(0)  # those of the other topic would be a lie


@pytest.mark.browser
def test_the_react_page_asks_to_log_in_again_when_the_log_in_is_over(page_of_react, page):
    page.goto(page_of_react)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("li")).to_have_count(5)

    refused = {
        "status": 401,
        "content_type": "application/problem+json",
        "headers": {"Access-Control-Allow-Origin": "*"},
        "body": '{"status": 401, "code": "token_refused", "detail": "No longer good."}',
    }
    page.route("**/challenges/**", lambda route: route.fulfill(**refused))
    page.route("**/auth/token/refresh/", lambda route: route.fulfill(**refused))
    page.get_by_label("Topic").select_option("django")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


@pytest.mark.browser
def test_the_example_page_lists_creates_and_shows_what_is_wrong(built, hub, serve, page):
    page.goto(f"{serve(npm.CLIENT)}/examples/?hub=http://127.0.0.1:{hub.port}")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#list li")).to_have_count(5)

    page.get_by_label("Topics").fill("no-such-topic")
    page.get_by_role("button", name="Save a draft").click()
    expect(page.locator('[data-at="/title"]')).to_have_text(re.compile("blank"))
    expect(page.locator('[data-at="/topics"]')).not_to_be_empty()

    page.get_by_label("Title").fill("A page from another origin")
    page.get_by_label("Topics").fill("django")
    page.get_by_role("button", name="Save a draft").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"Saved as draft \d+"))

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_the_ports_that_the_page_names_are_those_that_may_ask():
    settings = (ROOT / "nexus" / "settings" / "development.py").read_text(encoding="utf-8")
    allowed = set(re.findall(r"\d+", re.search(r"for port in \(([\d, ]+)\)", settings)[1]))
    text = PAGE.read_text(encoding="utf-8")

    assert (
        set(re.findall(r"\d{4}", re.search(r"usually\s+serve \(([\d, ]+)\)", text)[1])) == allowed
    )


def test_the_headers_that_the_page_names_are_those_that_are_exposed():
    from django.conf import settings

    assert f"is exposed: {', '.join(settings.CORS_EXPOSE_HEADERS)}" in PAGE.read_text("utf-8")
