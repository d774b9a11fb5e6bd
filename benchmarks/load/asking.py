"""Which request is next: every kind with its share, and how a request becomes bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Final

from . import reading, signing, writing
from .client import Answer, Client
from .world import Ask, World

Planner = Callable[[World, random.Random], Ask | None]

# Of a thousand requests so many are of each kind. People read much more than they write.
SHARES: Final[dict[str, tuple[int, Planner]]] = {
    "list": (170, reading.first_page),
    "list filtered": (90, reading.filtered),
    "list next page": (60, reading.next_page),
    "detail": (150, reading.detail),
    "detail own draft": (25, reading.own_draft),
    "poll": (130, reading.poll),
    "search": (40, reading.search),
    "similar": (10, reading.similar),
    "mine": (40, reading.mine),
    "mistake": (40, reading.mistake),
    "create": (60, writing.create),
    "create again": (10, writing.repeat),
    "edit": (15, writing.edit),
    "submit": (35, writing.submit),
    "publish": (30, writing.publish),
    "mark": (40, writing.mark),
    "unmark": (10, writing.unmark),
    "import": (5, writing.start_import),
    "import poll": (10, writing.poll_import),
    "log in": (4, signing.log_in),
    "refresh": (10, signing.refresh),
    "log out": (3, signing.log_out),
    "token made": (4, signing.make_token),
    "token used": (5, signing.use_token),
    "token revoked": (2, signing.revoke_token),
    "refused token": (2, signing.show_refused),
}


def kinds(rng: random.Random, many: int) -> list[str]:
    """So many kinds of requests, drawn by their shares."""
    names = list(SHARES)
    return rng.choices(names, weights=[SHARES[name][0] for name in names], k=many)


def planned(kind: str, world: World, rng: random.Random) -> Ask:
    """A request of this kind; where nobody can do such a thing yet, somebody looks at an entry.

    Tokens that grow old come first: they are renewed before they end, as by a good front end.
    """
    return signing.renewal(world) or SHARES[kind][1](world, rng) or reading.detail(world, rng)


async def send(client: Client, ask: Ask) -> Answer:
    """Send a request as its person's browser would, through the proxy."""
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "X-Forwarded-For": ask.person.place,
        **ask.headers,
    }
    token = ask.person.session.access if ask.token is None else ask.token
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = b""
    if ask.body is not None:
        body = json.dumps(ask.body).encode()
        headers["Content-Type"] = "application/json"
    return await client.send(ask.method, ask.path, headers, body)
