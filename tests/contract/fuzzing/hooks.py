"""What schemathesis cannot know of the hub: who its people are, and what no schema can say.

Each exception stands here with its reason, and none is wider than the reason.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import jsonschema_rs
import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.jsonschema import resolve_with_root_bundle
from schemathesis.core.transport import Response, response_content_type
from schemathesis.openapi.checks import JsonSchemaError, MissingContentType, RejectedPositiveData
from schemathesis.specs.openapi.extra_data_source import declared_response_schema

PEOPLE: Final = Path(__file__).with_name("people.json")
PEERS: Final = ("ann", "ben")

# What is all that the document asks for can still be refused for what the hub knows at that
# moment, or for what stands beside it. By the code of the problem or of its culprits.
DEPENDS_ON_THE_HUB: Final = {
    "precondition_failed": "`If-Match` names another revision than the present one",
    "idempotency_key_reused": "another request had this `Idempotency-Key`",
    "does_not_exist": "a field refers to a row that is not there, or not for this reader",
    "taken": "somebody else has this address, slug or name",
    "wrong_password": "the old password is another",
    "password_too_common": "a list of 20,000 passwords is no schema",
    "password_entirely_numeric": "in the document's words only a pattern that nobody could read",
    "password_too_similar": "it is compared with the person's name and address",
    "link_refused": "the token of an e-mail's link is a text that only the hub can make",
    "scope_refused": "only curators may give a token the scope `curate`",
    "address_refused": "the hub fetches from the hosts that its settings name",
    "binary": "whether a README is text depends on how much of it is control characters",
    "page_too_deep": "10,000 rows are fewer pages, the more rows a page has",
    "page_or_cursor": "OpenAPI cannot say that one parameter excludes another",
}
# The same where a code says too little without the name of the culprit.
CULPRITS: Final = {
    ("cursor", "invalid"): "a text that only the hub can make, and only for this list",
    ("topic", "invalid"): "there is no such topic",
    ("topic", "invalid_choice"): "there is no such topic",
    ("cohort", "invalid"): "there is no such cohort",
    ("fields", "invalid_choice"): "a field that only `expand` brings",
    ("/document", "read_only"): "what is fetched from `source_url` has a name already",
}
# Swagger 2.0 has no `oneOf`: OpenAPI 3.1 says these, so there they are no exceptions.
ONLY_IN_NEW_WORDS: Final = {"token_or_email", "file_or_text", "topic_or_challenge", "ids_or_all"}


@schemathesis.hook
def before_init_operation(context: Any, operation: Any) -> None:
    """Sign the peers up before the first of them logs in."""
    _sign_peers_up(urljoin(operation.schema.get_base_url(), "/api/v1/auth/register/"))


@cache
def _sign_peers_up(register: str) -> None:
    """Sign the peers up, unless an earlier run did."""
    for person in json.loads(PEOPLE.read_text())["auth"]:
        if person["name"] in PEERS:
            known = person["loginEndpointAuth"]["payloadUserPwd"]
            wanted = {"email": known["username"], "password": known["password"]}
            wanted |= {"display_name": person["name"].title(), "track": "BACKEND"}
            answer = requests.post(register, json=wanted, timeout=20)
            assert answer.status_code == 201 or "taken" in answer.text, answer.text


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Send an `If-Match` that means something.

    schemathesis puts a format of its own in place of this header's pattern, and in its phase
    "coverage" makes `0` of it, which no document allows. With `*` the request gets further.
    """
    if case.headers and case.headers.get("If-Match") == "0":
        case.headers["If-Match"] = "*"


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Response) -> bool:
    """Whether a failure is one."""
    if isinstance(failure, RejectedPositiveData):
        return not _depends_on_the_hub(case, response)
    if isinstance(failure, AcceptedNegativeData):
        # Preconditions are looked at before the body is: RFC 9110, 13.2.1.
        return response.status_code != 412
    if isinstance(failure, JsonSchemaError):
        return not _is_good_but_for_what_was_left_out(case, response)
    if isinstance(failure, MissingContentType):
        # Swagger 2.0 names media types for a whole operation: it cannot except answers that have
        # no body. OpenAPI 3.1 does.
        is_empty = response.status_code in {202, 204, 304} and not response.content
        return not (is_empty and _is_swagger(case))
    return True


def _is_swagger(case: Any) -> bool:
    return "swagger" in case.operation.schema.raw_schema


def _depends_on_the_hub(case: Any, response: Response) -> bool:
    """Whether each thing that is wrong is one that the document cannot say."""
    problem = response.json()
    unsaid = set(DEPENDS_ON_THE_HUB)
    if _is_swagger(case):
        unsaid |= ONLY_IN_NEW_WORDS
    return all(
        found["code"] in unsaid
        or (found.get("pointer", found.get("parameter")), found["code"]) in CULPRITS
        for found in problem["errors"] or [problem]
    )


def _is_good_but_for_what_was_left_out(case: Any, response: Response) -> bool:
    """Whether an answer that `fields` trimmed is good in what it has.

    The document says what is in a whole answer. Which of it a client asks for, only the client
    knows, and `required` cannot say "as far as you asked for it".
    """
    fields = (case.query or {}).get("fields")
    if not fields or response.status_code != 200:
        return False
    names = fields if isinstance(fields, list) else str(fields).split(",")
    schema = declared_response_schema(case.operation, 200, response_content_type(response))
    assert schema is not None
    trimmed = _trimmed(schema, set(names), schema)
    return jsonschema_rs.validator_for(trimmed).is_valid(response.json())


def _trimmed(schema: Any, names: set[str], root: Any) -> dict[str, Any]:
    """The schema of an object, or of a page of them, that has these fields and no others."""
    shape = {"x-bundled": root.get("x-bundled", {}), **resolve_with_root_bundle(schema, root)}
    rows = shape.get("properties", {}).get("results")
    if rows is not None:
        trimmed = _trimmed(rows["items"], names, root)
        return {**shape, "properties": {**shape["properties"], "results": {"items": trimmed}}}
    left = [name for name in shape["required"] if name in names]
    return {**shape, "required": left, "propertyNames": {"enum": sorted(names)}}
