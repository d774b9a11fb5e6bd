"""Requests that write entries, marks and imports, and what they enter into the books."""

from __future__ import annotations

import random
from typing import Any, Final

from .client import Answer
from .ledger import KINDS, TYPES, Entry, Import, Kind, Mark, Type
from .reading import API, text_of
from .seeding import WORDS
from .world import Ask, Lie, Repeatable, World, taken

README: Final = """# {name}

## Technologies & Tools

- **Alpha {name}**: keeps pages warm for readers
- **Beta {name}**: carries messages to workers

## Challenges

### Slow pages of {name}

**Problem:** One query per card, which nobody saw on a laptop with twenty rows of {name}.

**Solution:** A join instead of a loop over all that was found for {name}.
"""
README_ENTRIES: Final = 4  # two technologies, a challenge and its solution


def create(world: World, rng: random.Random) -> Ask:
    """A draft with words and topics of its own, every third time under a key of its own."""
    type_, name = rng.choice(TYPES), _name(rng)
    author = world.somebody(rng)
    topics = tuple(rng.sample(world.topics, rng.choice([0, 1, 2])))
    body, challenge_author = _body(world, rng, type_, name)
    text = body["body"] if type_ == "solution" else body["title"]

    def then(answer: Answer) -> None:
        entry = Entry(
            type_, answer.json["id"], author.id, text, topics=topics,
            challenge_author=challenge_author,
        )  # fmt: skip
        if text_of(entry, answer) != text:
            raise Lie(f"{entry.address} says {text_of(entry, answer)!r} instead of {text!r}")
        world.ledger.enter(entry)
        world.drafts.append(entry)
        if ask.headers:
            world.repeatable.append(Repeatable(ask, entry.id))

    ask = Ask(
        "create", "POST", f"{API}/{type_}s/", (201,), author,
        body={**body, "topics": list(topics)},
        headers={"Idempotency-Key": name} if rng.random() < 1 / 3 else {},
        then=then,
        otherwise=lambda: world.ledger.in_doubt.update([type_]),
    )  # fmt: skip
    return ask


def _body(world: World, rng: random.Random, type_: Type, name: str) -> tuple[dict[str, Any], int]:
    """What is sent, and of a solution whose challenge it solves, else 0."""
    words = " ".join(rng.choices(WORDS, k=40))
    if type_ == "solution":
        challenge = world.something(rng, ["challenge"])
        return {"challenge": challenge.id, "body": f"{name} {words}"}, challenge.author
    if type_ == "learning":
        return {"kind": "CONCEPT", "title": f"Learning {name}", "body": words}, 0
    return {"title": f"Challenge {name}", "problem": f"{words}\n\n```\n{name}\n```"}, 0


def repeat(world: World, rng: random.Random) -> Ask | None:
    """A creation sent again under its key, as a client does that heard nothing."""
    if not world.repeatable:
        return None
    first = rng.choice(world.repeatable)

    def then(answer: Answer) -> None:
        if answer.json["id"] != first.id or "idempotency-replayed" not in answer.headers:
            raise Lie(f"{first.ask.path}{first.id}/ was created a second time")

    return Ask(
        "create again", "POST", first.ask.path, (201,), first.ask.person,
        body=first.ask.body, headers=first.ask.headers, then=then,
    )  # fmt: skip


def edit(world: World, rng: random.Random) -> Ask | None:
    """Other words for a draft."""
    entry: Entry | None = taken(world.drafts, rng)
    if entry is None:
        return None
    entry.asked_text = f"{entry.text[:200]} {_name(rng)}"

    def then(answer: Answer) -> None:
        if text_of(entry, answer) != entry.asked_text:
            raise Lie(f"{entry.address} was changed to something else")
        entry.text, entry.asked_text = entry.asked_text, None
        world.drafts.append(entry)

    field = "body" if entry.type == "solution" else "title"
    return Ask(
        "edit", "PATCH", entry.address, (200,), world.by_id[entry.author],
        body={field: entry.asked_text}, then=then, otherwise=lambda: _doubt(entry),
    )  # fmt: skip


def submit(world: World, rng: random.Random) -> Ask | None:
    """A draft into review."""
    entry: Entry | None = taken(world.drafts, rng)
    if entry is None:
        return None

    def then(answer: Answer) -> None:
        if answer.json["status"] != "IN_REVIEW":
            raise Lie(f"{entry.address} was submitted and is {answer.json['status']}")
        entry.status, entry.was_submitted = "IN_REVIEW", True
        world.waiting.append(entry)

    return Ask(
        "submit", "POST", f"{entry.address}submit/", (200,), world.by_id[entry.author],
        then=then, otherwise=lambda: _doubt(entry),
    )  # fmt: skip


def publish(world: World, rng: random.Random) -> Ask | None:
    """An entry out of review, by a curator who did not write it."""
    entry: Entry | None = taken(world.waiting, rng)
    if entry is None:
        return None

    def then(answer: Answer) -> None:
        if answer.json["status"] != "PUBLISHED":
            raise Lie(f"{entry.address} was published and is {answer.json['status']}")
        world.was_published(entry, answer.json["published_at"])

    curator = rng.choice([person for person in world.curators if person.id != entry.author])
    return Ask(
        "publish", "POST", f"{entry.address}publish/", (200,), curator,
        then=then, otherwise=lambda: _doubt(entry),
    )  # fmt: skip


def mark(world: World, rng: random.Random) -> Ask | None:
    """A vote for somebody else's entry, or a bookmark; sometimes one that is there already."""
    person, entry = world.somebody(rng), world.something(rng)
    kind: Kind = rng.choice(KINDS)
    if kind == "vote" and entry.author == person.id:
        return None
    return _marking(world, (kind, person.id, entry.type, entry.id), on=True)


def unmark(world: World, rng: random.Random) -> Ask | None:
    """A vote or a bookmark taken back."""
    on = [each for each, is_on in world.ledger.marks.items() if is_on]
    return _marking(world, rng.choice(on), on=False) if on else None


def _marking(world: World, it: Mark, *, on: bool) -> Ask | None:
    if it in world.marks_on_their_way:
        return None
    world.marks_on_their_way.add(it)

    def then(_answer: Answer) -> None:
        world.marks_on_their_way.discard(it)
        world.ledger.marks[it] = on

    kind, person, type_, pk = it
    return Ask(
        "mark" if on else "unmark",
        "PUT" if on else "DELETE",
        f"{API}/{type_}s/{pk}/{kind}/",
        (204,),
        world.by_id[person],
        then=then,
        otherwise=lambda: world.ledger.marks_in_doubt.add(it),
    )


def start_import(world: World, rng: random.Random) -> Ask:
    """A README for a worker to read."""
    author, name = world.somebody(rng), _name(rng)
    document = f"README-{name}.md"

    def then(answer: Answer) -> None:
        taken_in = Import(answer.json["id"], author.id, document, README_ENTRIES)
        world.ledger.imports[taken_in.id] = taken_in
        world.imports.append(taken_in)

    return Ask(
        "import", "POST", f"{API}/imports/", (202,), author,
        body={"text": README.format(name=name), "document": document},
        then=then,
        otherwise=lambda: world.ledger.in_doubt.update(["import"]),
    )  # fmt: skip


def poll_import(world: World, rng: random.Random) -> Ask | None:
    """How far an import is."""
    run: Import | None = taken(world.imports, rng)
    if run is None:
        return None

    def then(answer: Answer) -> None:
        if answer.json["status"] == "FAILED":
            raise Lie(f"import {run.id} failed: {answer.json['error']}")
        if answer.json["status"] != "DONE":
            world.imports.append(run)
        elif answer.json["report"]["created"] != run.entries:
            raise Lie(f"import {run.id} made {answer.json['report']['created']} entries")

    path = f"{API}/imports/{run.id}/"
    return Ask("import poll", "GET", path, (200,), world.by_id[run.author], then=then)


def _name(rng: random.Random) -> str:
    """A word that nothing else in this run is called by."""
    return f"{rng.getrandbits(64):016x}"


def _doubt(entry: Entry) -> None:
    entry.in_doubt = True
