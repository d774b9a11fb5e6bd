"""What operations have in common, said once: headers both ways, and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

Json = dict[str, Any]

PROBLEM: Final = "Problem"

MAX_ID: Final = 2**63 - 1  # what a bigint holds
# What fits into an address: more digits than that lead nowhere.
LONGEST_ID: Final = 10**18 - 1
ID: Final = {"format": "int64", "minimum": 1, "maximum": MAX_ID}
SLUG: Final = "^[-a-zA-Z0-9_]+$"
STORABLE: Final = "^[^\\u0000]*$"  # no database keeps a NUL
VISIBLE: Final = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$"  # and not only white space


def _header(name: str, description: str, **attributes: Any) -> Json:
    return {"name": name, "in": "header", "description": description, "type": "string"} | attributes


_TAG: Final = '(W/)?"[!#-~]*"'
# Request headers by the name of their component.
PARAMETERS: Final[Mapping[str, Json]] = {
    "IfNoneMatch": _header(
        "If-None-Match",
        "The `ETag` of what you have. When it is still the newest, the answer is 304 without a "
        "body.",
    ),
    "IfMatch": _header(
        "If-Match",
        "The `ETag` of what you changed. When somebody else changed it since, the answer is 412 "
        "and nothing is written.",
        pattern=f"^(\\*|{_TAG}(, {_TAG})*)$",
    ),
    "IdempotencyKey": _header(
        "Idempotency-Key",
        "A name for this request, such as a UUID. Sent again within 24 hours it gets the same "
        "answer and makes nothing new.",
        pattern="^[!-~]{1,255}$",
        minLength=1,
        maxLength=255,
    ),
}

# Response headers by name.
_HEADERS: Final[Mapping[str, Json]] = {
    "ETag": {
        "type": "string",
        "description": "This version of what is shown, for `If-None-Match` and `If-Match`.",
    },
    "Idempotency-Replayed": {
        "type": "string",
        "enum": ["true"],
        "description": "Only on an answer that was given before to the same `Idempotency-Key`.",
    },
    "Link": {
        "type": "string",
        "description": 'Addresses of other pages, such as `<…>; rel="next"` (RFC 8288).',
    },
    "Location": {"type": "string", "description": "Address of what this request led to."},
    "RateLimit": {"type": "string", "description": "What is left, and for how many seconds."},
    "RateLimit-Policy": {"type": "string", "description": "How much is allowed, in how long."},
    "Retry-After": {"type": "integer", "description": "Seconds to wait before trying again."},
    "WWW-Authenticate": {"type": "string", "description": "Which kind of token is taken."},
    "X-Cache": {
        "type": "string",
        "enum": ["HIT", "MISS"],
        "description": "Whether the hub had this answer at hand.",
    },
    "X-Request-ID": {
        "type": "string",
        "description": "Names this request in the server's log. Send your own or get one.",
    },
}
_ALWAYS: Final = ("RateLimit", "RateLimit-Policy", "X-Request-ID")

REFUSALS: Final[Mapping[int, str]] = {
    400: "A field, a parameter or a header is wrong, missing or unknown. `errors` names it.",
    401: "The token, or the password, is missing or not good.",
    403: "You may see this but not do it.",
    404: "There is nothing here that you may see.",
    409: "Its present state does not allow this. `code` says why.",
    412: "Somebody changed it since you read it. Nothing was written.",
    413: "The body is larger than this address takes.",
    415: "This address does not take such a body.",
    422: "This `Idempotency-Key` was used for another request.",
    429: "Too often. Wait as long as `Retry-After` says.",
}
# What any operation can also answer. `default` stands for these, and only for these.
UNNAMED: Final = (405, 406, 413, 414, 415, 500, 503)
_OTHERS: Final = (
    "Any other refusal: 405 (wrong method), 406 (this media type is not served), 413 (a body that "
    "is too large), 414 (an address over 4,096 bytes), 415 (this media type is not taken), 500 (a "
    "bug of ours) or 503 (a part of the hub is away or takes too long; wait as long as "
    "`Retry-After` says)."
)


def headers(names: Iterable[str]) -> Json:
    """Descriptions of these response headers and of those that every answer has."""
    return {name: _HEADERS[name] for name in sorted({*names, *_ALWAYS})}


def refusal_name(status: int) -> str:
    """The component of a refusal: `NotFound`, `TooManyRequests`."""
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def responses() -> Json:
    """All refusals by the names of their components, `NotModified` and `Otherwise` among them."""
    made: Json = {
        "NotModified": {
            "description": "What you have is still the newest. The answer has no body.",
            "headers": headers(["ETag"]),
        },
        "Otherwise": _refusal(_OTHERS, ["Retry-After"]),
    }
    own = {401: ["WWW-Authenticate"], 429: ["Retry-After"]}
    for status, description in REFUSALS.items():
        made[refusal_name(status)] = _refusal(description, own.get(status, []))
    return made


def _refusal(description: str, names: Iterable[str]) -> Json:
    return {
        "description": description,
        "headers": headers(names),
        "schema": {"$ref": f"#/definitions/{PROBLEM}"},
    }
