"""Requests about sessions and personal tokens."""

from __future__ import annotations

import random
import time

from .client import Answer
from .ledger import PersonalToken
from .reading import API
from .seeding import PASSWORD
from .world import RENEW_AFTER, Ask, Lie, Person, Session, World, taken

MOST_SESSIONS = 5  # of one person, beside the one that stays


def log_in(world: World, rng: random.Random) -> Ask | None:
    """A further session, from another device."""
    person = world.somebody(rng)
    if len(person.extra) >= MOST_SESSIONS:
        return None

    def then(answer: Answer) -> None:
        person.extra.append(Session(answer.json["access"], answer.json["refresh"]))
        world.ledger.sessions[person.id] += 1

    return Ask(
        "log in", "POST", f"{API}/auth/token/", (200,), person, token="",
        body={"email": person.email, "password": PASSWORD},
        then=then,
        otherwise=lambda: world.ledger.in_doubt.update([f"session of {person.id}"]),
    )  # fmt: skip


def renewal(world: World) -> Ask | None:
    """A refresh of the oldest session that stays, once it is time for it."""
    person = min(world.people, key=lambda person: person.session.since)
    session = person.session
    if session.is_busy or time.monotonic() - session.since < RENEW_AFTER:
        return None
    session.since = time.monotonic()  # so that the next one asks for somebody else's
    return _refreshing(person, session)


def refresh(world: World, rng: random.Random) -> Ask | None:
    """The next pair of tokens, for any session."""
    person = world.somebody(rng)
    session = rng.choice([person.session, *person.extra])
    return None if session.is_busy else _refreshing(person, session)


def _refreshing(person: Person, session: Session) -> Ask:
    session.is_busy = True

    def then(answer: Answer) -> None:
        session.access, session.refresh = answer.json["access"], answer.json["refresh"]
        session.since, session.is_busy = time.monotonic(), False

    # After no answer it stays busy: whether the token was used nobody knows.
    return Ask(
        "refresh", "POST", f"{API}/auth/token/refresh/", (200,), person, token="",
        body={"refresh": session.refresh}, then=then,
    )  # fmt: skip


def log_out(world: World, rng: random.Random) -> Ask | None:
    """The end of a further session, and of its access token."""
    those = [person for person in world.people if any(not one.is_busy for one in person.extra)]
    if not those:
        return None
    person = rng.choice(those)
    session = next(one for one in person.extra if not one.is_busy)
    person.extra.remove(session)

    def then(_answer: Answer) -> None:
        world.ledger.ended[person.id] += 1
        world.refused.append((person, session.access))

    return Ask(
        "log out", "POST", f"{API}/auth/logout/", (204,), person, token="",
        body={"refresh": session.refresh},
        then=then,
        otherwise=lambda: world.ledger.in_doubt.update([f"end of {person.id}"]),
    )  # fmt: skip


def make_token(world: World, rng: random.Random) -> Ask:
    """A personal token for a script that reads."""
    person, name = world.somebody(rng), f"script {rng.getrandbits(64):016x}"

    def then(answer: Answer) -> None:
        token = PersonalToken(answer.json["id"], person.id, name, answer.json["token"])
        world.ledger.tokens[token.id] = token
        world.tokens.append(token)

    return Ask(
        "token made", "POST", f"{API}/me/tokens/", (201,), person,
        body={"name": name, "scopes": ["read"]},
        then=then,
        otherwise=lambda: world.ledger.in_doubt.update(["token"]),
    )  # fmt: skip


def use_token(world: World, rng: random.Random) -> Ask | None:
    """A script that reads a list. Nobody revokes its token meanwhile."""
    token: PersonalToken | None = taken(world.tokens, rng)
    if token is None:
        return None

    def then(_answer: Answer) -> None:
        world.tokens.append(token)

    return Ask(
        "token used", "GET", f"{API}/challenges/", (200,), world.by_id[token.user],
        token=token.text, then=then,
    )  # fmt: skip


def revoke_token(world: World, rng: random.Random) -> Ask | None:
    """The end of a personal token."""
    token: PersonalToken | None = taken(world.tokens, rng)
    if token is None:
        return None
    person = world.by_id[token.user]

    def then(_answer: Answer) -> None:
        token.revoked = True
        world.refused.append((person, token.text))

    def otherwise() -> None:
        token.in_doubt = True

    return Ask(
        "token revoked", "DELETE", f"{API}/me/tokens/{token.id}/", (204,), person,
        then=then, otherwise=otherwise,
    )  # fmt: skip


def show_refused(world: World, rng: random.Random) -> Ask | None:
    """A token that ended before, where its last answers are still remembered."""
    if not world.refused:
        return None
    person, token = rng.choice(world.refused)

    def then(answer: Answer) -> None:
        if answer.json.get("code") is None:
            raise Lie("a refusal without a code")

    return Ask("refused token", "GET", f"{API}/challenges/", (401,), person, token=token, then=then)
