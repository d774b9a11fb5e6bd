"""The typed client: its types are the document's, and it does what it says against a real hub."""

from __future__ import annotations

import json
import re

import pytest

from nexus.documentation import openapi_document, written
from tests.clients import npm

GENERATED = npm.CLIENT / "src" / "schema.ts"


@pytest.fixture
def document(tmp_path):
    """A file with the document as the code has it now."""
    path = tmp_path / "openapi.json"
    path.write_text(written(openapi_document()), encoding="utf-8")
    return path


def test_the_types_are_those_of_the_document(packages, document, tmp_path):
    scripts = json.loads((npm.CLIENT / "package.json").read_text())["scripts"]
    flags = re.findall(r"--(?:immutable|empty-objects-unknown)", scripts["generate"])
    made = tmp_path / "schema.ts"

    npm.tool("openapi-typescript", str(document), *flags, "--output", str(made))

    assert made.read_text() == GENERATED.read_text(), "npm run generate in clients/typescript"


def test_the_document_is_one_that_a_linter_takes(packages, document):
    assert "is valid" in npm.tool("redocly", "lint", str(document))


def test_the_client_is_strictly_typed_and_says_any_nowhere(built):
    assert re.search(r"[1-9]\d* files of types, 0 faults", built)


def test_the_client_keeps_its_promises_against_a_real_hub(built, hub):
    said = npm.script("test", NEXUS_URL=f"http://127.0.0.1:{hub.port}")

    assert int(re.search(r"^# pass (\d+)$", said, re.MULTILINE)[1]) > 40
    assert re.search(r"^# skipped 0$", said, re.MULTILINE)


def test_the_package_holds_all_that_it_names(built):
    package = json.loads((npm.CLIENT / "package.json").read_text())
    (packed,) = json.loads(npm.run("npm", "pack", "--dry-run", "--json", "--ignore-scripts"))
    files = {file["path"] for file in packed["files"]}

    named = {path.removeprefix("./") for path in package["exports"]["."].values()}
    assert named | {"README.md", "LICENSE", "package.json"} <= files
    assert not any(path.startswith(("test/", "build/", "node_modules/")) for path in files)
    assert "dependencies" not in package


def test_the_lockfile_names_no_registry():
    lock = json.loads((npm.CLIENT / "package-lock.json").read_text())
    packages = [package for path, package in lock["packages"].items() if path]

    assert packages
    assert not any("resolved" in package for package in packages)
    assert all("integrity" in package for package in packages)
    assert "registry" not in (npm.CLIENT / "package-lock.json").read_text()


def test_tools_are_pinned_exactly():
    tools = json.loads((npm.CLIENT / "package.json").read_text())["devDependencies"]

    assert tools["typescript"] == "5.9.3"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in tools.values()), tools
