"""Which topics of the hub an entry is about, and which the hub lacks.

A technology or a concept is about what its title names: known topics, and unknown names as
proposed ones, which only curators see until they confirm them. Everything else is about the
confirmed topics that its own text names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from learnings.importing.mentions import Mentions
from learnings.models import Entry, Learning, LearningKind, Topic, TopicKind
from learnings.naming import Names, Part, fold, proposable
from learnings.taxonomy import CAUTIONS

MOST_PROPOSED: Final = 50  # by one import; a README that names more is no list of topics
MOST_TOPICS: Final = 20  # of one entry, as on the API

_NAMED_BY_TITLE: Final = {
    LearningKind.TECHNOLOGY: TopicKind.TECHNOLOGY,
    LearningKind.CONCEPT: TopicKind.CONCEPT,
}


class Tagger:
    """Knows topics by all their names, and finds them in titles and texts."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        """Take topics whose `alias_rows` were fetched along."""
        # Names before aliases: where both claim a word, the name has it.
        known = list(topics)
        names = [(topic.name, topic) for topic in known]
        names += [(alias.name, topic) for topic in known for alias in topic.alias_rows.all()]
        self._names = Names(names)
        confirmed = [(name, topic) for name, topic in names if not topic.is_proposed]
        self._mentions = Mentions(confirmed, CAUTIONS)
        self._proposed: dict[str, Topic] = {}

    @classmethod
    def of_all_topics(cls) -> Tagger:
        """A tagger that knows every topic of the hub."""
        return cls(Topic.objects.prefetch_related("alias_rows"))

    def topics_in(self, text: str) -> list[Topic]:
        """Confirmed topics named in `text`, each once, in order of appearance."""
        return self._mentions.found_in(text)[:MOST_TOPICS]

    def tag(self, entries: Iterable[Entry]) -> list[tuple[Entry, Topic]]:
        """What each entry is about, as pairs; saves the topics that it proposes."""
        wanted = [(entry, self._topics_of(entry)) for entry in entries]
        self._save_proposed()
        return [
            (entry, topic)
            for entry, topics in wanted
            for topic in dict.fromkeys(map(self._saved, topics[:MOST_TOPICS]))
            if topic is not None
        ]

    def _topics_of(self, entry: Entry) -> list[Topic]:
        if isinstance(entry, Learning) and entry.kind in _NAMED_BY_TITLE:
            kind = _NAMED_BY_TITLE[LearningKind(entry.kind)]
            return self._named_by(entry.title, kind) or self.topics_in(_text(entry))
        return self.topics_in(_text(entry))

    def _named_by(self, title: str, kind: TopicKind) -> list[Topic]:
        parts = self._names.parts(title)
        if kind is TopicKind.CONCEPT and all(part.meaning is None for part in parts):
            # "Research and development" is one concept; with a known half it would be two.
            parts = [Part(title, None)]
        return [topic for part in parts for topic in self._meant_by(part, kind)]

    def _meant_by(self, part: Part[Topic], kind: TopicKind) -> list[Topic]:
        """What one name means; an unknown one is proposed, unless it is said with known ones."""
        if part.meaning is not None:
            return [part.meaning]
        if within := self.topics_in(part.name):
            return within
        name = proposable(part.name)
        if name is None:
            return []
        key = fold(name)
        if key not in self._proposed:
            if len(self._proposed) >= MOST_PROPOSED:
                return []
            self._proposed[key] = Topic(name=name, kind=kind, is_proposed=True)
            self._proposed[key].complete()
        return [self._proposed[key]]

    def _save_proposed(self) -> None:
        """Save what is new. Another import may propose the same at this moment: then its row stays.

        So may a slug be taken by a topic with another name; that proposal is dropped.
        """
        new = [topic for topic in self._proposed.values() if topic.pk is None]
        if not new:
            return
        Topic.objects.bulk_create(new, ignore_conflicts=True)
        rows: Any = Topic.objects.filter(name_key__in=[topic.name_key for topic in new])
        self._proposed |= {topic.name_key: topic for topic in rows}

    def _saved(self, topic: Topic) -> Topic | None:
        found = topic if topic.pk else self._proposed[topic.name_key]
        return found if found.pk else None


def _text(entry: Any) -> str:
    """An entry's own words: its title, if it has one, and its Markdown."""
    return "\n".join(
        getattr(entry, name) for name in ("title", *entry.rendered) if hasattr(entry, name)
    )
