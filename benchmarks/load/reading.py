"""Requests that read, and those that a client should not have sent.

What they check beside the status: nothing that was acknowledged before a request was sent may be
missing from its answer.
"""

from __future__ import annotations

import random
from datetime import datetime
from typing import Final

from .client import Answer
from .ledger import TYPES, Entry
from .seeding import WORDS
from .world import Ask, Lie, Person, World

API: Final = "/api/v1"
OK: Final = (200,)
MISTAKES: Final[tuple[tuple[str, str, object, int], ...]] = (
    ("GET", "challenges/999999999/", None, 404),
    ("GET", "nowhere/", None, 404),
    ("GET", "challenges/?colour=red", None, 400),
    ("GET", "learnings/?cursor=nonsense", None, 400),
    ("GET", "search/?q=", None, 400),
    ("POST", "challenges/", {"problem": "It has no title."}, 400),
    ("POST", "solutions/", {"challenge": 999999999, "body": "Of nothing."}, 400),
    ("POST", "learnings/", {"kind": "RUMOUR", "title": "A word nobody knows"}, 400),
    ("POST", "imports/", {"text": ""}, 400),
    ("DELETE", "challenges/", None, 405),
)


def first_page(world: World, rng: random.Random) -> Ask:
    """The newest entries of one type: they begin with the newest publication, or a newer one."""
    type_ = rng.choice(TYPES)
    acknowledged = world.newest[type_]

    def then(answer: Answer) -> None:
        page = answer.json
        if page["next"]:
            world.next_pages.append(_from_the_root(page["next"]))
        found = datetime.fromisoformat(page["results"][0]["published_at"])
        if found < acknowledged:
            raise Lie(f"{type_}s: begins at {found}, published before: {acknowledged}")

    query = rng.choice(["", "", "?page_size=50", "?expand=author,topics"])
    path = f"{API}/{type_}s/{query}"
    return Ask("list", "GET", path, OK, world.somebody(rng), then=then)


def filtered(world: World, rng: random.Random) -> Ask:
    """Part of a list, or another list."""
    author = world.somebody(rng).id
    path = rng.choice(
        [
            f"challenges/?topic={rng.choice(world.topics)}",
            f"learnings/?topic={rng.choice(world.topics)}&fields=id,title",
            f"challenges/?author={author}",
            f"challenges/?solved={rng.choice(['true', 'false'])}",
            "learnings/?kind=CONCEPT&page_size=10",
            "challenges/?ordering=-votes_count",
            f"solutions/?challenge={world.something(rng, ['challenge']).id}",
            "challenges/?page=2",
            "topics/",
            "users/?page_size=10",
        ]
    )
    return Ask("list filtered", "GET", f"{API}/{path}", OK, world.somebody(rng))


def next_page(world: World, rng: random.Random) -> Ask | None:
    """A page that an earlier one led to."""
    if not world.next_pages:
        return None

    def then(answer: Answer) -> None:
        page = answer.json
        if page["next"]:
            world.next_pages.append(_from_the_root(page["next"]))

    path = rng.choice(world.next_pages)
    return Ask("list next page", "GET", path, OK, world.somebody(rng), then=then)


def detail(world: World, rng: random.Random) -> Ask:
    """One published entry; everybody sees it from the acknowledgement of its publication on."""
    entry = world.something(rng)
    return Ask("detail", "GET", entry.address, OK, world.somebody(rng), then=_is_published)


def own_draft(world: World, rng: random.Random) -> Ask | None:
    """What somebody has just written or changed, as they wrote it."""
    if not world.drafts:
        return None
    entry = world.drafts[-1] if rng.random() < 0.5 else rng.choice(world.drafts)  # noqa: PLR2004
    possible = entry.possible_texts

    def then(answer: Answer) -> None:
        if not entry.in_doubt and text_of(entry, answer) not in possible | entry.possible_texts:
            raise Lie(f"{entry.address} says {text_of(entry, answer)!r}, not {entry.text!r}")

    author = world.by_id[entry.author]
    return Ask("detail own draft", "GET", entry.address, OK, author, then=then)


def text_of(entry: Entry, answer: Answer) -> str:
    """What the ledger keeps of an entry, out of an answer that shows it."""
    text: str = answer.json["body" if entry.type == "solution" else "title"]
    return text


def poll(world: World, rng: random.Random) -> Ask:
    """A page that looks again whether something has changed."""
    person = rng.choice(world.people[:20])  # a few pages that stay open, else no tag repeats
    path = rng.choice(
        [
            f"{API}/challenges/",
            f"{API}/learnings/",
            f"{API}/challenges/{world.published['challenge'][0].id}/",
            f"{API}/notifications/?unread=true",
        ]
    )
    known = world.etags.get((person.id, path))

    def then(answer: Answer) -> None:
        if answer.status == 304 and known is None:  # noqa: PLR2004
            raise Lie(f"{path}: not modified since nothing")
        world.etags[person.id, path] = answer.headers["etag"]

    headers = {} if known is None else {"If-None-Match": known}
    return Ask("poll", "GET", path, (200, 304), person, headers=headers, then=then)


def search(world: World, rng: random.Random) -> Ask:
    """A few words, sometimes one that nobody wrote."""
    words = [rng.choice(WORDS) for _ in range(rng.choice([1, 2, 2]))]
    if rng.random() < 0.2:  # noqa: PLR2004
        words = ["xylophone"]
    path = f"{API}/search/?q={'+'.join(words)}"
    return Ask("search", "GET", path, OK, world.somebody(rng))


def similar(world: World, rng: random.Random) -> Ask:
    """Has anyone hit this?"""
    words = "+".join(rng.choice(WORDS) for _ in range(6))
    return Ask("similar", "GET", f"{API}/challenges/similar/?q={words}", OK, world.somebody(rng))


def mine(world: World, rng: random.Random) -> Ask:
    """What is one's own, or addressed to one."""
    person = world.somebody(rng)
    if rng.random() < 0.1:  # noqa: PLR2004
        return Ask("mine", "POST", f"{API}/notifications/read/", (204,), person, body={"all": True})
    path = rng.choice(
        ["me/", "me/entries/", "me/bookmarks/", "me/votes/", "notifications/", "subscriptions/"]
    )
    return Ask("mine", "GET", f"{API}/{path}", OK, person)


def mistake(world: World, rng: random.Random) -> Ask:
    """What is refused, for many reasons."""
    person = world.somebody(rng)
    if rng.random() < 0.2:  # noqa: PLR2004
        return _without_the_right(world, rng)
    method, path, body, status = rng.choice(MISTAKES)
    return Ask("mistake", method, f"{API}/{path}", (status,), person, body=body)


def _without_the_right(world: World, rng: random.Random) -> Ask:
    """A bad token, an own entry voted for, a published entry submitted, a learner who curates."""
    entry = world.something(rng)
    author = world.by_id[entry.author]
    learner: Person = rng.choice([person for person in world.people if not person.curates])
    method, path, person, token, status = rng.choice(
        [
            ("GET", f"{API}/challenges/", learner, "not.a.token", 401),
            ("GET", f"{API}/learnings/", learner, "", 401),
            ("PUT", f"{entry.address}vote/", author, None, 403),
            ("POST", f"{entry.address}submit/", author, None, 409),
            ("POST", f"{API}/topics/", learner, None, 403),
        ]
    )
    body = {"name": "Mine", "kind": "CONCEPT"} if path.endswith("topics/") else None
    return Ask("mistake", method, path, (status,), person, token=token, body=body)


def _is_published(answer: Answer) -> None:
    if answer.json["status"] != "PUBLISHED":
        raise Lie(f"{answer.json['id']} is {answer.json['status']}, was published before")


def _from_the_root(address: str) -> str:
    """An absolute address without scheme and host."""
    return "/" + address.split("/", 3)[3]
