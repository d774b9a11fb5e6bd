"""What schemathesis cannot know of the hub: who its people are, and what no schema can say.

Each exception stands here with its reason, and none is wider than the reason.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
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
PRIVATE_THINGS: Final = {
    "learnings/": {"kind": "CONCEPT", "title": "A draft", "body": "Not yet for others."},
    "challenges/": {"title": "A draft", "problem": "Not yet for others."},
    "imports/": {"text": "# Learnings\n\n- Not yet for others.\n"},
    "me/tokens/": {"name": "A script's", "scopes": ["read"]},
    "subscriptions/": {"topic": "http"},
}

# Of one kind of value for one parameter of one operation: enough for every run of the suite.
# `make fuzz` sends them all.
ALIKE: Final = None if os.environ.get("NEXUS_FUZZ_EXAMPLES") else 1
_sent: Final[Counter[tuple[Any, ...]]] = Counter()

# What is all that the document asks for can still be refused for what the hub knows at that
# moment, or for what stands beside it. By the code of the problem or of its culprits, with what
# the addresses have in common where that happens ("": any).
UNSAID: Final = {
    # `If-Match` names another revision than the present one.
    "precondition_failed": "",
    # Another request had this `Idempotency-Key`.
    "idempotency_key_reused": "",
    # A field refers to a row that is not there, or not for this reader.
    "does_not_exist": "/(learnings|challenges|solutions|topics|subscriptions)/",
    # Somebody else has this address, slug or name.
    "taken": "/auth/register/|/me/|/topics/|/sources/",
    "wrong_password": "/auth/password/change/|/me/$",
    # A list of 20,000 passwords is no schema; they are compared with the person's name, too, and
    # that one has not only figures would be a pattern that nobody could read.
    "password_too_common": "/auth/(register|password)/",
    "password_entirely_numeric": "/auth/(register|password)/",
    "password_too_similar": "/auth/(register|password)/",
    # The token of an e-mail's link is a text that only the hub can make.
    "link_refused": "/auth/(email|password)/",
    # Only curators may give a token the scope `curate`.
    "scope_refused": "/me/tokens/$",
    # The hub fetches from the hosts that its settings name.
    "address_refused": "/(imports|sources)/$",
    # Whether a README is text depends on how much of it is control characters.
    "binary": "/imports/$",
    # 10,000 rows are fewer pages, the more rows a page has.
    "page_too_deep": "/$",
    # OpenAPI cannot say that one parameter excludes another.
    "page_or_cursor": "/$",
}
# The same where a code says too little without the name of the culprit.
CULPRITS: Final = {
    # A text that only the hub can make, and only for this list.
    ("cursor", "invalid"): "/$",
    # There is no such topic or cohort.
    ("topic", "invalid"): "/(learnings|challenges|solutions|entries|bookmarks)/$",
    ("topic", "invalid_choice"): "/search/$|/similar/$",
    ("cohort", "invalid"): "/(learnings|challenges|solutions|users|entries|bookmarks)/$",
    # A field that only `expand` brings.
    ("fields", "invalid_choice"): "/(learnings|challenges|solutions|revisions|entries|bookmarks)/",
    # White space alone is no README, and each language's patterns know another white space.
    ("/text", "empty"): "/imports/$",
    ("/file", "empty"): "/imports/$",
    # What is fetched from `source_url` has a name already.
    ("/document", "read_only"): "/imports/$",
}
ONLY_THE_HUB_KNOWS: Final = {"cursor", "topic", "cohort"}
# Swagger 2.0 has no `oneOf`: OpenAPI 3.1 says these, so there they are no exceptions.
ONLY_IN_NEW_WORDS: Final = {
    "token_or_email": "/auth/email/verify/$",
    "file_or_text": "/imports/$",
    "topic_or_challenge": "/subscriptions/$",
    "ids_or_all": "/notifications/read/$",
}


@schemathesis.hook
def before_init_operation(context: Any, operation: Any) -> None:
    """Bring the peers before the first of them logs in."""
    _bring_peers(urljoin(operation.schema.get_base_url(), "/api/v1/"))


@cache
def _bring_peers(api: str) -> None:
    """Sign the peers up and give each something private, unless an earlier run did.

    From a peer's lists schemathesis knows what that peer may see. Without rows in them, it would
    hardly ever find something to ask for as the other.
    """
    for person in json.loads(PEOPLE.read_text(encoding="utf-8"))["auth"]:
        if person["name"] in PEERS:
            known = person["loginEndpointAuth"]["payloadUserPwd"]
            wanted = {"email": known["username"], "password": known["password"]}
            named = {"display_name": person["name"].title(), "track": "BACKEND"}
            answer = _post(api + "auth/register/", wanted | named)
            if "taken" not in answer.text:
                assert answer.status_code == 201, answer.text
                _give_private_things(api, _post(api + "auth/token/", wanted).json()["access"])


def _give_private_things(api: str, access: str) -> None:
    for path, wanted in PRIVATE_THINGS.items():
        answer = _post(api + path, wanted, Authorization=f"Bearer {access}")
        assert answer.status_code in {201, 202}, answer.text


def _post(address: str, body: Any, **headers: str) -> requests.Response:
    return requests.post(address, json=body, headers=headers, timeout=20)


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """Leave out what would keep a read from being looked at.

    Objects of one operation are asked for as the other peer once. An `id` alone, or with nulls,
    counts as an empty shell, and then whatever that peer sees is never looked at again. And the
    phase "coverage" puts a cursor of its own into most reads of a list, which refuses it.
    """
    if case.method == "GET" and case.operation.path.endswith("}/") and "id" in _asked_fields(case):
        del case.query["fields"]
    if case.query and _is_of_coverage(case) and case.meta.generation.mode == "positive":
        for name in ONLY_THE_HUB_KNOWS & set(case.query):
            del case.query[name]
    return case


def _is_of_coverage(case: Any) -> bool:
    return case.meta is not None and case.meta.phase.name == "coverage"


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Whether the phase "coverage" has not sent enough such values, as far as it knows kinds."""
    if ALIKE is None or not _is_of_coverage(case):
        return True
    kind, data = case.meta.generation.mode, case.meta.phase.data
    alike = (case.operation.label, kind, data.scenario, data.parameter)
    _sent[alike] += 1
    return _sent[alike] <= ALIKE


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
    unsaid = UNSAID | (ONLY_IN_NEW_WORDS if _is_swagger(case) else {})
    path = case.operation.path

    def is_unsaid(found: dict[str, Any]) -> bool:
        code, culprit = found["code"], found.get("pointer", found.get("parameter"))
        where = CULPRITS.get((culprit, code), unsaid.get(code))
        return where is not None and re.search(where, path) is not None

    return all(is_unsaid(found) for found in problem["errors"] or [problem])


def _is_good_but_for_what_was_left_out(case: Any, response: Response) -> bool:
    """Whether an answer that `fields` trimmed is good in what it has.

    The document says what is in a whole answer. Which of it a client asks for, only the client
    knows, and `required` cannot say "as far as you asked for it".
    """
    names = _asked_fields(case)
    if not names or response.status_code != 200:
        return False
    schema = declared_response_schema(case.operation, 200, response_content_type(response))
    assert schema is not None
    trimmed = _trimmed(schema, set(names), schema)
    return jsonschema_rs.validator_for(trimmed).is_valid(response.json())


def _asked_fields(case: Any) -> list[Any]:
    fields = (case.query or {}).get("fields")
    if fields is None:
        return []
    return fields if isinstance(fields, list) else str(fields).split(",")


def _trimmed(schema: Any, names: set[str], root: Any) -> dict[str, Any]:
    """The schema of an object, or of a page of them, that has these fields and no others."""
    shape = {"x-bundled": root.get("x-bundled", {}), **resolve_with_root_bundle(schema, root)}
    rows = shape.get("properties", {}).get("results")
    if rows is not None:
        trimmed = _trimmed(rows["items"], names, root)
        return {**shape, "properties": {**shape["properties"], "results": {"items": trimmed}}}
    left = [name for name in shape["required"] if name in names]
    return {**shape, "required": left, "propertyNames": {"enum": sorted(names)}}
