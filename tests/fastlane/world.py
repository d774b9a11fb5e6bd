"""A small hub with somebody and something of every kind, and tokens in every state."""

from __future__ import annotations

import base64
import json
import random
import time
from datetime import timedelta
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone

from accounts import personal_tokens, tokens
from accounts.models import Role, User
from learnings import marking
from tests.factories.accounts import PASSWORD, CohortFactory, MembershipFactory, UserFactory
from tests.factories.learnings import (
    BriefFactory,
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

API = "/api/v1"
LONG = "A sentence that makes the body worth compressing. " * 6
LEEWAY = settings.SIMPLE_JWT["LEEWAY"]


class World:
    """People with their tokens, and entries in every state."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.learner = UserFactory(display_name="Lena Learner")
        self.other = UserFactory(display_name="Omar Other")
        self.curator = UserFactory(role=Role.CURATOR, display_name="Cora Curator")
        self.admin = UserFactory(role=Role.ADMIN, display_name="Ada Admin")
        self.gone = UserFactory(is_active=False)
        self.people = [self.learner, self.other, self.curator, self.admin]
        self.cohort = CohortFactory(slug="spring")
        BriefFactory(cohort=self.cohort)
        for person in self.people[:2]:
            MembershipFactory(cohort=self.cohort, user=person)
        self.topics = [TopicFactory(slug=f"topic-{n}", name=f"Topic {n}") for n in range(4)]
        TopicFactory(slug="proposed", is_proposed=True)
        self._write()
        self.access = {person.pk: [self.session(person)] for person in self.people}
        self.dead: list[str] = []  # texts of tokens that were good once
        self._fixed = self._tokens()

    def _write(self) -> None:
        """Entries: many that are published, a few in each other state."""
        self.entries: dict[str, list[Any]] = {}
        states: list[dict[str, Any]] = [{"published": True}] * 7 + [
            {}, {"in_review": True}, {"rejected": True}, {"retracted": True},
        ]  # fmt: skip
        kinds = {"learnings": LearningFactory, "challenges": ChallengeFactory}
        for kind, factory in kinds.items():
            words = {"problem": LONG} if kind == "challenges" else {"body": LONG}
            self.entries[kind] = [
                factory(
                    author=self.people[n % 2], topics=[self.topics[n % 4]], **words, **state
                )
                for n, state in enumerate(states)
            ]  # fmt: skip
        first = self.entries["challenges"][0]
        self.entries["solutions"] = [
            SolutionFactory(author=self.people[(n + 1) % 2], challenge=first, **state)
            for n, state in enumerate(states)
        ]
        marking.vote(first, by=self.curator)

    def published(self, kind: str) -> Any:
        """Some entry that was published at the start."""
        return self.rng.choice(self.entries[kind][:7])

    # --- Tokens ---------------------------------------------------------------------------------

    def session(self, person: User) -> tokens.TokenPair:
        return tokens.start_family(person, at=timezone.now())

    def token(self, kind: str) -> str:
        """The text of a token in this state."""
        if kind == "dead" and self.dead:
            return self.rng.choice(self.dead[-6:])
        if kind == "within leeway":
            return self.until(time.time() + 3)
        if kind in {"learner", "other", "curator", "admin"}:
            return self.rng.choice(self.access[getattr(self, kind).pk]).access
        return self._fixed[kind if kind in self._fixed else "forged"]

    @property
    def kinds(self) -> list[str]:
        """Of tokens that are good for less, or for nothing."""
        return [*self._fixed, "dead", "within leeway"]

    def until(self, end: float, person: User | None = None) -> str:
        """An access token that is taken until this second, the leeway included."""
        claims = self._claims(self.session(person or self.learner).access)
        return self._signed({**claims, "exp": int(end) - LEEWAY, "iat": int(end) - 1000})

    def personal(self, person: User, *scopes: str, lives: float = 3600) -> tuple[int, str]:
        """The id and the text of a new personal token; `lives` is in seconds."""
        row, text = personal_tokens.make(
            by=person, name="Script", scopes=scopes, expires_in=timedelta(seconds=lives),
            at=timezone.now(),
        )  # fmt: skip
        return row.pk, text

    def _tokens(self) -> dict[str, str]:
        now = timezone.now()
        pair = self.session(self.learner)
        claims = self._claims(pair.access)
        head, payload, signature = pair.access.split(".")
        logged_out, leaver = self.session(self.other), UserFactory()
        tokens.end_family(logged_out.refresh, at=now)
        left = self.session(leaver)
        changed = UserFactory()
        old = self.session(changed)
        changed.revoke_tokens()
        leaver.delete()
        revoked_id, revoked = self.personal(self.learner, "read")
        personal_tokens.revoke(revoked_id, by=self.learner, at=now)
        reading = self.personal(self.learner, "read")[1]
        return {
            "sound": pair.access,  # first, so that the next ones are like one that was taken
            "expired": self.until(time.time() - 60),
            "forged": f"{head}.{payload}.{signature[::-1]}",
            "tampered": f"{head}.{_b64({**claims, 'user_id': str(self.admin.pk)})}.{signature}",
            "without algorithm": f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
            "other algorithm": self._signed(claims, algorithm="HS384"),
            "other key": jwt.encode(claims, "another-key-long-enough-for-hs256-it-is", "HS256"),
            "refresh": pair.refresh,
            "logged out": logged_out.access,
            "old epoch": old.access,
            "deactivated": self.session(self.gone).access,
            "deleted": left.access,
            "nobody's": self._signed({**claims, "user_id": "999999999"}),
            "reading": reading,
            "writing": self.personal(self.learner, "write")[1],
            "curating": self.personal(self.curator, "read", "curate")[1],
            "revoked": revoked,
            "short-lived": self.personal(self.learner, "read", lives=0.001)[1],
            "mistyped": reading[:-1] + ("0" if reading[-1] != "0" else "1"),
            "cut off": reading[:20],
            "nonsense": "nonsense",
            "latin": "caf\xe9.\xff.x",
        }

    @staticmethod
    def _claims(token: str) -> dict[str, Any]:
        return jwt.decode(token, options={"verify_signature": False})

    @staticmethod
    def _signed(claims: dict[str, Any], algorithm: str = "HS256") -> str:
        return jwt.encode(claims, settings.SECRET_KEY, algorithm)


def _b64(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


__all__ = ["API", "PASSWORD", "World"]
