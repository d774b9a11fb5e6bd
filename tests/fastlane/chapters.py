"""What a run begins with: each check of the fast lane met on purpose, none left to chance."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from tests.fastlane.calling import Ask, Reply, cache_named, differences
from tests.fastlane.story import Story
from tests.fastlane.world import API

PAGE = f"{API}/challenges/?page_size=4"
VARIANTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Accept", ("application/json; indent=4", "text/html", "", "*/*")),
    ("Accept-Encoding", ("gzip", "gzip;q=0", "*")),
    ("Origin", ("http://localhost:5173", "http://elsewhere.example", "null")),
    ("Host", ("localhost:8000", "elsewhere.example")),
    ("X-Forwarded-Proto", ("https", "http")),
    ("X-Request-ID", ("abc-1", "two words")),
    ("Cookie", ("csrftoken=y", "sessionid=x")),
)


def told(story: Story) -> Iterator[list[str]]:
    """Run all chapters; yields what differed so far after each."""
    for chapter in (headers, conditions, audiences, tokens, writes, limits, ends):
        chapter(story)
        yield story.told


def headers(story: Story) -> None:
    """One page in all its forms, by somebody who is known."""
    page = _page(story, "learner")
    story.put(page)
    for name, values in VARIANTS:
        for value in values:
            story.put(page.but(**{name: value}))
    story.put(Ask(f"{API}/challenges/?page_size=5", headers=page.headers))
    story.put(Ask(PAGE, headers=page.headers, scheme="https"))
    story.put(Ask(PAGE, headers=page.headers, body=b"{}"))


def conditions(story: Story) -> None:
    """Clients that know the page already, in each form."""
    page = _page(story, "learner")
    for accepted in ("gzip", "identity"):
        asked = page.but(Accept_Encoding=accepted)
        tag = story.rig.alone(asked).header("ETag") or ""
        plain = tag.replace("-gzip", "")
        for known in (tag, plain, f"W/{tag}", f'"x", {tag}', "*", '"x"', "nonsense", ""):
            story.put(asked.but(If_None_Match=known))


def audiences(story: Story) -> None:
    """An open hub, and one that was closed again."""
    page = _page(story, "learner")
    for is_open in (True, False):
        story.settings.PUBLIC_READ = is_open
        for asked in (page, page.but(Authorization=None), page.but(Authorization="Basic eA==")):
            story.put(asked)


def tokens(story: Story) -> None:
    """One page that is warm, by tokens in every state."""
    story.put(_page(story, "learner"))
    for kind in story.world.kinds:
        story.put(_page(story, kind))


def writes(story: Story) -> None:
    """Each way to change what is shown, and to whom."""
    for write in story.writes:
        story.put(_page(story, "learner"))
        story.write(write)


def limits(story: Story) -> None:
    """Two requests more than are allowed; here what remains must be equal, too."""
    kept = story.settings.RATE_LIMITS
    few = dict.fromkeys(("user", "anonymous"), (5, 61))  # a window that nobody counts in yet
    story.settings.RATE_LIMITS = {**kept, **few}
    story.settings.PUBLIC_READ = True
    page = _page(story, "admin")
    for asked in (page, page.but(Authorization=None)):
        for number in range(7):
            with cache_named("alone-limits"):
                expected = story.rig.alone_in_this_cache(asked)
            found = story.rig.fast(asked)
            parts = differences(asked, expected, found)
            if _remaining(expected) != _remaining(found):
                parts.append(f"{_remaining(expected)} remain, not {_remaining(found)}")
            story.told += [f"{asked}, time {number}: {part}" for part in parts]
    story.settings.RATE_LIMITS, story.settings.PUBLIC_READ = kept, False


def ends(story: Story) -> None:
    """Tokens that end while they are warm."""
    story.let_a_token_end()
    while story.later:
        time.sleep(max(0, min(when for when, _ in story.later) - time.time()))
        story.ask_what_is_due()


def _page(story: Story, kind: str) -> Ask:
    return Ask(PAGE).but(Authorization=f"Bearer {story.world.token(kind)}")


def _remaining(reply: Reply) -> str | None:
    found = re.search(r";r=(\d+)", reply.header("RateLimit") or "")
    return found and found[1]
