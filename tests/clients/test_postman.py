"""The Postman collection: made from the document, and good from top to bottom on a fresh hub."""

from __future__ import annotations

import json

import pytest

from nexus.documentation import openapi_document, written
from nexus.management.commands.write_contracts import POSTMAN, POSTMAN_ENVIRONMENT
from nexus.postman import collection, environment
from tests.clients import npm

PASSWORD = "nexus-demo-2026"


@pytest.fixture(scope="module")
def document():
    return openapi_document()


@pytest.fixture(scope="module")
def made(document):
    return collection(document)


def requests_of(folder):
    for item in folder["item"]:
        if "item" in item:
            yield from requests_of(item)
        else:
            yield item


def test_the_committed_collection_is_the_one_that_the_document_makes(made):
    why = "The API changed. Run `manage.py write_contracts` and read the difference."

    assert POSTMAN.read_text() == written(made), why
    assert POSTMAN_ENVIRONMENT.read_text() == written(environment(password=PASSWORD)), why


def test_every_operation_is_asked_at_least_once(document, made):
    asked = {
        (item["request"]["method"], "/".join(item["request"]["url"]["path"]))
        for item in requests_of(made)
    }
    promised = {
        (method.upper(), "api/v1" + path.replace("{", ":").replace("}", ""))
        for path, item in document["paths"].items()
        for method in item
        if method in {"get", "post", "put", "patch", "delete"}
    }

    assert asked == promised


def test_folders_stand_in_the_order_of_the_tags(document, made):
    folders = [folder["name"] for folder in made["item"]]
    tags = [tag["name"] for tag in document["tags"]]

    assert folders == ["Start here", *(tag for tag in tags if tag in folders), "At the end"]
    assert next(requests_of(made))["name"] == "Log in"


def test_every_request_checks_its_answer(made):
    for item in requests_of(made):
        (script,) = (event["script"] for event in item["event"] if event["listen"] == "test")
        said = "\n".join(script["exec"])
        assert "answers 2" in said, item["name"]
        assert "media type" in said, item["name"]


def test_the_collection_runs_from_top_to_bottom_on_a_fresh_hub(packages, made, hub, tmp_path):
    names = "collection.json", "environment.json", "report.json"
    paths = [tmp_path / name for name in names]
    paths[0].write_text(written(made))
    base_url = f"http://127.0.0.1:{hub.port}"
    paths[1].write_text(written(environment(password=PASSWORD, base_url=base_url)))

    npm.tool(
        "newman", "run", str(paths[0]), "-e", str(paths[1]),
        "--reporters", "cli,json", "--reporter-json-export", str(paths[2]),
    )  # fmt: skip

    run = json.loads(paths[2].read_text())["run"]
    assert run["failures"] == []
    assert run["stats"]["assertions"]["total"] == 2 * len(list(requests_of(made)))
