"""Whether each answer that a test receives is one that the contract promises.

A middleware, outermost in the test settings, looks at every answer under `/api/v1/`, whichever
client or live server asked. What it finds fails the test that is running. The contract is the
OpenAPI document as the code makes it now, not the committed file.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import jsonschema_rs
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from foundation.openapi.shared import UNNAMED
from nexus.documentation import openapi_document

BASE: Final = "/api/v1"
PROBLEM: Final = "application/problem+json"
UNDOCUMENTED: Final = {"/"}  # the index, which lists where to begin
ALWAYS: Final = ("X-Request-ID", "RateLimit", "RateLimit-Policy")
ON_SUCCESS: Final = ("Cache-Control", "Vary")
# Headers that an answer of this status cannot do without.
BY_STATUS: Final = {
    201: ("Location",), 202: ("Location",), 401: ("WWW-Authenticate",), 429: ("Retry-After",),
    503: ("Retry-After",),
}  # fmt: skip

broken: list[str] = []  # sentences; live servers write from their own threads


class ContractMiddleware:
    """Notes what an answer does that the contract does not say."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_ours = request.path.startswith(f"{BASE}/") and settings.ROOT_URLCONF == "nexus.urls"
        if is_ours and request.method != "OPTIONS":
            where = f"{request.method} {request.get_full_path()} → {response.status_code}"
            broken.extend(f"{where}: {found}" for found in violations(request, response))
        return response


def violations(request: HttpRequest, response: HttpResponse) -> Iterator[str]:
    """Sentences about what this answer does that the contract does not say."""
    yield from _missing_headers(request, response)
    operation = _operation_at(request)
    if operation is None:
        if _address(request) not in UNDOCUMENTED or response.status_code >= 400:
            yield from _no_problem(request, response)
        return
    status = str(response.status_code)
    promised = operation["responses"].get(status)
    if promised is None and response.status_code in UNNAMED:
        promised = operation["responses"]["default"]
    if promised is None:
        yield f"{operation['operationId']} does not document this status"
        return
    yield from _wrong_body(request, response, operation["operationId"], _followed(promised))


def _missing_headers(request: HttpRequest, response: HttpResponse) -> Iterator[str]:
    wanted = [*ALWAYS, *BY_STATUS.get(response.status_code, ())]
    if response.status_code == 202 and not response.content:
        wanted.remove("Location")  # promised without a place to look at: who asked stays unknown
    if response.status_code < 300:
        wanted.extend(ON_SUCCESS)
    if request.method == "GET" and response.status_code == 200:
        wanted.append("ETag")
    yield from (f"there is no header {name}" for name in wanted if name not in response.headers)


def _no_problem(request: HttpRequest, response: HttpResponse) -> Iterator[str]:
    """What is wrong with a refusal where nothing is documented."""
    if response.status_code < 400:
        yield "nothing is documented here, but it answers"
        return
    refusal = {"content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    yield from _wrong_body(request, response, "a refusal", refusal)


def _wrong_body(
    request: HttpRequest, response: HttpResponse, name: str, promised: dict[str, Any]
) -> Iterator[str]:
    content = promised.get("content", {})
    if request.method == "HEAD":
        return
    body = _body(response)
    if not content:
        if body:
            yield f"{name} documents no body, but there is one: {body[:200]!r}"
        return
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    if media_type not in content:
        yield f"{name} documents {', '.join(content)}, but this is {media_type or 'nothing'}"
        return
    schema = content[media_type].get("schema")
    if schema is None or not media_type.endswith("json"):
        return
    fields = request.GET.get("fields") if response.status_code == 200 else None
    validator = _validator(json.dumps(schema), _names(fields))
    for error in validator.iter_errors(json.loads(body)):
        place = "/".join(map(str, error.instance_path))
        yield f"/{place}: {error.message[:500]}"


def _body(response: HttpResponse) -> bytes:
    body = b"".join(response) if response.streaming else response.content
    return gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body


# --- The document -----------------------------------------------------------------------------


@cache
def _document() -> dict[str, Any]:
    return openapi_document()


@cache
def _operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Operations by method and address, `{}` for what varies in it."""
    return {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path)): operation
        for path, item in _document()["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def _operation_at(request: HttpRequest) -> dict[str, Any] | None:
    method = "GET" if request.method == "HEAD" else str(request.method)
    return _operations().get((method, _address(request)))


def _address(request: HttpRequest) -> str:
    """The address that Django found for this request, `{}` for what varies in it."""
    match = request.resolver_match
    route = "" if match is None else f"/{match.route}".replace("/^", "/").removesuffix("$")
    route = re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]+>", "{}", route).replace("\\", "")
    # Whatever is left over comes to the page for addresses where nothing is.
    return route.removeprefix(BASE) if route.startswith(f"{BASE}/") else ""


def _followed(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to; anything else stays."""
    while "$ref" in part:
        found: Any = _document()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def _names(fields: str | None) -> frozenset[str] | None:
    return None if fields is None else frozenset(name.strip() for name in fields.split(","))


@cache
def _validator(schema: str, fields: frozenset[str] | None) -> Any:
    """A validator of this schema; with `fields`, of rows that have only these."""
    meant = json.loads(schema)
    if fields is not None:
        meant = _trimmed(_followed(meant), fields)
    whole = {**meant, "components": _document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _trimmed(shape: dict[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    results = shape.get("properties", {}).get("results")
    if results is not None:  # a page: its rows are trimmed, not itself
        items = _trimmed(_followed(results["items"]), fields)
        properties = {**shape["properties"], "results": {**results, "items": items}}
        return {**shape, "properties": properties}
    return {
        **shape,
        "required": sorted(fields & set(shape.get("required", ()))),
        "propertyNames": {"enum": sorted(fields)},
    }
