"""A run of requests and writes in an order, the answers compared one by one."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from accounts.models import Role
from tests.fastlane.calling import Ask, Rig
from tests.fastlane.grammar import Grammar
from tests.fastlane.world import API, PASSWORD, World

Commit = Callable[[], AbstractContextManager[Any]]
Write = Callable[[], list[Ask] | None]


class Story:
    """Asks Django alone and the fast lane the same, and lets people write in between.

    `commit` surrounds each write. `settings` are those of Django's tests.
    """

    def __init__(
        self, seed: int, *, settings: Any, commit: Commit = contextlib.nullcontext
    ) -> None:
        self.rng = random.Random(seed)
        self.rig, self.settings, self.commit = Rig(), settings, commit
        with commit():
            self.world = World(self.rng)
        self.grammar = Grammar(self.world, self.rng)
        self.told: list[str] = []  # what differed
        self.written = 0
        self._recent: deque[Ask] = deque(maxlen=12)
        self.later: list[tuple[float, Ask]] = []  # requests for when their tokens have ended

    def run(self, requests: int) -> list[str]:
        """Ask so many times, what is asked again after writes included; returns what differed."""
        for number in itertools.count():
            if self.rig.asked >= requests:
                break
            self.put(self.grammar.ask())
            if number % 16 == 15:
                self.write(self.rng.choice(self.writes))
            if number % 90 == 45:
                self._open_or_close()
            if number % 60 == 30:
                self.let_a_token_end()
            self.ask_what_is_due()
        while self.later:
            time.sleep(max(0, min(when for when, _ in self.later) - time.time()))
            self.ask_what_is_due()
        return self.told

    def put(self, asked: Ask) -> None:
        """Ask once, by both ways."""
        expected, found = self.rig.compare(asked)
        self.told += found
        if expected.code == 200 and asked.method == "GET":
            self._recent.append(asked)
            is_json = expected.header("Content-Type") == "application/json"
            answer = expected.json() if is_json and asked.is_for_the_lane else None
            self.grammar.note(asked.target, expected.header("ETag"), answer)

    def _again(self, *, how_many: int) -> None:
        """Ask again what is warm: after a write, that is where an old answer would come from."""
        for asked in list(self._recent)[-how_many:]:
            self.put(asked.but(If_None_Match=None))

    # --- Audiences and ends ---------------------------------------------------------------------

    def _open_or_close(self) -> None:
        """Let anybody read what is published, or no longer: as a restart with another setting."""
        self.settings.PUBLIC_READ = not self.settings.PUBLIC_READ
        self._again(how_many=6)
        for asked in list(self._recent)[-3:]:
            self.put(asked.but(Authorization=None, If_None_Match=None))

    def let_a_token_end(self) -> None:
        """Warm a token that ends within two seconds, to be asked again when it has."""
        asked = Ask(f"{API}/challenges/?page_size=2")
        ends = float(int(time.time()) + 2)
        with self.commit():
            _id, personal = self.world.personal(self.world.other, "read", lives=1.2)
        for token in (self.world.until(ends), personal):
            bearer = asked.but(Authorization=f"Bearer {token}")
            self.put(bearer)
            self.later.append((max(ends, time.time() + 1.2) + 0.05, bearer))

    def ask_what_is_due(self) -> None:
        now = time.time()
        due = [asked for when, asked in self.later if when <= now]
        self.later = [(when, asked) for when, asked in self.later if when > now]
        for asked in due:
            self.put(asked)

    # --- Writes ---------------------------------------------------------------------------------

    @property
    def writes(self) -> tuple[Write, ...]:
        """Each returns what to ask right after it."""
        return (
            self._edit, self._publish, self._vote, self._rename, self._rename_topic, self._retire,
            self._change_role, self._log_out, self._revoke, self._change_password, self._retract,
        )  # fmt: skip

    def write(self, write: Write) -> None:
        """Write, and ask again at once what was warm."""
        afterwards = write()
        self.written += 1
        self._again(how_many=5)
        for asked in afterwards or ():
            self.put(asked)

    def send(self, method: str, target: str, body: Any, token: str) -> Any:
        """Write over HTTP, through the fast lane; it must succeed."""
        asked = Ask(
            f"{API}{target}", method, (("Content-Type", "application/json"),),
            b"" if body is None else json.dumps(body).encode(),
        ).but(Authorization=f"Bearer {token}")  # fmt: skip
        with self.commit():
            found = self.rig.fast(asked)
        assert found.code < 300, (asked, found)
        return found.json() if found.body else None

    def _word(self) -> str:
        return f"Word {self.rng.randrange(10**9)}"

    def _edit(self) -> None:
        kind = self.rng.choice(("learnings", "challenges"))
        at = self.world.published(kind).pk
        self.send("PATCH", f"/{kind}/{at}/", {"title": self._word()}, self.world.token("curator"))

    def _publish(self) -> None:
        """Write an entry and publish it: it is the newest of all lists."""
        kind = self.rng.choice(("learnings", "challenges"))
        body = {"title": self._word(), "topics": ["topic-1"]}
        body |= {"kind": "GOAL"} if kind == "learnings" else {"problem": "Why?"}
        made = self.send("POST", f"/{kind}/", body, self.world.token("learner"))
        self.send("POST", f"/{kind}/{made['id']}/submit/", None, self.world.token("learner"))
        self.send("POST", f"/{kind}/{made['id']}/publish/", None, self.world.token("admin"))

    def _retract(self) -> list[Ask]:
        """Publish a challenge and its solution, and take back the one that the other hangs on."""
        learner, admin = self.world.token("learner"), self.world.token("admin")
        body = {"title": self._word(), "problem": "Why?"}
        challenge = f"/challenges/{self.send('POST', '/challenges/', body, learner)['id']}/"
        made = self.send("POST", f"{challenge}submit/", None, learner)
        self.send("POST", f"{challenge}publish/", None, admin)
        body = {"challenge": made["id"], "body": "So."}
        solution = f"/solutions/{self.send('POST', '/solutions/', body, learner)['id']}/"
        self.send("POST", f"{solution}submit/", None, learner)
        self.send("POST", f"{solution}publish/", None, admin)
        lists = ("/solutions/?page_size=3", f"{challenge}solutions/")
        asked = [
            Ask(f"{API}{target}").but(Authorization=f"Bearer {self.world.token('other')}")
            for target in (challenge, solution, *lists)
        ]
        for each in asked:
            self.put(each)
        self.send("POST", f"{challenge}retract/", None, admin)
        return asked

    def _vote(self) -> None:
        entry = self.rng.choice(("learnings", "challenges", "solutions"))
        at = self.world.published(entry).pk
        method = self.rng.choice(("PUT", "DELETE"))
        self.send(method, f"/{entry}/{at}/vote/", None, self.world.token("admin"))

    def _rename(self) -> None:
        who = self.rng.choice(("learner", "other"))
        self.send("PATCH", "/me/", {"display_name": self._word()}, self.world.token(who))

    def _rename_topic(self) -> None:
        at = self.rng.choice(self.world.topics).slug
        self.send("PATCH", f"/topics/{at}/", {"name": self._word()}, self.world.token("curator"))

    def _retire(self) -> list[Ask]:
        """Deactivate somebody whose token is warm, and let them back in."""
        other = self.world.other
        asked = self._warm(self.world.token("other"))
        for is_active in (False, True):
            other.is_active = is_active
            with self.commit():
                other.save(update_fields=["is_active"])
            self.put(asked)
        return [asked]

    def _change_role(self) -> list[Ask]:
        """Make a learner a curator or back: what they may see changes at once."""
        learner = self.world.learner
        role = Role.CURATOR if learner.role == Role.LEARNER else Role.LEARNER
        theirs = [row for row in self.world.entries["challenges"] if row.author_id != learner.pk]
        asked = self._warm(self.world.token("learner"))
        with self.commit():
            learner.assign_role(role)
        drafts = [Ask(row.address, headers=asked.headers) for row in theirs[-2:]]
        return [asked, *drafts]

    def _log_out(self) -> list[Ask]:
        person = self.rng.choice(self.world.people)
        ended = self.world.access[person.pk].pop()
        asked = self._warm(ended.access)
        self.send("POST", "/auth/logout/", {"refresh": ended.refresh}, ended.access)
        self._renew(person, ended.access)
        return [asked]

    def _revoke(self) -> list[Ask]:
        person = self.world.other
        with self.commit():
            number, text = self.world.personal(person, "read")
        asked = self._warm(text)
        self.send("DELETE", f"/me/tokens/{number}/", None, self.world.token("other"))
        self.world.dead.append(text)
        return [asked]

    def _change_password(self) -> list[Ask]:
        person = self.world.other
        with self.commit():
            _number, text = self.world.personal(person, "read")
        used = self.world.access[person.pk].pop()
        asked = [self._warm(used.access), self._warm(text)]
        new = f"another long sentence {self.rng.randrange(10**9)}"
        old = getattr(self, "_password", PASSWORD)
        body = {"old_password": old, "new_password": new}
        self.send("POST", "/auth/password/change/", body, used.access)
        self._password = new
        self.world.access[person.pk].clear()
        person.refresh_from_db()
        self._renew(person, used.access)
        return asked

    def _warm(self, token: str) -> Ask:
        """Ask with this token until it is known; returns how it was asked."""
        asked = Ask(f"{API}/challenges/?page_size=3").but(Authorization=f"Bearer {token}")
        for _time in range(3):
            self.rig.fast(asked)
        return asked

    def _renew(self, person: Any, ended: str) -> None:
        self.world.dead.append(ended)
        self.world.access[person.pk].append(self.world.session(person))
