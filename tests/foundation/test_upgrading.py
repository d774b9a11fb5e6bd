"""OpenAPI 3.1 says what the Swagger 2.0 document said, in its own words."""

from __future__ import annotations

import copy
import warnings

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from foundation.openapi.upgrading import upgraded

JSON = "application/json"
PROBLEM = "application/problem+json"


def swagger(operation=None, **parts):
    return {
        "swagger": "2.0",
        "info": {"title": "Small", "version": "1"},
        "basePath": "/api",
        "consumes": [JSON],
        "produces": [JSON, PROBLEM],
        "paths": {"/things/": {"post": operation, "parameters": []}} if operation else {},
        "definitions": {},
        **parts,
    }


def upgraded_operation(**operation):
    operation.setdefault("responses", {"204": {"description": "Done."}})
    document = upgraded(swagger(operation))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "jsonschema.*", DeprecationWarning)
        OpenAPIV31SpecValidator(document).validate()
    return document["paths"]["/things/"]["post"]


def upgraded_schema(**schema):
    return upgraded(swagger(definitions={"Thing": schema}))["components"]["schemas"]["Thing"]


def test_where_it_is_served_stays_without_a_host():
    assert upgraded(swagger())["servers"] == [{"url": "/api"}]


def test_what_was_given_stays_as_it_was():
    given = swagger({"responses": {"200": {"description": "x", "headers": {"A": {"type": "x"}}}}})
    before = copy.deepcopy(given)

    upgraded(given)

    assert given == before


def test_a_token_in_the_authorization_header_is_a_bearer_token():
    scheme = {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Yours."}
    found = upgraded(swagger(securityDefinitions={"Bearer": scheme}))["components"]

    assert found["securitySchemes"]["Bearer"] == {
        "type": "http",
        "scheme": "bearer",
        "description": "Yours.",
    }


def test_a_body_becomes_a_request_body():
    schema = {"type": "object", "properties": {"a": {"$ref": "#/definitions/Thing"}}}
    found = upgraded(
        swagger(
            {
                "parameters": [{"name": "body", "in": "body", "required": True, "schema": schema}],
                "responses": {},
            }
        )
    )["paths"]["/things/"]["post"]

    assert "parameters" not in found
    assert found["requestBody"] == {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "properties": {"a": {"$ref": "#/components/schemas/Thing"}},
                }
            }
        },
    }


def test_a_form_becomes_an_object_and_its_file_binary():
    found = upgraded_operation(
        consumes=["multipart/form-data"],
        parameters=[
            {"name": "file", "in": "formData", "type": "file", "required": True},
            {"name": "text", "in": "formData", "type": "string", "description": "Or this."},
        ],
        **{"x-also-consumes": {JSON: {"type": "object"}}},
    )["requestBody"]

    assert found["content"][JSON]["schema"] == {"type": "object"}
    assert found["content"]["multipart/form-data"]["schema"] == {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "text": {"type": "string", "description": "Or this."},
        },
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("written", "style", "explode"),
    [("multi", "form", True), ("csv", "form", False), (None, "form", False),
     ("pipes", "pipeDelimited", False)],
)  # fmt: skip
def test_a_list_in_an_address_is_written_as_before(written, style, explode):
    parameter = {"name": "t", "in": "query", "type": "array", "items": {"type": "string"}}
    if written:
        parameter["collectionFormat"] = written

    (found,) = upgraded_operation(parameters=[parameter])["parameters"]

    assert (found["style"], found["explode"]) == (style, explode)
    assert found["schema"] == {"type": "array", "items": {"type": "string"}}


def test_a_list_that_cannot_be_written_is_refused():
    parameter = {"name": "t", "in": "query", "type": "array", "collectionFormat": "tsv"}
    with pytest.raises(ValueError, match="tsv"):
        upgraded_operation(parameters=[parameter])


def test_limits_of_a_parameter_move_into_its_schema():
    (found,) = upgraded_operation(
        parameters=[
            {"name": "n", "in": "query", "type": "integer", "minimum": 1, "description": "How many"}
        ]
    )["parameters"]

    assert found == {
        "name": "n",
        "in": "query",
        "description": "How many",
        "schema": {"type": "integer", "minimum": 1},
    }


def test_refusals_are_problems_and_answers_are_not():
    shape = {"type": "object"}
    found = upgraded_operation(
        responses={
            "200": {"description": "Here.", "schema": shape},
            "204": {"description": "Done."},
            "400": {"description": "No.", "schema": shape},
            "default": {"description": "Other.", "schema": shape},
        }
    )["responses"]

    assert list(found["200"]["content"]) == [JSON]
    assert "content" not in found["204"]
    assert list(found["400"]["content"]) == list(found["default"]["content"]) == [PROBLEM]


def test_text_is_answered_as_text():
    found = upgraded_operation(
        produces=["text/markdown", PROBLEM],
        responses={"200": {"description": "The README.", "schema": {"type": "string"}}},
    )["responses"]

    assert found["200"]["content"] == {"text/markdown": {"schema": {"type": "string"}}}


def test_a_header_is_described_once_for_all_answers():
    header = {"X-Cache": {"type": "string", "enum": ["HIT", "MISS"], "description": "Kept?"}}
    other = {"X-Cache": {"type": "string"}}
    operation = {
        "responses": {
            "200": {"description": "a", "headers": header},
            "201": {"description": "b", "headers": header},
            "202": {"description": "c", "headers": other},
        }
    }
    document = upgraded(swagger(operation))
    found = document["paths"]["/things/"]["post"]["responses"]

    assert document["components"]["headers"] == {
        "X-Cache": {
            "description": "Kept?",
            "schema": {"type": "string", "enum": ["HIT", "MISS"]},
        }
    }
    reference = {"X-Cache": {"$ref": "#/components/headers/X-Cache"}}
    assert found["200"]["headers"] == found["201"]["headers"] == reference
    assert found["202"]["headers"] == {"X-Cache": {"schema": {"type": "string"}}}


def test_what_is_shared_is_referred_to_at_its_new_place():
    document = upgraded(
        swagger(
            {
                "parameters": [{"$ref": "#/parameters/IfMatch"}],
                "responses": {"412": {"$ref": "#/responses/PreconditionFailed"}},
            },
            parameters={"IfMatch": {"name": "If-Match", "in": "header", "type": "string"}},
            responses={
                "PreconditionFailed": {
                    "description": "Changed meanwhile.",
                    "schema": {"$ref": "#/definitions/Problem"},
                }
            },
            definitions={"Problem": {"type": "object"}},
        )
    )
    found = document["paths"]["/things/"]["post"]

    assert found["parameters"] == [{"$ref": "#/components/parameters/IfMatch"}]
    assert found["responses"]["412"] == {"$ref": "#/components/responses/PreconditionFailed"}
    shared = document["components"]
    assert shared["parameters"]["IfMatch"]["schema"] == {"type": "string"}
    assert list(shared["responses"]["PreconditionFailed"]["content"]) == [PROBLEM]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "x-nullable": True}, {"type": ["string", "null"]}),
        (
            {"type": "string", "enum": ["A"], "x-nullable": True},
            {"type": ["string", "null"], "enum": ["A", None]},
        ),
        (
            {
                "type": "object",
                "allOf": [{"$ref": "#/definitions/Other"}],
                "x-nullable": True,
                "description": "Where from.",
            },
            {
                "description": "Where from.",
                "anyOf": [{"$ref": "#/components/schemas/Other"}, {"type": "null"}],
            },
        ),
        ({"type": "integer", "example": 3}, {"type": "integer", "examples": [3]}),
        (
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            {"type": "number", "exclusiveMinimum": 0},
        ),
        (
            {"type": "array", "items": {"type": "string", "x-nullable": True}},
            {"type": "array", "items": {"type": ["string", "null"]}},
        ),
        (
            {"type": "object", "x-also": {"minProperties": 1, "anyOf": [{"required": ["a"]}]}},
            {"type": "object", "minProperties": 1, "anyOf": [{"required": ["a"]}]},
        ),
    ],
)
def test_a_schema_says_the_same_in_the_newer_words(schema, expected):
    assert upgraded_schema(**schema) == expected


def test_a_field_called_like_a_keyword_is_only_a_field():
    found = upgraded_schema(type="object", properties={"example": {"type": "string"}})

    assert found["properties"] == {"example": {"type": "string"}}
