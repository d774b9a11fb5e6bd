"""From the OpenAPI document to a collection (format 2.1) that checks what it is answered."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nexus.postman.steps import CLOSING, DEMO, FIRST, LAST, LEARNER, NOBODY, OPENING, STEPS, Step

Json = dict[str, Any]
SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE: Final = "/api/v1"
# Not to be asked of the learner's account, whatever becomes of the steps above.
UNSAFE: Final = frozenset({"DELETE /me/", "POST /auth/password/change/"})
EXAMPLES: Final[Mapping[str, Any]] = {"string": "words", "integer": 1, "number": 1, "boolean": True}


def environment(*, password: str, base_url: str = "http://localhost:8000") -> Json:
    """The variables of a hub with the demo's people, to import beside the collection."""
    known = {"baseUrl": base_url, **DEMO}
    secret = {
        "password": password,
        "curatorPassword": password,
        "newcomerPassword": "a-long-newcomer-password",
    }
    values = [{"key": key, "value": value, "type": "default"} for key, value in known.items()]
    values += [{"key": key, "value": value, "type": "secret"} for key, value in secret.items()]
    return {
        "id": _id("environment"),
        "name": "Nexus, demo",
        "values": [{**value, "enabled": True} for value in values],
        "_postman_variable_scope": "environment",
    }


def collection(document: Json) -> Json:
    """The collection: folders by tag, in an order that runs from top to bottom."""
    operations = {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
    }
    listed = [step for steps in (OPENING, CLOSING, *STEPS.values()) for step in steps]
    asked = {step.address for step in listed} | UNSAFE
    kept = {name for step in listed for name in step.keeps}
    folders = [_folder(FIRST, OPENING, operations, document)]
    for tag in document.get("tags", []):
        others = (
            _unlisted(address, operation)
            for address, operation in operations.items()
            if address not in asked and operation["tags"][0] == tag["name"]
        )
        steps = (*STEPS.get(tag["name"], ()), *others)
        folder = _folder(tag["name"], steps, operations, document)
        folders.append({**folder, "description": tag.get("description", "")})
    folders.append(_folder(LAST, CLOSING, operations, document))
    return {
        "info": {
            "_postman_id": _id("collection"),
            "name": document["info"]["title"],
            "description": document["info"].get("description", ""),
            "schema": SCHEMA,
        },
        "auth": _bearer(LEARNER),
        # Until an answer fills them, ids name nothing: what uses them is then not found.
        "variable": [{"key": name, "value": "0"} for name in sorted(kept) if name.endswith("Id")],
        "item": [folder for folder in folders if folder["item"]],
    }


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"nexus:postman:{name}"))  # the same each time


def _bearer(variable: str) -> Json:
    if variable == NOBODY:
        return {"type": "noauth"}
    token = {"key": "token", "value": f"{{{{{variable}}}}}", "type": "string"}
    return {"type": "bearer", "bearer": [token]}


def _unlisted(address: str, operation: Json) -> Step:
    """A step for an address that has none: any refusal that is documented will do."""
    refusals = [int(code) for code in operation["responses"] if re.fullmatch(r"4\d\d", code)]
    return Step(address, also=tuple(refusals))


def _folder(
    name: str, steps: Iterable[Step], operations: Mapping[str, Json], document: Json
) -> Json:
    items = [
        _item(step, operations[step.address], document)
        for step in steps
        if step.address in operations  # a step may be ahead of the document
    ]
    return {"name": name, "item": items}


def _item(step: Step, operation: Json, document: Json) -> Json:
    method, path = step.address.split(" ")
    parameters = [_resolved(one, document) for one in operation.get("parameters", [])]
    parameters += [
        _resolved(one, document) for one in document["paths"][path].get("parameters", [])
    ]
    request: Json = {
        "method": method,
        "header": _headers(parameters),
        "url": _url(path, step, parameters),
        "description": operation.get("description", ""),
        "auth": _bearer(step.by),
    }
    if body := _body(step, operation, document):
        request["body"] = body
    events = [_event("test", _checks(step, operation))]
    if step.before:
        events.insert(0, _event("prerequest", [step.before]))
    name = step.name or operation["summary"]
    return {"name": name, "event": events, "request": request, "response": []}


def _resolved(thing: Any, document: Json) -> Any:
    while isinstance(thing, dict) and "$ref" in thing:
        found: Any = document
        for key in thing["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        thing = found
    return thing


def _headers(parameters: Iterable[Json]) -> list[Json]:
    """The headers that a person may switch on."""
    values = {"Idempotency-Key": "{{$guid}}"}
    return [
        {
            "key": one["name"],
            "value": values.get(one["name"], ""),
            "description": one.get("description", ""),
            "disabled": True,
        }
        for one in parameters
        if one["in"] == "header"
    ]


def _url(path: str, step: Step, parameters: Iterable[Json]) -> Json:
    """The address; query parameters that the step does not use are there to be switched on."""
    named = re.sub(r"\{(\w+)\}", r":\1", path)
    query = [
        {
            "key": one["name"],
            "value": step.query.get(one["name"], ""),
            "description": one.get("description", ""),
            "disabled": one["name"] not in step.query,
        }
        for one in parameters
        if one["in"] == "query"
    ]
    search = "&".join(f"{one['key']}={one['value']}" for one in query if not one["disabled"])
    names = re.findall(r"\{(\w+)\}", path)
    return {
        "raw": f"{{{{baseUrl}}}}{BASE}{named}" + (f"?{search}" if search else ""),
        "host": ["{{baseUrl}}"],
        "path": [*f"{BASE}{named}".strip("/").split("/"), ""],  # the slash at the end
        "query": query,
        "variable": [
            {"key": name, "value": f"{{{{{step.uses[name]}}}}}" if name in step.uses else "1"}
            for name in names
        ],
    }


def _body(step: Step, operation: Json, document: Json) -> Json | None:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        media = content["application/json"]
        body = step.body if step.body is not None else _example(media, document)
        raw = json.dumps(body, indent=2, ensure_ascii=False)
        # An id is a number: its variable stands without quotation marks.
        raw = re.sub(r'"(\{\{\w+Id\}\})"', r"\1", raw)
        return {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    if "multipart/form-data" in content:
        fields = [
            {"key": key, "value": value, "type": "text"} for key, value in (step.body or {}).items()
        ]
        return {"mode": "formdata", "formdata": fields}
    return None


def _example(media: Json, document: Json) -> Any:
    """The document's example of a body, or a body with all that its schema requires."""
    if "example" in media:
        return media["example"]
    for named in media.get("examples", {}).values():
        return _resolved(named, document).get("value")
    return _made(media["schema"], document)


def _made(schema: Json, document: Json) -> Any:
    schema = _resolved(schema, document)
    for key in ("example", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    kind = str(next(iter(_listed(schema.get("type"))), ""))
    if kind == "array":
        return [_made(schema["items"], document)]
    if kind == "string" and schema.get("format") == "email":
        return "somebody@example.org"
    if kind in EXAMPLES:
        return EXAMPLES[kind]
    required = schema.get("required", [])
    return {name: _made(schema["properties"][name], document) for name in required}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _event(listen: str, lines: list[str]) -> Json:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": lines}}


def _checks(step: Step, operation: Json) -> list[str]:
    """A test script: the status is a good one, the media type that of it; then keep values."""
    good = [int(code) for code in operation["responses"] if re.fullmatch(r"2\d\d", code)]
    allowed = sorted({*good, *step.also})
    types = sorted(
        {media for code in good for media in operation["responses"][str(code)].get("content", {})}
    )
    words = " or ".join(str(status) for status in allowed)
    expected = json.dumps(types) if types else '[""]'
    lines = [
        f'pm.test("answers {words}", () => {{',
        f"  pm.expect(pm.response.code).to.be.oneOf({json.dumps(allowed)});",
        "});",
        'pm.test("answers in the media type of the contract", () => {',
        '  const type = (pm.response.headers.get("Content-Type") || "").split(";")[0];',
        '  const problem = ["application/problem+json"];',
        f"  pm.expect(type).to.be.oneOf(pm.response.code < 400 ? {expected} : problem);",
        "});",
    ]
    if step.keeps:
        lines += ["if (pm.response.code < 300) {", "  const answer = pm.response.json();"]
        lines += [
            f'  pm.collectionVariables.set("{variable}", answer.{place});'
            for variable, place in step.keeps.items()
        ]
        lines += ["}"]
    return lines
