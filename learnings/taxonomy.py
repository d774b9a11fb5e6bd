"""The topics that a new hub starts with, and which names are words, too: `taxonomy.toml`, read."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from learnings.naming import fold

_DATA: Final[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Starter:
    """A topic of the taxonomy. `kind` is one of `TopicKind`."""

    slug: str
    name: str
    kind: str
    aliases: tuple[str, ...]


class Caution(Enum):
    """What a name that is a word, too, must look like to count in running text."""

    CAPITALISED = "capitalised"  # its own capitals, and no verb at a sentence's beginning
    MID_SENTENCE = "mid_sentence"  # its own capitals, where nothing else would be capitalised
    PRESENTED = "presented"  # code, if at all


def starters() -> list[Starter]:
    """All topics of the taxonomy."""
    return [
        Starter(_DATA["slugs"].get(name) or _slug(name), name, kind, tuple(aliases))
        for kind, topics in (
            ("TECHNOLOGY", _DATA["technologies"]),
            ("CONCEPT", _DATA["concepts"]),
        )
        for name, aliases in topics.items()
    ]


def _slug(name: str) -> str:
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", name.lower()))


CAUTIONS: Final[dict[str, Caution]] = {
    fold(name): Caution(caution) for caution, names in _DATA["ambiguous"].items() for name in names
}


def add_missing(topics: Any, aliases: Any) -> int:
    """Add the topics that a hub lacks, through the managers of both models; returns how many.

    What exists stays as it is: a topic that curators named, renamed or gave other aliases is left
    alone, and no name is taken from whatever has it. Running it again adds nothing. A migration
    calls this with models of its own time, so keys are made here.
    """
    slugs = set(topics.values_list("slug", flat=True))
    taken = {*topics.values_list("name_key", flat=True), *aliases.values_list("key", flat=True)}
    missing = [row for row in starters() if fold(row.name) not in taken and row.slug not in slugs]
    taken |= {fold(row.name) for row in missing}
    made = topics.bulk_create(
        topics.model(slug=row.slug, name=row.name, name_key=fold(row.name), kind=row.kind)
        for row in missing
    )
    others = []
    for topic, row in zip(made, missing, strict=True):
        for name in row.aliases:
            if (key := fold(name)) not in taken:
                taken.add(key)
                others.append(aliases.model(topic=topic, name=name, key=key))
    aliases.bulk_create(others)
    return len(made)
