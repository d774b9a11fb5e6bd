"""The documentation of the API: what a newcomer reads first, and where it is served."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe
from drf_yasg import openapi
from drf_yasg.codecs import OpenAPICodecJson
from drf_yasg.views import get_schema_view
from rest_framework.permissions import AllowAny

from foundation.openapi.generator import DocumentGenerator
from foundation.openapi.upgrading import upgraded
from nexus.examples import by_shape

INTRODUCTION: Final = """
A hub where an engineering cohort keeps what it learns: learnings, challenges and their solutions,
read from READMEs or written here, reviewed by curators, searchable by everybody.

# Log in

1. `POST /api/v1/auth/register/` once, or take an account that you were given.
2. `POST /api/v1/auth/token/` with `email` and `password`. The answer holds an `access` token, good
   for 15 minutes, and a `refresh` token, good for 7 days.
3. Send `Authorization: Bearer <access>` with every request. On the Swagger page: press
   **Authorize** and paste the access token alone; it stays there when the page is loaded again.
4. When it has expired, `POST /api/v1/auth/token/refresh/` gives the next pair.

```sh
curl $HUB/api/v1/auth/token/ \\
     -H 'Content-Type: application/json' \\
     -d '{"email": "you@example.org", "password": "…"}'
curl $HUB/api/v1/challenges/ \\
     -H "Authorization: Bearer $ACCESS"
```

# Read lists

A list is `{"next", "previous", "results"}`. Follow `next` until it is `null`; rows that are added
meanwhile make nothing appear twice or go missing. Lists of learnings, challenges and solutions
hold what is published, newest first. `?author=me` shows your own, drafts included. `?page=1` is
for page numbers, and counts; `?fields=id,title` leaves out the rest.

# Ask twice, write once

`ETag` names the version of what you got. Send it as `If-None-Match` with the next read: 304 says
that nothing changed. Send it as `If-Match` with a write: 412 says that somebody else was faster.
Give a `POST` an `Idempotency-Key`, such as a UUID, and you may repeat it when no answer came: what
was made is made once. `RateLimit` says how much you may ask before a 429.

# From draft to published

What you create is a draft. `submit` puts it before the curators, who `publish` it or `reject` it
with a reason. Its author hears of it under `/api/v1/notifications/`.

# Errors

Every error is `application/problem+json` (RFC 9457). Branch on `code`; `errors` names each field
by its JSON pointer or each query parameter by its name; `request_id` finds the request in our log.

```json
{
  "type": "/docs/errors/#invalid",
  "title": "Bad Request",
  "status": 400,
  "detail": "Not valid: /title.",
  "instance": "/api/v1/challenges/",
  "code": "invalid",
  "request_id": "0f9d6f0c4c5e4f0b8a3c51d2e7a96b04",
  "errors": [{"pointer": "/title", "code": "required", "detail": "This field is required."}]
}
```

Under `default` stands what any operation can answer: 405 (wrong method), 406 (only JSON is
served), 413 (a body over 1 MiB), 414 (an address over 4,096 bytes), 415 (only JSON is taken) and
503 with `Retry-After`. Unknown fields and parameters are refused by name, so that a typo does not
look like success.
"""

TAGS: Final = (
    ("auth", "Sign up, log in, stay in, log out; passwords. Most of it needs no token."),
    ("me", "What is yours: profile, entries, bookmarks, votes, tokens for scripts, your data."),
    ("search", "Everything that is published, ranked, whatever it is."),
    ("users", "Public profiles, without e-mail addresses."),
    ("topics", "Technologies and concepts that entries are about. Curators write them."),
    ("learnings", "Technologies, concepts, best practices, takeaways and goals."),
    ("challenges", "Problems that learners met."),
    ("solutions", "How they were solved. One per challenge can be accepted."),
    ("cohorts", "Who learns together, and what their brief asks for."),
    ("imports", "READMEs read into drafts by a worker."),
    ("conflicts", "Where the hub and a README both changed, and whose words to keep."),
    ("revisions", "Proposed changes of published entries."),
    ("sources", "READMEs elsewhere that are imported again whenever they change."),
    ("notifications", "What concerns you."),
    ("subscriptions", "Topics and challenges that you follow."),
)


class NexusDocument(DocumentGenerator):
    """The document of this API."""

    tags = tuple({"name": name, "description": text} for name, text in TAGS)

    def examples(self) -> dict[str, Any]:
        """Answers of the demo, and bodies that it takes."""
        return by_shape()


INFO: Final = openapi.Info(
    title="Nexus",
    default_version=settings.VERSION,
    license=openapi.License("MIT", "https://opensource.org/license/mit"),
    description=INTRODUCTION.strip(),
)
view = get_schema_view(
    INFO,
    url="",  # no host in the document: it is good at every address that serves it
    public=True,
    generator_class=NexusDocument,
    authentication_classes=[],
    permission_classes=[AllowAny],
)


def swagger_document() -> dict[str, Any]:
    """The document in Swagger 2.0, which the pages show, as plain dictionaries."""
    made = NexusDocument(INFO, url="", urlconf=settings.ROOT_URLCONF).get_schema()
    document: dict[str, Any] = json.loads(OpenAPICodecJson([]).encode(made))
    return document


def openapi_document() -> dict[str, Any]:
    """The same in OpenAPI 3.1, from which clients are generated."""
    return upgraded(swagger_document())


def written(document: dict[str, Any]) -> str:
    """A document as it is committed under `contracts/`: indented JSON with a last line break."""
    return f"{json.dumps(document, indent=4, ensure_ascii=False)}\n"


@cache
def _served() -> bytes:
    return json.dumps(openapi_document(), ensure_ascii=False).encode()


@require_safe
def openapi_json(_request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI 3.1 document, whoever asks: it holds nobody's data."""
    return HttpResponse(_served(), content_type="application/json")


urlpatterns = [
    path("swagger/", view.with_ui("swagger"), name="swagger"),
    path("redoc/", view.with_ui("redoc"), name="redoc"),
    path("swagger.json", view.without_ui(), {"format": "json"}, name="swagger-json"),
    path("swagger.yaml", view.without_ui(), {"format": "yaml"}, name="swagger-yaml"),
    path("openapi.json", openapi_json, name="openapi-json"),
]
