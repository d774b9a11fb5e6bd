"""Who may do what: every address, every method, every role, own and others'.

One table. Its addresses are compared with the URL resolver, so an address that is not in the
table fails the suite, and so does a row whose address is gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLResolver, get_resolver

from accounts.models import Role, User
from notifications.models import Subscription
from tests.factories.accounts import (
    PASSWORD,
    CohortFactory,
    PersonalTokenFactory,
    UserFactory,
)
from tests.factories.learnings import (
    BriefFactory,
    ChallengeFactory,
    ImportConflictFactory,
    ImportRunFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    SourceFactory,
    TopicFactory,
)

BASE = "/api/v1/"
PERSONAS = ("anonymous", "owner", "other", "curator", "admin")


@dataclass(frozen=True)
class Row:
    """One method of one address on things in one state, and each persona's status code.

    `make(owner)` makes the thing and returns what stands in the address, several things as a tuple;
    `body` is what is sent.
    """

    method: str
    address: str
    state: str
    make: Callable[[User], Any]
    statuses: tuple[int, int, int, int, int]
    body: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.address} {self.state}".strip()

    def path(self, owner: User) -> str:
        """The whole address of the thing, which is made now."""
        made = self.make(owner)
        return BASE + self.address.format(*(made if isinstance(made, tuple) else (made,)))


def nothing(_owner: User) -> str:
    return ""


ENTRIES = {
    "learnings": (LearningFactory, {"title": "T", "kind": "CONCEPT"}),
    "challenges": (ChallengeFactory, {"title": "T"}),
    "solutions": (SolutionFactory, {"body": "B"}),
}
STATES = ("draft", "in_review", "published", "rejected", "retracted")

HIDDEN = {"draft", "in_review", "rejected", "retracted"}
SEEN_BY_ALL = (401, 200, 200, 200, 200)
SEEN_BY_SOME = (401, 200, 404, 200, 200)
REFUSED = (401, 409, 404, 409, 409)
# Each row has the method, the action, what is sent, and by state the statuses of `PERSONAS`.
STEPS: list[tuple[str, str, Any, dict[str, tuple[int, int, int, int, int]]]] = [
    ("GET", "", None, {s: SEEN_BY_SOME if s in HIDDEN else SEEN_BY_ALL for s in STATES}),
    (
        "PATCH", "", {"topics": []},
        {
            "draft": SEEN_BY_SOME,
            "rejected": SEEN_BY_SOME,
            "in_review": (401, 409, 404, 200, 200),
            "published": (401, 202, 403, 200, 200),
            "retracted": (401, 409, 404, 200, 200),
        },
    ),
    (
        "GET", "revisions/", None,
        {"published": SEEN_BY_ALL, "draft": SEEN_BY_SOME},
    ),
    (
        "DELETE", "", None,
        {
            "draft": (401, 204, 404, 204, 204),
            "rejected": (401, 204, 404, 204, 204),
            "retracted": (401, 204, 404, 204, 204),
            "in_review": REFUSED,
            "published": (401, 409, 403, 409, 409),
        },
    ),
    (
        "POST", "submit/", None,
        {
            "draft": (401, 200, 404, 403, 403),
            "rejected": (401, 200, 404, 403, 403),
            "in_review": (401, 409, 404, 403, 403),
            "published": (401, 409, 403, 403, 403),
            "retracted": (401, 409, 404, 403, 403),
        },
    ),
    (
        "POST", "publish/", None,
        {
            "draft": (401, 403, 404, 409, 409),
            "rejected": (401, 403, 404, 409, 409),
            "in_review": (401, 403, 404, 200, 200),
            "published": (401, 403, 403, 409, 409),
            "retracted": (401, 403, 404, 409, 409),
        },
    ),
    (
        "POST", "reject/", {"reason": "Say more."},
        {
            "draft": (401, 403, 404, 409, 409),
            "rejected": (401, 403, 404, 409, 409),
            "in_review": (401, 403, 404, 200, 200),
            "published": (401, 403, 403, 409, 409),
            "retracted": (401, 403, 404, 409, 409),
        },
    ),
    (
        "POST", "retract/", None,
        {
            "draft": REFUSED,
            "rejected": REFUSED,
            "in_review": SEEN_BY_SOME,
            "published": (401, 200, 403, 200, 200),
            "retracted": REFUSED,
        },
    ),
    (
        "PUT", "vote/", None,
        {
            "published": (401, 403, 204, 204, 204),
            "draft": (401, 403, 404, 409, 409),
        },
    ),
    (
        "DELETE", "vote/", None,
        {
            "published": (401, 204, 204, 204, 204),
            "draft": (401, 204, 404, 204, 204),
        },
    ),
    (
        "PUT", "bookmark/", None,
        {
            "published": (401, 204, 204, 204, 204),
            "draft": (401, 204, 404, 204, 204),
        },
    ),
    (
        "DELETE", "bookmark/", None,
        {
            "published": (401, 204, 204, 204, 204),
            "draft": (401, 204, 404, 204, 204),
        },
    ),
]  # fmt: skip


def entry_in(factory: Any, state: str) -> Callable[[User], int]:
    """Makes an entry of the owner's in a state."""
    traits = {} if state == "draft" else {state: True}
    return lambda owner: factory(author=owner, **traits).pk


def entry_rows() -> Iterator[Row]:
    for name, (factory, body) in ENTRIES.items():
        everybody = (401, 200, 200, 200, 200)
        yield Row("GET", f"{name}/", "", nothing, everybody)
        if name != "solutions":
            yield Row("POST", f"{name}/", "", nothing, (401, 201, 201, 201, 201), body)
        for method, action, sent, by_state in STEPS:
            for state, statuses in by_state.items():
                make = entry_in(factory, state)
                yield Row(method, f"{name}/{{}}/{action}", state, make, statuses, sent)


def solution_under(*, published: bool) -> Callable[[User], int]:
    """Makes a published solution, by a third person, of the owner's challenge."""
    return lambda owner: (
        SolutionFactory(
            challenge=ChallengeFactory(author=owner, published=True), published=published
        ).pk
    )


def proposal(owner: User) -> int:
    """Makes a proposal for a published learning of the owner's."""
    return RevisionFactory(learning__author=owner).pk


def conflict_of(owner: User) -> tuple[int, int]:
    """Makes a conflict in an import of the owner's."""
    conflict = ImportConflictFactory(import_run__author=owner)
    return conflict.import_run_id, conflict.number


def body_for_draft_challenge(owner: User) -> dict[str, Any]:
    return {"challenge": ChallengeFactory(author=owner).pk, "body": "B"}


def body_for_open_challenge(owner: User) -> dict[str, Any]:
    return {"challenge": ChallengeFactory(author=owner, published=True).pk, "body": "B"}


ROWS = [
    *entry_rows(),
    Row("POST", "solutions/", "open challenge", nothing, (401, 201, 201, 201, 201),
        body_for_open_challenge),
    Row("POST", "solutions/", "draft challenge", nothing, (401, 409, 400, 409, 409),
        body_for_draft_challenge),
    Row("POST", "solutions/{}/accept/", "published", solution_under(published=True),
        (401, 200, 403, 200, 200)),
    Row("POST", "solutions/{}/accept/", "draft", solution_under(published=False),
        (401, 404, 404, 409, 409)),
    Row("DELETE", "solutions/{}/accept/", "published", solution_under(published=True),
        (401, 204, 403, 204, 204)),
    Row("GET", "challenges/{}/solutions/", "published", entry_in(ChallengeFactory, "published"),
        SEEN_BY_ALL),
    Row("GET", "challenges/{}/solutions/", "draft", entry_in(ChallengeFactory, "draft"),
        SEEN_BY_SOME),
    Row("POST", "challenges/{}/solutions/", "published", entry_in(ChallengeFactory, "published"),
        (401, 201, 201, 201, 201), {"body": "B"}),
    Row("POST", "challenges/{}/solutions/", "draft", entry_in(ChallengeFactory, "draft"),
        REFUSED, {"body": "B"}),
    Row("GET", "search/", "", nothing, SEEN_BY_ALL, {"q": "word"}),
    Row("GET", "challenges/similar/", "", nothing, SEEN_BY_ALL, {"q": "word"}),
    Row("GET", "topics/", "", nothing, SEEN_BY_ALL),
    Row("POST", "topics/", "", nothing, (401, 403, 403, 201, 201),
        {"name": "New", "kind": "CONCEPT"}),
    Row("GET", "topics/{}/", "", lambda _: TopicFactory().slug, SEEN_BY_ALL),
    Row("PATCH", "topics/{}/", "", lambda _: TopicFactory().slug, (401, 403, 403, 200, 200),
        {"kind": "CONCEPT"}),
    Row("GET", "topics/{}/", "proposed", lambda _: TopicFactory(is_proposed=True).slug,
        (401, 404, 404, 200, 200)),
    Row("POST", "topics/{}/confirm/", "", lambda _: TopicFactory(is_proposed=True).slug,
        (401, 403, 403, 200, 200)),
    Row("POST", "topics/{}/merge/", "", lambda _: TopicFactory().slug, (401, 403, 403, 200, 200),
        lambda _: {"into": TopicFactory().slug}),
    Row("DELETE", "topics/{}/", "", lambda _: TopicFactory().slug, (401, 403, 403, 204, 204)),
    Row("GET", "cohorts/", "", nothing, SEEN_BY_ALL),
    Row("GET", "cohorts/{}/", "", lambda _: CohortFactory().pk, SEEN_BY_ALL),
    Row("GET", "cohorts/{}/brief/", "", lambda _: BriefFactory().cohort_id, SEEN_BY_ALL),
    Row("GET", "imports/", "", nothing, SEEN_BY_ALL),
    Row("POST", "imports/", "", nothing, (401, 202, 202, 202, 202), {"text": "# R"}),
    Row("GET", "imports/{}/", "", lambda owner: ImportRunFactory(author=owner).pk, SEEN_BY_SOME),
    Row("POST", "imports/", "by address", nothing, (401, 202, 202, 202, 202),
        {"source_url": "https://github.com/owner/name"}),
    Row("GET", "sources/", "", nothing, SEEN_BY_ALL),
    Row("POST", "sources/", "", nothing, (401, 201, 201, 201, 201),
        {"url": "https://github.com/owner/name"}),
    Row("DELETE", "sources/{}/", "", lambda owner: SourceFactory(user=owner).pk,
        (401, 204, 404, 404, 404)),
    Row("POST", "imports/{}/submit/", "", lambda owner: ImportRunFactory(author=owner).pk,
        (401, 200, 404, 403, 403)),
    Row("GET", "imports/{}/conflicts/", "", lambda owner: ImportRunFactory(author=owner).pk,
        SEEN_BY_SOME),
    Row("POST", "imports/{}/conflicts/{}/", "", conflict_of, SEEN_BY_SOME, {"keep": "README"}),
    Row("GET", "revisions/", "", nothing, SEEN_BY_ALL),
    Row("GET", "revisions/{}/", "", proposal, SEEN_BY_SOME),
    Row("POST", "revisions/{}/approve/", "", proposal, (401, 403, 404, 200, 200)),
    Row("POST", "revisions/{}/reject/", "", proposal, (401, 403, 404, 200, 200),
        {"reason": "Say more."}),
    Row("POST", "auth/register/", "", nothing, (201, 201, 201, 201, 201),
        lambda _: {"email": "new@example.org", "password": "a long and lovely phrase",
                   "display_name": "N", "track": "BACKEND"}),
    Row("POST", "auth/token/", "", nothing, (200, 200, 200, 200, 200),
        lambda owner: {"email": owner.email, "password": PASSWORD}),
    Row("POST", "auth/token/refresh/", "forged", nothing, (401, 401, 401, 401, 401),
        {"refresh": "x.y.z"}),
    Row("POST", "auth/token/verify/", "forged", nothing, (401, 401, 401, 401, 401),
        {"token": "x.y.z"}),
    Row("POST", "auth/logout/", "forged", nothing, (401, 401, 401, 401, 401),
        {"refresh": "x.y.z"}),
    Row("POST", "auth/password/change/", "", nothing, (401, 204, 204, 204, 204),
        {"old_password": PASSWORD, "new_password": "another long and lovely phrase"}),
    Row("POST", "auth/password/reset/", "", nothing, (202, 202, 202, 202, 202),
        lambda owner: {"email": owner.email}),
    Row("POST", "auth/password/reset/confirm/", "forged", nothing, (400, 400, 400, 400, 400),
        {"token": "x.y", "new_password": "another long and lovely phrase"}),
    Row("POST", "auth/email/verify/", "", nothing, (202, 202, 202, 202, 202),
        lambda owner: {"email": owner.email}),
    Row("POST", "auth/email/verify/", "forged", nothing, (400, 400, 400, 400, 400),
        {"token": "x.y"}),
    Row("GET", "me/tokens/", "", nothing, SEEN_BY_ALL),
    Row("POST", "me/tokens/", "", nothing, (401, 201, 201, 201, 201),
        {"name": "Script", "scopes": ["read"]}),
    Row("DELETE", "me/tokens/{}/", "", lambda owner: PersonalTokenFactory(user=owner).pk,
        (401, 204, 404, 404, 404)),
    Row("GET", "", "index", nothing, SEEN_BY_ALL),
    Row("GET", "me/", "", nothing, SEEN_BY_ALL),
    Row("PATCH", "me/", "", nothing, SEEN_BY_ALL, {"bio": "B"}),
    Row("PATCH", "me/", "role", nothing, (401, 400, 400, 400, 400), {"role": "ADMIN"}),
    Row("DELETE", "me/", "last admin", nothing, (401, 204, 204, 204, 409)),
    Row("GET", "me/export/", "", nothing, SEEN_BY_ALL),
    Row("GET", "me/notification-preferences/", "", nothing, SEEN_BY_ALL),
    Row("PATCH", "me/notification-preferences/", "", nothing, SEEN_BY_ALL,
        {"email": {"ENTRY_PUBLISHED": False}}),
    Row("GET", "me/entries/", "", nothing, SEEN_BY_ALL),
    Row("GET", "me/bookmarks/", "", nothing, SEEN_BY_ALL),
    Row("GET", "me/votes/", "", nothing, SEEN_BY_ALL),
    Row("GET", "users/", "", nothing, SEEN_BY_ALL),
    Row("GET", "users/{}/", "active", lambda owner: owner.pk, SEEN_BY_ALL),
    Row("GET", "users/{}/", "deactivated", lambda _: UserFactory(is_active=False).pk,
        (401, 404, 404, 200, 200)),
    Row("GET", "users/{}/readme/", "active", lambda owner: owner.pk, SEEN_BY_ALL),
    Row("GET", "users/{}/readme/", "deactivated", lambda _: UserFactory(is_active=False).pk,
        (401, 404, 404, 200, 200)),
    Row("GET", "notifications/", "", nothing, SEEN_BY_ALL),
    Row("POST", "notifications/read/", "", nothing, (401, 204, 204, 204, 204), {"all": True}),
    Row("GET", "subscriptions/", "", nothing, SEEN_BY_ALL),
    Row("POST", "subscriptions/", "draft challenge", nothing, (401, 201, 400, 201, 201),
        lambda owner: {"challenge": ChallengeFactory(author=owner).pk}),
    Row("DELETE", "subscriptions/{}/", "",
        lambda owner: Subscription.objects.get_or_create(user=owner, subject="topic:1")[0].pk,
        (401, 204, 404, 404, 404)),
]  # fmt: skip


def api_addresses() -> set[tuple[str, str]]:
    """Every method and address that the URL resolver knows below the base."""
    found = set()
    for route, callback in _routes(get_resolver(), ""):
        if f"/{route}".startswith(BASE):
            address = re.sub(r"\(\?P<\w+>(?:\[[^\]]*\]|[^()\[\]])*\)|<[^>]+>", "{}", route)
            address = address.replace("^", "").replace("$", "").removeprefix(BASE.strip("/") + "/")
            found |= {(method, address) for method in _methods(callback)}
    return found


def _routes(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        else:
            yield route, pattern.callback


def _methods(callback: Any) -> set[str]:
    view = callback.cls
    handled = getattr(callback, "actions", None) or {
        name for name in view.http_method_names if hasattr(view, name)
    }
    return {name.upper() for name in handled if name in view.http_method_names} - {
        "HEAD",
        "OPTIONS",
    }


def test_the_table_holds_every_address_and_no_other():
    listed = {(row.method, row.address) for row in ROWS}
    assert api_addresses() - listed == set(), "not in the table"
    assert listed - api_addresses() == set(), "in the table, but not served"


@pytest.fixture
def people(db) -> dict[str, User | None]:
    return {
        "anonymous": None,
        "owner": UserFactory(),
        "other": UserFactory(),
        "curator": UserFactory(role=Role.CURATOR),
        "admin": UserFactory(role=Role.ADMIN),
    }


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_persona_gets_what_is_theirs(api, people, row):
    answered = {}
    for persona, user in people.items():
        # Each persona meets the thing as it was made, whatever the one before did to it.
        with transaction.atomic():
            body = row.body(people["owner"]) if callable(row.body) else row.body
            answer = getattr(api(user), row.method.lower())(row.path(people["owner"]), body)
            answered[persona] = answer.status_code
            transaction.set_rollback(True)
    assert answered == dict(zip(PERSONAS, row.statuses, strict=True))


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("role", [Role.CURATOR, Role.ADMIN])
def test_nobody_reviews_their_own_entries(api, db, name, role):
    reviewer = UserFactory(role=role)
    own = ENTRIES[name][0](author=reviewer, in_review=True)
    client = api(reviewer)
    assert client.post(f"{BASE}{name}/{own.pk}/publish/").status_code == 403
    assert client.post(f"{BASE}{name}/{own.pk}/reject/", {"reason": "r"}).status_code == 403


@pytest.mark.parametrize(("method", "address"), sorted({(r.method, r.address) for r in ROWS}))
def test_no_other_method_is_served(api, people, method, address):
    served = {m for m, a in api_addresses() if a == address}
    client = api(people["admin"])
    for other in {"GET", "POST", "PUT", "PATCH", "DELETE"} - served:
        row = next(row for row in ROWS if row.address == address)
        answer = getattr(client, other.lower())(row.path(people["owner"]))
        assert answer.status_code == 405, other
