"""Swagger 2.0 into OpenAPI 3.1: the same promises in words that newer tools read.

Pure: dictionaries in, dictionaries out. What 2.0 has no word for travels in extensions, which
Swagger UI passes over and which become plain words here:

* `x-nullable` on a schema: null is a value, too;
* `x-also` on a schema: more of JSON Schema, such as `anyOf`, said over what 2.0 can say;
* `x-also-consumes` on an operation: further bodies, or more about those that 2.0 describes,
  schemas by media type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

VERSION: Final = "3.1.0"
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch")

Json = dict[str, Any]

_PROBLEM: Final = "application/problem+json"
_OURS: Final = {"x-nullable", "x-also", "x-also-consumes"}  # not passed on
_MOVED: Final = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
}
# How a list is written into an address: style, and whether its name is repeated.
_STYLES: Final = {
    "csv": ("form", False),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
    "multi": ("form", True),
}
_BESIDE_THE_SCHEMA: Final = {
    "name", "in", "required", "description", "collectionFormat", "allowEmptyValue", "schema",
}  # fmt: skip


def upgraded(swagger: Mapping[str, Any]) -> Json:
    """The OpenAPI 3.1 document that says what this Swagger 2.0 document says.

    It shares nothing with `swagger`, which stays as it is. Media types are those of `produces`:
    problems take `application/problem+json` if it is among them, other answers take the rest.

    Raises:
        ValueError: a list in an address is written in a way that 3.1 does not know (`tsv`).
    """
    made: Json = {
        "openapi": VERSION,
        "info": _copied(swagger["info"]),
        "servers": [{"url": swagger.get("basePath", "/")}],
        **{name: _copied(swagger[name]) for name in ("tags", "externalDocs") if name in swagger},
        "security": _copied(swagger.get("security", [])),
        "paths": {
            path: {
                name: _parameters(part, swagger)[0]
                if name == "parameters"
                else _operation(part, swagger)
                for name, part in item.items()
                if name != "parameters" or part
            }
            for path, item in swagger["paths"].items()
        },
        "components": _components(swagger),
    }
    made["components"]["headers"] = _said_once(made)
    made["components"] = {name: part for name, part in made["components"].items() if part}
    return made


def _components(swagger: Mapping[str, Any]) -> Json:
    shared = {
        name: _parameter(found)
        for name, found in swagger.get("parameters", {}).items()
        if found["in"] not in {"body", "formData"}
    }
    return {
        "schemas": {
            name: _schema(found) for name, found in sorted(swagger.get("definitions", {}).items())
        },
        "parameters": shared,
        "responses": {
            name: _response(found, _answering(_is_problem(found), swagger["produces"]))
            for name, found in swagger.get("responses", {}).items()
        },
        "securitySchemes": {
            name: _security(found) for name, found in swagger.get("securityDefinitions", {}).items()
        },
    }


def _operation(operation: Mapping[str, Any], swagger: Mapping[str, Any]) -> Json:
    """One operation: its parameters without bodies, its body, its answers."""
    beside, bodies = _parameters(operation.get("parameters", []), swagger)
    consumes = operation.get("consumes", swagger.get("consumes", ["application/json"]))
    produces = operation.get("produces", swagger.get("produces", ["application/json"]))
    taken = _request_body(bodies, consumes, operation.get("x-also-consumes", {}))
    left = {"parameters", "responses", "consumes", "produces", "schemes"} | _OURS
    return {
        **{name: _copied(part) for name, part in operation.items() if name not in left},
        **({"parameters": beside} if beside else {}),
        **({"requestBody": taken} if taken else {}),
        "responses": {
            status: _response(found, _answering(_is_refusal(status), produces))
            for status, found in operation["responses"].items()
        },
    }


# --- What is sent -----------------------------------------------------------------------------


def _parameters(
    found: Iterable[Mapping[str, Any]], swagger: Mapping[str, Any]
) -> tuple[list[Json], list[Mapping[str, Any]]]:
    """Parameters beside the body, upgraded, and those that are the body or parts of it."""
    beside: list[Json] = []
    bodies = []
    for parameter in found:
        meant = parameter
        if "$ref" in parameter:
            meant = swagger["parameters"][parameter["$ref"].rpartition("/")[2]]
        if meant["in"] in {"body", "formData"}:
            bodies.append(meant)
        else:
            beside.append(_parameter(parameter))
    return beside, bodies


def _parameter(parameter: Mapping[str, Any]) -> Json:
    if "$ref" in parameter:
        return _copied_reference(parameter)
    kept = ("name", "in", "required", "description", "allowEmptyValue")
    made = {name: parameter[name] for name in kept if name in parameter}
    made["schema"] = _schema(_without(parameter, _BESIDE_THE_SCHEMA))
    if parameter.get("type") == "array" and parameter["in"] == "query":
        written = parameter.get("collectionFormat", "csv")
        if written not in _STYLES:
            raise ValueError(f"OpenAPI 3.1 cannot write the list {parameter['name']} as {written}.")
        made["style"], made["explode"] = _STYLES[written]
    return made


def _request_body(
    parts: list[Mapping[str, Any]], consumes: Iterable[str], also: Mapping[str, Any]
) -> Json | None:
    if not parts:
        return None
    body = next((part for part in parts if part["in"] == "body"), None)
    schema = _schema(body["schema"]) if body else _form(parts)
    schemas = {media_type: _schema(found) for media_type, found in also.items()}
    for media_type in consumes:
        schemas[media_type] = schema | schemas.get(media_type, {})
    # JSON first: pages and clients show and take what stands first.
    names = sorted(schemas, key=lambda name: name != "application/json")
    made: Json = {"content": {name: {"schema": schemas[name]} for name in names}}
    if body and body.get("description"):
        made["description"] = body["description"]
    # Even where every field of a form may be missing, the form itself may not.
    made["required"] = body.get("required", False) if body else True
    return made


def _form(fields: list[Mapping[str, Any]]) -> Json:
    """The fields of a form as one object. Like all bodies it takes no others."""
    required = [field["name"] for field in fields if field.get("required")]
    return {
        "type": "object",
        **({"required": required} if required else {}),
        "properties": {
            field["name"]: {
                **_schema(_without(field, _BESIDE_THE_SCHEMA)),
                **({"description": field["description"]} if "description" in field else {}),
            }
            for field in fields
        },
        "additionalProperties": False,
    }


# --- What comes back --------------------------------------------------------------------------


def _response(response: Mapping[str, Any], media_types: Iterable[str]) -> Json:
    if "$ref" in response:
        return _copied_reference(response)
    made: Json = {"description": response["description"]}
    if headers := response.get("headers"):
        made["headers"] = {name: _header(found) for name, found in headers.items()}
    if "schema" in response:
        examples = response.get("examples", {})
        made["content"] = {
            media_type: {
                "schema": _schema(response["schema"]),
                **({"example": _copied(examples[media_type])} if media_type in examples else {}),
            }
            for media_type in media_types
        }
    return made


def _header(header: Mapping[str, Any]) -> Json:
    schema = _schema(_without(header, {"description", "collectionFormat"}))
    said = {"description": header["description"]} if "description" in header else {}
    return {**said, "schema": schema}


def _is_refusal(status: str) -> bool:
    return status == "default" or status >= "400"


def _is_problem(response: Mapping[str, Any]) -> bool:
    return str(response.get("schema", {}).get("$ref", "")).endswith("/Problem")


def _answering(is_refusal: bool, produces: Iterable[str]) -> list[str]:  # noqa: FBT001 - private
    """Media types of an answer, out of all that an operation produces."""
    produced = list(produces)
    return [found for found in produced if (found == _PROBLEM) is is_refusal] or produced


def _said_once(document: Json) -> Json:
    """Take the headers out of all answers and leave references to them.

    A header that is described in two ways keeps the second where it was.
    """
    shared: Json = {}
    for response in _responses(document):
        for name, header in response.get("headers", {}).items():
            if shared.setdefault(name, header) == header:
                response["headers"][name] = {"$ref": f"#/components/headers/{name}"}
    return shared


def _responses(document: Json) -> Iterable[Json]:
    for item in document["paths"].values():
        for method in METHODS:
            yield from item.get(method, {}).get("responses", {}).values()
    yield from document["components"]["responses"].values()


# --- Everywhere -------------------------------------------------------------------------------


def _security(scheme: Mapping[str, Any]) -> Json:
    """A token in `Authorization` is what 2.0 has only a roundabout word for."""
    said = {"description": scheme["description"]} if "description" in scheme else {}
    if scheme["type"] == "basic":
        return {"type": "http", "scheme": "basic", **said}
    if scheme["type"] == "apiKey" and scheme["name"].lower() == "authorization":
        return {"type": "http", "scheme": "bearer", **said}
    copied: Json = _copied(scheme)
    return copied


def _schema(schema: Mapping[str, Any]) -> Json:
    """A schema of JSON Schema 2020-12."""
    if "$ref" in schema:
        return _copied_reference(schema)
    made = {name: _keyword(name, part) for name, part in schema.items() if name not in _OURS}
    if made.get("type") == "file":
        made |= {"type": "string", "format": "binary"}
    if "example" in made:
        made["examples"] = [made.pop("example")]
    for bound in ("Minimum", "Maximum"):
        if made.pop(f"exclusive{bound}", False):
            made[f"exclusive{bound}"] = made.pop(bound.lower())
    made |= _schema(schema["x-also"]) if "x-also" in schema else {}
    return _with_null(made) if schema.get("x-nullable") else made


def _keyword(name: str, part: Any) -> Any:
    if name == "properties":
        return {field: _schema(found) for field, found in part.items()}
    if name in {"allOf", "anyOf", "oneOf"}:
        return [_schema(found) for found in part]
    if name in {"items", "additionalProperties", "not"} and isinstance(part, Mapping):
        return _schema(part)
    return _copied(part)


def _with_null(schema: Json) -> Json:
    """The same schema, or null."""
    if "allOf" in schema:  # the way in which 2.0 says something beside a reference
        meant = schema["allOf"]
        around = {name: part for name, part in schema.items() if name not in {"type", "allOf"}}
        whole = meant[0] if len(meant) == 1 else {"allOf": meant}
        return {**around, "anyOf": [whole, {"type": "null"}]}
    made = dict(schema)
    if "type" in made:
        made["type"] = [made["type"], "null"]
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made


def _copied_reference(reference: Mapping[str, Any]) -> Json:
    target: str = reference["$ref"]
    for old, new in _MOVED.items():
        if target.startswith(old):
            return {"$ref": f"{new}{target.removeprefix(old)}"}
    return {"$ref": target}


def _without(part: Mapping[str, Any], names: set[str]) -> Json:
    return {name: found for name, found in part.items() if name not in names}


def _copied(part: Any) -> Any:
    """A plain copy: dictionaries and lists of whatever class become dictionaries and lists."""
    if isinstance(part, Mapping):
        return {name: _copied(found) for name, found in part.items()}
    if isinstance(part, list | tuple):
        return [_copied(found) for found in part]
    return part
