"""In which order the collection asks, so that it runs from top to bottom on a fresh demo hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LEARNER: Final = "access"  # the variables that hold the access tokens of three people
CURATOR: Final = "curatorAccess"
NEWCOMER: Final = "newcomerAccess"
NOBODY: Final = ""

FIRST: Final = "Start here"
LAST: Final = "At the end"
DEMO: Final = {"email": "learner@nexus.demo", "curatorEmail": "curator@nexus.demo"}
NEWCOMER_EMAIL: Final = (
    'pm.collectionVariables.set("newcomerEmail", `newcomer-${Date.now()}@example.org`);'
)


@dataclass(frozen=True, slots=True)
class Step:
    """One request: `address` is a method and a path of the document, such as `GET /me/`.

    `keeps` are variables and where in the answer their values are; `uses` are the variables that
    fill parameters of the path; `also` are statuses that are as good as a success.
    """

    address: str
    name: str = ""
    by: str = LEARNER
    uses: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    keeps: Mapping[str, str] = field(default_factory=dict)
    also: tuple[int, ...] = ()
    before: str = ""


def _log_in(name: str, email: str, password: str, **keeps: str) -> Step:
    body = {"email": f"{{{{{email}}}}}", "password": f"{{{{{password}}}}}"}
    return Step("POST /auth/token/", name, by=NOBODY, body=body, keeps=keeps)


def _life_of(kind: str, one: str, body: dict[str, Any], change: dict[str, Any]) -> tuple[Step, ...]:
    """An entry from draft to gone, as its author and a curator see it."""
    at, uses = f"/{kind}/", {"id": f"{one}Id"}
    row = f"{at}{{id}}/"
    return (
        Step(f"POST {at}", body=body, keeps={f"{one}Id": "id"}),
        Step(f"GET {row}", uses=uses),
        Step(f"PATCH {row}", uses=uses, body=change),
        Step(f"POST {row}submit/", uses=uses),
        Step(
            f"POST {row}reject/",
            by=CURATOR,
            uses=uses,
            body={"reason": "Say what you tried first."},
        ),
        Step(f"POST {row}submit/", "Submit it again", uses=uses),
        Step(f"POST {row}publish/", by=CURATOR, uses=uses),
        Step(f"PUT {row}vote/", by=CURATOR, uses=uses),
        Step(f"DELETE {row}vote/", by=CURATOR, uses=uses),
        Step(f"PUT {row}bookmark/", uses=uses),
        Step(f"DELETE {row}bookmark/", uses=uses),
        Step(f"GET {at}{{entry_id}}/revisions/", uses={"entry_id": f"{one}Id"}),
    )


def _end_of(kind: str, one: str) -> tuple[Step, ...]:
    uses = {"id": f"{one}Id"}
    return (
        Step(f"POST /{kind}/{{id}}/retract/", uses=uses),
        Step(f"DELETE /{kind}/{{id}}/", uses=uses),
    )


OPENING: Final = (
    _log_in("Log in", "email", "password", access="access", refresh="refresh"),
    _log_in("Log in as the curator", "curatorEmail", "curatorPassword", curatorAccess="access"),
    Step(
        "POST /auth/register/",
        by=NOBODY,
        before=NEWCOMER_EMAIL,
        body={
            "email": "{{newcomerEmail}}",
            "password": "{{newcomerPassword}}",
            "display_name": "Nomsa Newcomer",
            "track": "FRONTEND",
        },
        keeps={"newcomerId": "id"},
    ),
    _log_in(
        "Log in as the newcomer", "newcomerEmail", "newcomerPassword",
        newcomerAccess="access", newcomerRefresh="refresh",
    ),
)  # fmt: skip

# By the document's tags. What stands nowhere here is asked after these, as the learner.
STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    "auth": (
        Step(
            "POST /auth/token/refresh/",
            by=NOBODY,
            body={"refresh": "{{refresh}}"},
            keeps={"access": "access", "refresh": "refresh"},
        ),
        Step("POST /auth/token/verify/", by=NOBODY, body={"token": "{{access}}"}),
        Step(
            "POST /auth/password/reset/",
            by=NOBODY,
            body={"email": "{{newcomerEmail}}"},
            also=(503,),
        ),
    ),
    "me": (
        Step("GET /me/", keeps={"userId": "id"}),
        Step("PATCH /me/", body={"bio": "I read tracebacks from the bottom up."}),
        Step("GET /me/tokens/"),
        Step(
            "POST /me/tokens/",
            body={"name": "A script of mine", "scopes": ["read"]},
            keeps={"tokenId": "id"},
        ),
        Step("DELETE /me/tokens/{id}/", uses={"id": "tokenId"}),
        Step("PATCH /me/notification-preferences/", body={}),
        Step("GET /me/votes/", query={"ids": "1,2,3"}),
    ),
    "users": (
        Step("GET /users/"),
        Step("GET /users/{id}/", uses={"id": "userId"}),
        Step("GET /users/{id}/readme/", uses={"id": "userId"}),
    ),
    "topics": (
        Step("GET /topics/", query={"search": "django"}),
        Step(
            "POST /topics/",
            by=CURATOR,
            body={"name": "Postman {{newcomerId}}", "kind": "TECHNOLOGY", "aliases": []},
            keeps={"topicSlug": "slug"},
        ),
        Step("GET /topics/{slug}/", uses={"slug": "topicSlug"}),
        Step(
            "PATCH /topics/{slug}/",
            by=CURATOR,
            uses={"slug": "topicSlug"},
            body={"kind": "CONCEPT"},
        ),
        Step("POST /topics/{slug}/confirm/", by=CURATOR, uses={"slug": "topicSlug"}, also=(409,)),
        Step("DELETE /topics/{slug}/", by=CURATOR, uses={"slug": "topicSlug"}),
    ),
    "learnings": (
        Step("GET /learnings/", query={"topic": "django"}),
        *_life_of(
            "learnings",
            "learning",
            {
                "kind": "BEST_PRACTICE",
                "title": "Read the answer's body before its status",
                "body": "`errors` names the field.",
                "topics": ["django"],
            },
            {"title": "Read the whole answer, not its status alone"},
        ),
        *_end_of("learnings", "learning"),
    ),
    "challenges": (
        Step("GET /challenges/", keeps={"publishedChallengeId": "results[0].id"}),
        *_life_of(
            "challenges",
            "challenge",
            {
                "title": "The preflight is refused",
                "problem": "`OPTIONS` answers without `Access-Control-Allow-Origin`.",
                "topics": ["django"],
            },
            {"title": "The preflight is refused on port 5173"},
        ),
        *_end_of("challenges", "challenge"),
    ),
    "solutions": (
        Step("GET /solutions/"),
        Step(
            "POST /challenges/{challenge_id}/solutions/",
            uses={"challenge_id": "publishedChallengeId"},
            body={"body": "Restart it.", "topics": []},
            keeps={"solutionId": "id"},
        ),
        Step(
            "GET /challenges/{challenge_id}/solutions/",
            uses={"challenge_id": "publishedChallengeId"},
        ),
        Step("DELETE /solutions/{id}/", "Discard the draft", uses={"id": "solutionId"}),
        *_life_of(
            "solutions",
            "solution",
            {
                "challenge": "{{publishedChallengeId}}",
                "body": "Name the origin in `NEXUS_CORS_ORIGINS`.",
                "topics": ["django"],
            },
            {"body": "Name the page's origin in `NEXUS_CORS_ORIGINS`."},
        ),
        Step("POST /solutions/{id}/accept/", by=CURATOR, uses={"id": "solutionId"}),
        Step("DELETE /solutions/{id}/accept/", by=CURATOR, uses={"id": "solutionId"}),
        *_end_of("solutions", "solution"),
    ),
    "cohorts": (
        Step("GET /cohorts/", keeps={"cohortId": "results[0].id"}),
        Step("GET /cohorts/{id}/", uses={"id": "cohortId"}),
        Step("GET /cohorts/{id}/brief/", uses={"id": "cohortId"}),
    ),
    "imports": (
        Step(
            "POST /imports/",
            "See what an import would do",
            query={"preview": "true"},
            body={"text": "## Challenges\n\n- **Challenge**: It hangs.\n  - **Solution**: Wait.\n"},
        ),
        Step(
            "POST /imports/",
            body={"text": "## Challenges\n\n- **Challenge**: It hangs.\n  - **Solution**: Wait.\n"},
            keeps={"importId": "id"},
        ),
        Step("GET /imports/{id}/", uses={"id": "importId"}),
        # Whether the worker is done by now is its own affair.
        Step("POST /imports/{id}/submit/", uses={"id": "importId"}, also=(409,)),
    ),
    "conflicts": (
        Step("GET /imports/{import_id}/conflicts/", uses={"import_id": "importId"}),
        Step(
            "POST /imports/{import_id}/conflicts/{number}/",
            "Decide a conflict (there is none here: 404)",
            uses={"import_id": "importId", "number": "newcomerId"},
            body={"keep": "HUB"},
            also=(404,),
        ),
    ),
    "revisions": (
        Step(
            "GET /learnings/",
            "Find something of yours that is published",
            query={"author": "me", "status": "PUBLISHED"},
            keeps={"ownLearningId": "results[0].id"},
        ),
        Step(
            "PATCH /learnings/{id}/",
            "Propose a change of it",
            uses={"id": "ownLearningId"},
            body={"body": "In better words than before."},
            keeps={"revisionId": "id"},
        ),
        Step("GET /revisions/"),
        Step("GET /revisions/{id}/", uses={"id": "revisionId"}),
        Step(
            "POST /revisions/{id}/reject/",
            by=CURATOR,
            uses={"id": "revisionId"},
            body={"reason": "The old words were better."},
        ),
        Step(
            "PATCH /learnings/{id}/",
            "Propose another change of it",
            uses={"id": "ownLearningId"},
            body={"body": "In the best words so far."},
            keeps={"revisionId": "id"},
        ),
        Step("POST /revisions/{id}/approve/", by=CURATOR, uses={"id": "revisionId"}),
    ),
    "sources": (
        Step("GET /sources/"),
        # Only what the hub is allowed to fetch from can be followed: NEXUS_SOURCE_HOSTS.
        Step(
            "POST /sources/",
            body={"url": "https://github.com/octocat/Hello-World"},
            keeps={"sourceId": "id"},
            also=(400,),
        ),
        Step("DELETE /sources/{id}/", uses={"id": "sourceId"}, also=(404,)),
    ),
    "notifications": (
        Step("GET /notifications/", query={"unread": "true"}),
        Step("POST /notifications/read/", body={"all": True}),
    ),
    "subscriptions": (
        Step("GET /subscriptions/"),
        Step("POST /subscriptions/", body={"topic": "postgresql"}, keeps={"subscriptionId": "id"}),
        Step("DELETE /subscriptions/{id}/", uses={"id": "subscriptionId"}),
    ),
    "search": (
        Step("GET /search/", query={"q": "django"}),
        Step("GET /challenges/similar/", query={"q": "connection refused"}),
    ),
}

CLOSING: Final = (
    Step(
        "POST /auth/password/change/",
        by=NEWCOMER,
        body={
            "old_password": "{{newcomerPassword}}",
            "new_password": "another-{{newcomerPassword}}",
        },
    ),
    Step(
        "POST /auth/token/",
        "Log in with the new password",
        by=NOBODY,
        body={"email": "{{newcomerEmail}}", "password": "another-{{newcomerPassword}}"},
        keeps={"newcomerAccess": "access"},
    ),
    Step("DELETE /me/", "Leave the hub, as the newcomer", by=NEWCOMER),
    Step("POST /auth/logout/", by=NOBODY, body={"refresh": "{{refresh}}"}),
)
