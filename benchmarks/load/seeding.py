"""A small hub to begin with: `python -m benchmarks.load.seeding FILE PEOPLE SEED`.

Runs in a process of its own, inside Django, and leaves in FILE, as JSON, what the load must know:
people with tokens, topics with their followers, and what is published.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

PASSWORD: Final = "a long phrase that everybody here shares"
TOPICS: Final = 8
EACH: Final = 300  # published entries of each type
PEOPLE_PER_CURATOR: Final = 20
FEWEST_CURATORS: Final = 4
WORDS: Final = [
    "connection",
    "refused",
    "timeout",
    "migration",
    "lock",
    "index",
    "cache",
    "token",
    "refresh",
    "query",
    "worker",
    "broker",
    "queue",
    "retry",
    "deadlock",
    "container",
    "volume",
    "proxy",
    "header",
    "cookie",
    "session",
    "upload",
    "parser",
    "encoding",
    "locale",
]


def main(file: Path, people: int, seed: int) -> None:
    """Make and fill the database, and write down what is in it."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    rng = random.Random(seed)
    persons = _people(people)
    topics = _topics()
    followers = _follow(persons, topics, rng)
    published = _entries(persons, topics, rng)
    file.write_text(
        json.dumps(
            {
                "people": _with_tokens(persons),
                "followers": followers,
                "published": {
                    name: [[row.pk, row.author_id] for row in rows]
                    for name, rows in published.items()
                },
            }
        )
    )


def _people(many: int) -> list[Any]:
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group

    from accounts.models import Role, User

    curators = max(FEWEST_CURATORS, many // PEOPLE_PER_CURATOR)
    password = make_password(PASSWORD)  # once: it is slow on purpose
    persons = User.objects.bulk_create(
        User(email=f"person{n}@example.org", display_name=f"Person {n}", password=password)
        for n in range(many)
    )
    for role, those in ((Role.CURATOR, persons[:curators]), (Role.LEARNER, persons[curators:])):
        Group.objects.get(name=role).user_set.add(*those)
    return list(persons)


def _topics() -> list[Any]:
    from learnings.models import Topic, TopicKind

    return [
        Topic.objects.create(
            name=f"Load topic {n}", slug=f"load-topic-{n}", kind=TopicKind.TECHNOLOGY
        )
        for n in range(TOPICS)
    ]


def _follow(persons: list[Any], topics: list[Any], rng: random.Random) -> dict[str, list[int]]:
    """Everybody follows one topic, every third person a second one."""
    from notifications.models import Subscription

    followers: dict[str, list[int]] = {topic.slug: [] for topic in topics}
    rows = []
    for number, person in enumerate(persons):
        for topic in rng.sample(topics, 2 if number % 3 == 0 else 1):
            rows.append(Subscription(user=person, subject=topic.subject))
            followers[topic.slug].append(person.pk)
    Subscription.objects.bulk_create(rows)
    return followers


def _entries(persons: list[Any], topics: list[Any], rng: random.Random) -> dict[str, list[Any]]:
    from django.utils import timezone

    from learnings.models import Challenge, Learning, LearningKind, Solution, Status

    begun = timezone.now() - timedelta(days=1)

    def shared(number: int) -> dict[str, Any]:
        at = begun + timedelta(seconds=number)
        return {
            "author": rng.choice(persons), "status": Status.PUBLISHED,
            "created_at": at, "updated_at": at, "published_at": at,
        }  # fmt: skip

    def text() -> str:
        return " ".join(rng.choices(WORDS, k=60))

    challenges = Challenge.objects.bulk_create(
        Challenge(title=f"Seeded challenge {n}", problem=text(), **shared(n)) for n in range(EACH)
    )
    made: dict[str, list[Any]] = {
        "challenge": challenges,
        "learning": Learning.objects.bulk_create(
            Learning(
                kind=rng.choice(LearningKind.values), title=f"Seeded learning {n}", body=text(),
                **shared(n),
            )
            for n in range(EACH)
        ),
        "solution": Solution.objects.bulk_create(
            Solution(challenge=rng.choice(challenges), body=text(), **shared(n))
            for n in range(EACH)
        ),
    }  # fmt: skip
    for rows in made.values():
        _label(rows, topics, rng)
    return made


def _label(rows: list[Any], topics: list[Any], rng: random.Random) -> None:
    """Two topics for each entry, all by one statement."""
    entries = type(rows[0])
    links = entries.topics.through
    links.objects.bulk_create(
        links(**{f"{entries._meta.model_name}_id": row.pk, "topic_id": topic.pk})
        for row in rows
        for topic in rng.sample(topics, 2)
    )


def _with_tokens(persons: list[Any]) -> list[dict[str, Any]]:
    from django.utils import timezone

    from accounts import tokens

    told = []
    for person in persons:
        pair = tokens.start_family(person, at=timezone.now())
        told.append(
            {
                "id": person.pk,
                "email": person.email,
                "curates": person.curates,
                "access": pair.access,
                "refresh": pair.refresh,
            }
        )
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
