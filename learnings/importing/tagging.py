"""Which topics of the hub a text is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from learnings.models import Topic

_SHORTEST: Final = 2  # characters; single letters ("C", "R") are words too often to be trusted


class Tagger:
    """Finds the names and aliases of known topics in texts, as whole words, in any case."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        """Take topics whose `alias_rows` were fetched along."""
        self._by_name = {
            name.lower(): topic
            for topic in topics
            for name in (topic.name, *(alias.name for alias in topic.alias_rows.all()))
            if len(name) >= _SHORTEST
        }
        # Longest first, so that "Django REST Framework" is not read as "Django".
        names = sorted(self._by_name, key=len, reverse=True)
        pattern = "|".join(map(re.escape, names))
        self._pattern = re.compile(rf"(?<![\w.-])(?:{pattern})(?![\w-])")

    @classmethod
    def of_all_topics(cls) -> Tagger:
        """A tagger that knows every topic of the hub."""
        return cls(Topic.objects.prefetch_related("alias_rows"))

    def topics_in(self, text: str) -> list[Topic]:
        """Topics named in `text`, each once, in order of appearance."""
        if not self._by_name:
            return []
        # Lowered first: a pattern without regard to case would also take a long s for an s, and
        # find what is no name.
        found = (self._by_name[match] for match in self._pattern.findall(text.lower()))
        return list(dict.fromkeys(found))
