"""Bad values, sent to every field of every body and to every query parameter.

Whatever comes, the answer is no failure of ours: it takes the value, or it is a problem that names
the culprit, within a second. The fields and parameters are read from the committed contract, so a
new one is tried without anybody thinking of it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction

from accounts.models import Role, User
from learnings.models import Topic
from nexus.management.commands.write_contracts import OPENAPI
from notifications.models import Subscription
from tests.factories.accounts import PASSWORD, CohortFactory, UserFactory
from tests.factories.learnings import (
    BriefFactory,
    ChallengeFactory,
    ImportConflictFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    SourceFactory,
    TopicFactory,
)

PATIENCE = 1.0  # seconds that an answer may take
METHODS = ("get", "post", "put", "patch", "delete")
LONG = 1_000_000  # characters: just within what a JSON body may have

TEXTS = {
    "empty": "",
    "blank": " \t\r\n",
    "NUL": "a\x00b",
    "half a character": "a\ud800b",
    "other half": "\udfff",
    "beyond the plane": "\U0010ffff\U0001f468\u200d\U0001f469",
    "not characters": "\ufffe\uffff",
    "control characters": "\x01\x07\x1b[31m\x7f",
    "right to left": "\u202etxt.exe \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "combining": "e" + "\u0301" * 500,
    "grows in lower case": "\u0130" * 200,
    "folds to more": "\ufdfa" * 100,
    "SQL": "'; DROP TABLE learnings_challenge; --",
    "SQL wildcard": "%_\\%' OR '1'='1",
    "template": "{{ 7*7 }}{% debug %}${7*7}<%= 7*7 %>{0.__class__}%s%n",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "path": "../../../../etc/passwd",
    "header": "a\r\nSet-Cookie: a=b",
    "address": "http://127.0.0.1:6379/\r\nFLUSHALL",
    "search syntax": '"a NEAR( b:* & | ! <-> OR AND NOT ^ ( ) *',
    "numbers of other scripts": "\u0661\u0662\u0663",
    "exponent": "1e400",
    "not a number": "NaN",
    "huge number": "9" * 400,
    "bigger than a bigint": str(2**63),
    "far past": "0001-01-01T00:00:00+23:59",
    "far future": "9999-12-31T23:59:59-23:59",
    "no date": "2026-02-30T25:61:00Z",
    "null": "null",
    "list": "[]",
    "many": ",".join(map(str, range(2000))),
}
VALUES: dict[str, Any] = {
    **TEXTS,
    "1 MB": "x" * LONG,
    "1 MB of brackets": "[" * LONG,
    "1 MB of stars": "*a" * (LONG // 2),
    "1 MB of words": "ab " * (LONG // 3),
    "null itself": None,
    "true": True,
    "zero": 0,
    "minus one": -1,
    "fraction": 1.5,
    "2^63": 2**63,
    "10^300": 10**300,
    "a list": [],
    "a list of anything": [None, {}, [], "a\x00", -1, 2**70, "\ud800"],
    "a long list": ["x"] * 10_000,
    "an object": {},
    "an object with strange keys": {"\x00": 1, "\ud800": 2, "__proto__": {}, "": []},
    "deep list": json.loads("[" * 400 + "]" * 400),
    "deep object": json.loads('{"a":' * 400 + "1" + "}" * 400),
}


@dataclass(frozen=True)
class Operation:
    """One method of one address, as the contract describes it."""

    method: str
    path: str
    parameters: tuple[str, ...]
    fields: tuple[str, ...]
    example: Any

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


@cache
def contract() -> dict[str, Any]:
    return json.loads(OPENAPI.read_text(encoding="utf-8"))


def followed(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    while "$ref" in schema:
        found: Any = contract()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def operations() -> list[Operation]:
    """Everything that the contract offers, but for what only curators' own accounts would lose."""
    found = []
    for path, item in contract()["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            described = item[method]
            parameters = [
                followed(p) for p in (*item.get("parameters", ()), *described.get("parameters", ()))
            ]
            content = described.get("requestBody", {}).get("content", {})
            media = content.get("application/json", {})
            schema = followed(media.get("schema", {}))
            found.append(
                Operation(
                    method,
                    path,
                    tuple(p["name"] for p in parameters if p["in"] == "query"),
                    tuple(schema.get("properties", {})),
                    media.get("example") or schema.get("example") or _plain(schema),
                )
            )
    return found


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A body with something plausible in each required field."""
    return {
        name: _value(followed(schema["properties"][name])) for name in schema.get("required", ())
    }


def _value(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "email":
        return "somebody@example.org"
    kind = schema.get("type", "string")
    if kind == "array":
        return [_value(followed(schema.get("items", {})))]
    return {"integer": 1, "boolean": True, "number": 1, "object": {}}.get(kind, "plain")


WITH_FIELDS = [operation for operation in operations() if operation.fields]
WITH_PARAMETERS = [operation for operation in operations() if operation.parameters]


@pytest.fixture
def person(db) -> User:
    """Somebody who may reach most addresses."""
    return UserFactory(role=Role.CURATOR, password=PASSWORD)


@pytest.fixture
def things(person) -> dict[str, Any]:
    """Something behind every address, by the words before the variable."""
    conflict = ImportConflictFactory(import_run__author=person)
    challenge = ChallengeFactory(published=True)
    return {
        "learnings": LearningFactory(author=person).pk,
        "challenges": challenge.pk,
        "solutions": SolutionFactory(challenge=challenge).pk,
        "topics": TopicFactory(slug="a-topic").slug,
        "revisions": RevisionFactory().pk,
        "imports": conflict.import_run_id,
        "conflicts": conflict.number,
        "sources": SourceFactory(user=person).pk,
        "cohorts": BriefFactory(cohort=CohortFactory()).cohort_id,
        "users": person.pk,
        "subscriptions": Subscription.objects.create(user=person, subject="topic:1").pk,
        "tokens": 1,
    }


def address(operation: Operation, things: dict[str, Any]) -> str:
    """The operation's address with something real in it."""
    steps = operation.path.split("/")
    for number, step in enumerate(steps):
        if step.startswith("{"):
            steps[number] = str(things[steps[number - 1]])
    path = "/".join(steps)
    return path if path.startswith("/api/") else f"/api/v1{path}"


class Prober:
    """Asks one operation again and again, and undoes what that did."""

    def __init__(self, client: Any, operation: Operation, path: str) -> None:
        self.client, self.operation, self.path = client, operation, path

    def ask(self, query: str = "", body: str = "") -> Any:
        """The answer, whose `took` is in seconds: the better of two, should the first be late."""
        for _ in range(2):
            with transaction.atomic():
                began = time.perf_counter()
                answer = self.client.generic(
                    self.operation.method.upper(), self.path + query, body, "application/json"
                )
                answer.took = time.perf_counter() - began
                transaction.set_rollback(True)
            if answer.took < PATIENCE:
                break
        return answer


def named(answer: Any) -> list[str]:
    """The culprits that a problem names."""
    if answer.status_code != 400:
        return []
    return [error.get("parameter", error.get("pointer")) for error in answer.json()["errors"]]


def judged(answer: Any, culprits: list[str], what: str) -> None:
    """Fail if the answer is a failure, no problem, nameless or late."""
    what = f"{what} → {answer.status_code}"
    assert answer.status_code < 500, what
    assert answer.took < PATIENCE, what
    if answer.status_code < 400:
        return
    assert answer["Content-Type"] == "application/problem+json", what
    body = answer.json()
    assert body["status"] == answer.status_code, what
    if answer.status_code != 400 or body["code"] == "malformed":
        return
    found = any(
        name == culprit or name.startswith(f"{culprit}/")
        for name in named(answer)
        for culprit in culprits
    )
    assert found, (what, body)


@pytest.mark.parametrize("operation", WITH_FIELDS, ids=str)
def test_a_bad_value_in_a_body_is_taken_or_named(api, person, things, operation):
    prober = Prober(api(person), operation, address(operation, things))
    # Some examples cannot be right, such as tokens: what is wrong with them may be named instead.
    wrong_anyway = named(prober.ask(body=json.dumps(operation.example)))
    for name in operation.fields:
        for label, value in VALUES.items():
            answer = prober.ask(body=json.dumps({**operation.example, name: value}))
            judged(answer, [f"/{name}", *wrong_anyway], f"{operation} {name}: {label}")


@pytest.mark.parametrize("operation", WITH_PARAMETERS, ids=str)
def test_a_bad_value_in_a_parameter_is_taken_or_named(api, person, things, operation):
    prober = Prober(api(person), operation, address(operation, things))
    wrong_anyway = named(prober.ask())
    for name in operation.parameters:
        for label, text in TEXTS.items():
            query = f"?{quote(name)}={quote(text.encode(errors='surrogatepass'))}"
            judged(prober.ask(query), [name, *wrong_anyway], f"{operation} {name}: {label}")


@pytest.mark.parametrize("operation", WITH_FIELDS, ids=str)
@pytest.mark.parametrize(
    "body",
    [
        "[" * 5000,
        "[" * LONG,
        '{"a":' * 5000,
        "null",
        "[]",
        '"text"',
        "1",
        "",
        "{",
        "\x00",
        "\ufeff{}",
        "{} {}",
    ],
    ids=lambda body: f"{len(body)} of {body[:8]!r}",
)
def test_a_body_that_is_no_object_is_a_problem(api, person, things, operation, body):
    began = time.perf_counter()
    answer = api(person).generic(
        operation.method.upper(), address(operation, things), body, "application/json"
    )

    assert time.perf_counter() - began < PATIENCE
    # A change of nothing changes nothing, and some bodies may be left out.
    assert 200 <= answer.status_code < 500
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
    else:
        assert body == "", answer.status_code


def test_text_in_every_language_is_kept_as_it_came(api, person, db):
    topic = Topic.objects.create(name="T", slug="t", kind="CONCEPT")
    for label in ("right to left", "combining", "beyond the plane", "SQL", "template", "HTML"):
        body = {"title": f"T {label}", "problem": TEXTS[label], "topics": [topic.slug]}
        made = api(person).post("/api/v1/challenges/", body)

        assert made.status_code == 201, made.json()
        assert made.json()["problem"] == TEXTS[label]
