"""What is private shows nowhere else: a thousand requests of everybody, mixed, over every address.

Each private text carries a canary, a word that stands nowhere else, and the set of people who may
read it. What is remembered for all may hold none of them. Searches ask for a lure, a word beside
the canary, because an answer may repeat what it was asked.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from accounts.models import PersonalToken, Role, User
from learnings.models import Status
from notifications.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.learnings import (
    PUBLISHED_AT,
    ChallengeFactory,
    ImportRunFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    SourceFactory,
    TopicFactory,
)
from tests.factories.notifications import NotificationFactory

REQUESTS = 1000
LURE = "axolotl"


@dataclass
class Aviary:
    """The canaries: each word, and the names of the people who may see it."""

    seen_by: dict[str, frozenset[str]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def new(self, *people: str) -> str:
        """A word with a number that nothing else holds."""
        word = f"canary{next(self.numbers):04d}x"
        self.seen_by[word] = frozenset(people)
        return word

    def text(self, *people: str) -> str:
        """A sentence with a canary and the lure."""
        return f"{LURE} {self.new(*people)}"

    def caught(self, text: str, *, persona: str, by_all: bool) -> list[str]:
        """The canaries in `text` that should not be there."""
        return [
            word
            for word, people in self.seen_by.items()
            if word in text and (by_all or persona not in people)
        ]


@pytest.fixture
def people(db) -> dict[str, User | None]:
    return {
        "anonymous": None,
        "owner": UserFactory(),
        "other": UserFactory(),
        "curator": UserFactory(role=Role.CURATOR),
        "admin": UserFactory(role=Role.ADMIN),
    }


@pytest.fixture
def aviary(people) -> Aviary:
    """Private things of every kind, beside published ones of the same people."""
    made, owner, other = Aviary(), people["owner"], people["other"]
    reviewers = ("curator", "admin")
    topic = TopicFactory(name="Public topic")
    for state in ("draft", "in_review", "rejected", "retracted"):
        trait = {} if state == "draft" else {state: True}
        for author, name in ((owner, "owner"), (other, "other")):
            seen_by = (name, *reviewers)
            text = made.text
            LearningFactory(
                author=author, topics=[topic], title=text(*seen_by), body=text(*seen_by), **trait
            )
            challenge = ChallengeFactory(
                author=author, topics=[topic], title=text(*seen_by), problem=text(*seen_by), **trait
            )
            SolutionFactory(author=author, body=text(*seen_by), **trait)
            third = "other" if name == "owner" else "owner"
            SolutionFactory(
                author=people[third],
                challenge=challenge,
                body=text(third, *reviewers),
                published=True,
            )
        LearningFactory(
            author=owner, status=Status.REJECTED, review_reason=made.new("owner", *reviewers)
        )
    for author, name in ((owner, "owner"), (other, "other")):
        learning = LearningFactory(author=author, topics=[topic], published=True)
        RevisionFactory(learning=learning, changes={"title": made.text(name, *reviewers)})
        challenge = ChallengeFactory(author=author, topics=[topic], published=True)
        SolutionFactory(author=author, challenge=challenge, published=True, accepted=True)
        SolutionFactory(author=author, challenge=challenge, body=made.text(name, *reviewers))
        ImportRunFactory(
            author=author, content=made.text(name).encode(), document=made.new(name, *reviewers)
        )
        SourceFactory(user=author, url=f"https://github.com/owner/{made.new(name, *reviewers)}")
        NotificationFactory(user=author, event=Event.ENTRY_REJECTED, text=made.new(name))
        PersonalToken.objects.create(
            user=author, name=made.new(name), digest=name, scopes=["read"], expires_at=PUBLISHED_AT
        )
    TopicFactory(name=made.text(*reviewers), slug="proposed", is_proposed=True)
    UserFactory(is_active=False, bio=made.new(*reviewers), display_name=made.text(*reviewers))
    for name, person in people.items():
        if person is not None:
            word = made.new(name)
            User.objects.filter(pk=person.pk).update(email=f"{word}@example.org")
    return made


def addresses() -> list[str]:
    """Every kind of address that answers with entries, people or topics, and ways to ask."""
    lists = ["learnings/", "challenges/", "solutions/"]
    asked = [
        "", "?page=1", "?page=1&page_size=1", "?page_size=2", "?ordering=-votes_count",
        "?fields=id,status", "?expand=author,topics", f"?search={LURE}", f"?search={LURE}&page=1",
        "?author=me", "?status=DRAFT", "?status=REJECTED",
        "?status=DRAFT&author=me", "?author={owner}", "?author={other}&expand=author",
        "?created_after=2000-01-01T00:00:00Z", "?author=%20me", "?nonsense=1",
    ]  # fmt: skip
    of_entries = [f"{name}{query}" for name in lists for query in asked]
    of_one = [
        f"{name}{{{kind}}}/{query}"
        for name, kind in zip(lists, ("learning", "challenge", "solution"), strict=True)
        for query in ("", "revisions/", "?expand=author,topics", "?fields=id")
    ]
    return [
        *of_entries, *of_one, *of_one,
        "challenges/?expand=solutions", "challenges/?expand=solutions,author,topics",
        "challenges/{challenge}/?expand=solutions", "challenges/{challenge}/solutions/",
        "challenges/{challenge}/solutions/?page=1", "challenges/{challenge}/solutions/?author=me",
        "challenges/{challenge}/solutions/?status=DRAFT", "challenges/?solved=true",
        f"search/?q={LURE}", f"search/?q={LURE}&type=CHALLENGE", f"challenges/similar/?q={LURE}",
        "topics/", "topics/?page=1", f"topics/?search={LURE}", "topics/?proposed=true",
        "topics/{topic}/",
        "users/", "users/?page=1", f"users/?search={LURE}", "users/{user}/", "users/{user}/readme/",
        "cohorts/", "revisions/", "imports/", "imports/{import}/", "sources/", "subscriptions/",
        "notifications/", "me/", "me/entries/", "me/bookmarks/", "me/votes/",
        "me/export/", "me/tokens/",
        "me/notification-preferences/",
    ]  # fmt: skip


@pytest.fixture
def things(aviary, people) -> dict[str, list[Any]]:
    """What can stand in an address, by its name there."""
    from learnings.models import Challenge, ImportRun, Learning, Solution, Topic

    models = {
        "learning": Learning,
        "challenge": Challenge,
        "solution": Solution,
        "import": ImportRun,
    }
    return {
        **{
            name: list(model.objects.values_list("pk", flat=True)) for name, model in models.items()
        },
        "topic": list(Topic.objects.values_list("slug", flat=True)),
        "user": list(User.objects.values_list("pk", flat=True)),
        "owner": [people["owner"].pk],
        "other": [people["other"].pk],
    }


def test_no_canary_is_seen_where_it_does_not_belong(
    api, people, aviary, things, settings, django_capture_on_commit_callbacks
):
    settings.PUBLIC_READ = True
    clients = {name: api(person) for name, person in people.items()}
    chance = random.Random(4)
    asked = addresses()
    statuses: dict[int, int] = {}
    hits = 0
    for number in range(REQUESTS):
        persona = chance.choice(list(clients))
        # Every address at least twice, the rest by chance, each by whoever comes along.
        template = asked[number % len(asked)] if number < 2 * len(asked) else chance.choice(asked)
        address = template.format(**{name: chance.choice(ids) for name, ids in things.items()})
        answer = clients[persona].get(f"/api/v1/{address}")

        is_shared = "X-Cache" in answer
        hits += answer.get("X-Cache") == "HIT"
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        text = f"{answer.content.decode()} {answer.headers}"
        escaped = aviary.caught(text, persona=persona, by_all=is_shared)
        assert not escaped, (persona, address, [(word, aviary.seen_by[word]) for word in escaped])
        if number % 50 == 49:  # something changes, and what was remembered is computed anew
            with django_capture_on_commit_callbacks(execute=True):
                LearningFactory(author=people["owner"], published=True)

    assert set(statuses) <= {200, 400, 401, 403, 404}, statuses
    assert statuses[200] > REQUESTS / 3, statuses
    assert hits > REQUESTS / 20, hits


def test_the_lure_is_found_by_those_who_may_and_by_nobody_else(api, people, aviary, settings):
    settings.PUBLIC_READ = True
    for persona, person in people.items():
        client = api(person)
        for address in (
            f"search/?q={LURE}",
            f"challenges/similar/?q={LURE}",
            f"challenges/?search={LURE}&page=1",
        ):
            answer = client.get(f"/api/v1/{address}").json()
            assert answer["results"] == [], (persona, address)
            assert answer.get("count", 0) == 0, (persona, address)
    mine = api(people["owner"]).get(f"/api/v1/challenges/?author=me&search={LURE}").json()
    assert mine["results"], "the lure can be found at all"


@pytest.mark.parametrize("persona", ["anonymous", "owner", "other", "curator", "admin"])
def test_what_is_counted_is_published(api, people, aviary, settings, persona):
    settings.PUBLIC_READ = True
    client = api(people[persona])

    topics = {topic["name"]: topic for topic in client.get("/api/v1/topics/").json()["results"]}
    challenges = client.get("/api/v1/challenges/?page=1").json()

    assert topics["Public topic"]["learnings_count"] == 2
    assert topics["Public topic"]["challenges_count"] == 2
    assert challenges["count"] == len(challenges["results"])
    assert {c["solutions_count"] for c in challenges["results"]} <= {0, 1}
