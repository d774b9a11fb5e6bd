"""What breaks the clients of an API, and what does not."""

from __future__ import annotations

import copy

import pytest

from foundation.openapi.compatibility import breaking_changes, is_announced

JSON = "application/json"
THING = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {
        "id": {"type": "integer"},
        "kind": {"type": "string", "enum": ["A", "B"]},
        "seen_at": {"type": ["string", "null"], "format": "date-time"},
        "note": {"type": "string"},
    },
}
WRITTEN = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "enum": ["A", "B"]},
        "note": {"type": "string", "maxLength": 100},
    },
    "additionalProperties": False,
}


def document(version="0.1.0"):
    def answer(name):
        schema = {"$ref": f"#/components/schemas/{name}"}
        return {
            "description": "It.",
            "headers": {"ETag": {}},
            "content": {JSON: {"schema": schema}},
        }

    written = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Written"}}}}
    return copy.deepcopy(
        {
            "info": {"version": version},
            "paths": {
                "/things/": {
                    "get": {
                        "operationId": "listThings",
                        "security": [],
                        "parameters": [
                            {
                                "name": "kind",
                                "in": "query",
                                "style": "form",
                                "explode": True,
                                "schema": {"type": "string", "enum": ["A", "B"]},
                            },
                            {"$ref": "#/components/parameters/IfNoneMatch"},
                        ],
                        "responses": {"200": answer("Thing"), "304": {"description": "Same."}},
                    },
                    "post": {
                        "operationId": "createThing",
                        "requestBody": {"required": True, **written},
                        "responses": {"201": answer("Thing"), "400": {"description": "No."}},
                    },
                }
            },
            "components": {
                "schemas": {"Thing": THING, "Written": WRITTEN},
                "parameters": {
                    "IfNoneMatch": {
                        "name": "If-None-Match",
                        "in": "header",
                        "schema": {"type": "string"},
                    }
                },
            },
        }
    )


def read(new):
    return new["components"]["schemas"]["Thing"]


def written(new):
    return new["components"]["schemas"]["Written"]


def get(new):
    return new["paths"]["/things/"]["get"]


def post(new):
    return new["paths"]["/things/"]["post"]


def optional(new):
    read(new)["required"].remove("kind")


BREAKING = {
    "GET /things/ is gone.": lambda new: new["paths"]["/things/"].pop("get"),
    "/things/ is gone.": lambda new: new["paths"].pop("/things/"),
    "GET /things/: the answer 200 is gone.": lambda new: get(new)["responses"].pop("200"),
    "GET /things/: the answer 202 is new.": lambda new: get(new)["responses"].update(
        {"202": {"description": "Later."}}
    ),
    "GET /things/: the answer 200 lost its header ETag.": lambda new: get(new)["responses"][
        "200"
    ].pop("headers"),
    "GET /things/: the answer 200 is not application/json any more.": lambda new: get(new)[
        "responses"
    ]["200"].pop("content"),
    "GET /things/ needs a token now.": lambda new: get(new).pop("security"),
    "GET /things/ has another operationId: generated clients call it by that name.": (
        lambda new: get(new).update(operationId="things")
    ),
    "GET /things/: the query parameter kind is gone.": lambda new: get(new)["parameters"].pop(0),
    "GET /things/: the query parameter kind is required now.": (
        lambda new: get(new)["parameters"][0].update(required=True)
    ),
    "GET /things/: the query parameter new is required now.": (
        lambda new: get(new)["parameters"].append(
            {"name": "new", "in": "query", "required": True, "schema": {}}
        )
    ),
    "GET /things/: the query parameter kind is written in another way.": (
        lambda new: get(new)["parameters"][0].update(explode=False)
    ),
    "GET /things/: the query parameter kind: B is refused now.": (
        lambda new: get(new)["parameters"][0]["schema"].update(enum=["A"])
    ),
    "Thing in a response: the field note is gone.": lambda new: read(new)["properties"].pop("note"),
    "Thing in a response: the field kind can be missing now.": optional,
    "Thing in a response: the field id: the type is another.": (
        lambda new: read(new)["properties"]["id"].update(type="string")
    ),
    "Thing in a response: the field id: null is possible now.": (
        lambda new: read(new)["properties"]["id"].update(type=["integer", "null"])
    ),
    "Thing in a response: the field kind: C is possible now.": (
        lambda new: read(new)["properties"]["kind"]["enum"].append("C")
    ),
    "Thing in a response: the field kind: any value is possible now.": (
        lambda new: read(new)["properties"]["kind"].pop("enum")
    ),
    "Thing in a response: the field seen_at: the format is another.": (
        lambda new: read(new)["properties"]["seen_at"].pop("format")
    ),
    "Written in a request: the field note is required now.": (
        lambda new: written(new)["required"].append("note")
    ),
    "Written in a request: the field note is gone.": (
        lambda new: written(new)["properties"].pop("note")
    ),
    "Written in a request: the field kind: B is refused now.": (
        lambda new: written(new)["properties"]["kind"].update(enum=["A"])
    ),
    "Written in a request: the field note: maxLength is narrower now.": (
        lambda new: written(new)["properties"]["note"].update(maxLength=50)
    ),
    "Written in a request: the field note: minLength is narrower now.": (
        lambda new: written(new)["properties"]["note"].update(minLength=1)
    ),
    "Written in a request: the field note: the pattern is another.": (
        lambda new: written(new)["properties"]["note"].update(pattern="^a")
    ),
    "POST /things/: a body is not taken any more.": lambda new: post(new).pop("requestBody"),
    "POST /things/: application/json is not taken any more.": (
        lambda new: post(new)["requestBody"].update(content={"text/plain": {"schema": {}}})
    ),
    "GET /things/: a body is required now.": lambda new: get(new).update(
        requestBody=post(new)["requestBody"]
    ),
}
HARMLESS = {
    "a new address": lambda new: new["paths"].update({"/more/": {}}),
    "a new method": lambda new: new["paths"]["/things/"].update(delete={"responses": {}}),
    "a new field in an answer": lambda new: read(new)["properties"].update(more={}),
    "a field that is always there now": lambda new: read(new)["required"].append("note"),
    "null that does not come any more": (
        lambda new: read(new)["properties"]["seen_at"].update(type="string")
    ),
    "a value that does not come any more": (
        lambda new: read(new)["properties"]["kind"].update(enum=["A"])
    ),
    "a new field that may be sent": lambda new: written(new)["properties"].update(more={}),
    "a field that need not be sent": lambda new: written(new)["required"].clear(),
    "a new value that may be sent": (
        lambda new: written(new)["properties"]["kind"]["enum"].append("C")
    ),
    "a wider limit": lambda new: written(new)["properties"]["note"].update(maxLength=200),
    "no limit": lambda new: written(new)["properties"]["note"].pop("maxLength"),
    "a new parameter": lambda new: get(new)["parameters"].append(
        {"name": "new", "in": "query", "schema": {}}
    ),
    "a new refusal": lambda new: post(new)["responses"].update({"409": {"description": "No."}}),
    "a token that is not needed any more": lambda new: post(new).update(security=[]),
    "other words": lambda new: get(new).update(summary="List"),
}


def test_a_document_is_compatible_with_itself():
    assert breaking_changes(document(), document()) == []


@pytest.mark.parametrize("sentence", BREAKING)
def test_what_breaks_clients_is_said(sentence):
    new = document()
    BREAKING[sentence](new)

    assert breaking_changes(document(), new) == [sentence]


@pytest.mark.parametrize("change", HARMLESS)
def test_what_clients_do_not_notice_is_passed_over(change):
    new = document()
    HARMLESS[change](new)

    assert breaking_changes(document(), new) == []


def test_a_reference_that_can_be_null_now_breaks():
    old, new = document(), document()
    reference = {"$ref": "#/components/schemas/Written"}
    read(old)["properties"]["more"] = reference
    read(new)["properties"]["more"] = {"anyOf": [reference, {"type": "null"}]}

    assert "Thing in a response: the field more: null is possible now." in breaking_changes(
        old, new
    )


def test_a_body_that_refuses_unknown_fields_now_breaks():
    old = document()
    written(old).pop("additionalProperties")

    assert breaking_changes(old, document()) == [
        "Written in a request: unknown fields are refused now."
    ]


def test_a_schema_that_holds_itself_is_compared_once():
    old, new = document(), document()
    for found in (old, new):
        read(found)["properties"]["parent"] = {"$ref": "#/components/schemas/Thing"}

    assert breaking_changes(old, new) == []


@pytest.mark.parametrize(
    ("before", "after", "announced"),
    [
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("0.1.0", "1.0.0", True),
        ("1.1.0", "1.2.0", False),
        ("1.1.0", "2.0.0", True),
    ],
)
def test_a_version_announces_breaking_changes(before, after, announced):
    assert is_announced(document(before), document(after)) is announced
