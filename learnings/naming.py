"""When two names are the same, and how many names one title holds.

Pure: it knows no framework and no database. Names are compared by `fold`. `Names` holds what is
known by its names, and finds it by others that mean the same: "Node JS", "Python 3.11",
"Redis (cache)", "Celery & RabbitMQ".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

MAX_LENGTH: Final = 100  # characters of a name
MOST_WORDS: Final = 5  # of a name worth proposing
_LONGEST_RUN: Final = 4  # pieces of a title that can be one name: "Time, space & complexity"

_Meaning = TypeVar("_Meaning")

# A run of letters and digits, with what tells "C++" and "N+1" from "C" and "N1", and ".NET" from
# a net. In "Redis+Celery" the plus belongs to neither.
WORD: Final = re.compile(r"(?:(?<![\w.])\.(?=[^\W\d_]))?[^\W_]+(?:[+#]+(?![^\W\d_]))?")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_EXPLANATION: Final = re.compile(r":\s|\s[-–—]+\s")
_VERSION: Final = re.compile(r"\s+v?\d+(?:\.\w+)*\+?$", re.IGNORECASE)
_DIGITS: Final = re.compile(r"(?<=[a-z]{3})\d+$")
_SEPARATOR: Final = re.compile(
    r"\s*[,;|&/]\s*(?:and\s+)?|\s+\+\s+|(?<=[^\W\d_])\+(?=[^\W\d_])|\s+(?:and|or)\s+", re.IGNORECASE
)
# What people add to a technology's name without meaning another.
_DESCRIPTORS: Final = frozenset(
    {"basics", "fundamentals", "essentials", "framework", "library", "language", "database"}
    | {"programming"}
)

_NO_PLURAL: Final = ("ss", "us", "is", "js", "os")
_SHORTEST_PLURAL: Final = 4  # letters: "APIs", but not "iOS" or "AWS"

_PLACEHOLDER: Final = re.compile(
    r"^(?:todo|tbd|tba|n/?a|none|nil|null|unknown|name|title|example|sample|etc|other|others|misc|"
    r"various|more|lorem.*|x{2,}|(?:technology|technologies|concept|concepts|tool|tools|topic|skill|"
    r"item|framework|library|language|database|week|day|phase|module|milestone|step|task|part|unit|"
    r"lesson|sprint|chapter|project)s?\s*\d*|(?:your|my|our|insert|add|enter|some)\b.*)$",
    re.IGNORECASE,
)
_FRINGE: Final = re.compile(r"^[^\w.]+|[^\w+#]+$")
_ADDRESS: Final = re.compile(r"://|www\.|@|[<>{}\\$=`|]|\w{2}#|\.\.|…|__")
_SENTENCE: Final = re.compile(
    r"[.!?]$|[.!?]\s|\b(?:i|we|you|he|she|they|it|is|are|was|were|be|been|has|have|had|can|could|will|"
    r"would|should|must|how|why|when|what|that|this|which|used|not|don't|because)\b|"
    r"^(?:learn(?:ed|t|ing)?|understanding|using)\b",
    re.IGNORECASE,
)


def fold(name: str) -> str:
    """The key that names are compared by: "Node.js", "NodeJS" and "node js" have one.

    Never empty for a name that is not blank, and never longer than `MAX_LENGTH`.
    """
    words = "".join(WORD.findall(name)).lower()
    return (words or name.strip().lower())[:MAX_LENGTH]


def breaks(name: str) -> frozenset[int]:
    """Where in its key a name may be written apart: at its gaps and humps ("Java|Script")."""
    found, length = set(), 0
    for word in WORD.findall(name):
        for part in _HUMP.split(word):
            length += len(part)
            found.add(length)
    return frozenset(found)


def singulars(key: str) -> Iterator[str]:
    """What a key might be the plural of; nothing if it only ends like one ("Redis", "AWS")."""
    if len(key) < _SHORTEST_PLURAL or not key.endswith("s") or key.endswith(_NO_PLURAL):
        return
    if key.endswith("ies"):
        yield f"{key[:-3]}y"
    yield key[:-1]


def unnumbered(key: str) -> str:
    """The key without a version that hangs on it: "python3"."""
    return _DIGITS.sub("", key)


@dataclass(frozen=True, slots=True)
class Part(Generic[_Meaning]):
    """One name of a title as it was written, and what it means if that is known."""

    name: str
    meaning: _Meaning | None


class Names(Generic[_Meaning]):
    """What is known, by all its names."""

    def __init__(self, names: Iterable[tuple[str, _Meaning]]) -> None:
        """Take pairs of a name and what it means; the first meaning of a name stays."""
        self._known: dict[str, _Meaning] = {}
        self._joints: dict[str, set[int]] = {}  # how many separators a spelling has in it
        for name, meaning in names:
            key = fold(name)
            self._known.setdefault(key, meaning)
            self._joints.setdefault(key, set()).add(_joints(name))

    def __contains__(self, name: str) -> bool:
        """Whether this name, however it is spelled, means something."""
        return fold(name) in self._known

    def meaning(self, name: str) -> _Meaning | None:
        """What a name means, be it in the plural, with a version or with an explanation."""
        for spelling in _spellings(name):
            key = fold(spelling)
            for other in (key, unnumbered(key), *singulars(key), f"{key}s"):
                # "Docker + Compose" is two names, though "Docker Compose" is one.
                if other in self._known and _joints(spelling) in self._joints[other]:
                    return self._known[other]
        return None

    def parts(self, title: str) -> list[Part[_Meaning]]:
        """The names in a title, in order: "Docker + Compose" has two, "CI/CD" is one."""
        whole = self.meaning(title)
        if whole is not None:
            return [Part(title, whole)]
        text = _head(_BRACKETS.sub(" ", title))
        pieces = list(_pieces(text))
        found, at = [], 0
        while at < len(pieces):
            part, taken = self._longest(text, pieces[at : at + _LONGEST_RUN])
            found.append(part)
            at += taken
        return found

    def _longest(self, text: str, pieces: list[tuple[int, int]]) -> tuple[Part[_Meaning], int]:
        """The longest known name at the first of these pieces, and how many it takes."""
        start = pieces[0][0]
        for taken in range(len(pieces), 0, -1):
            name = text[start : pieces[taken - 1][1]]
            meaning = self.meaning(name)
            if meaning is not None:
                return Part(name, meaning), taken
        return Part(text[start : pieces[0][1]], None), 1


def proposable(name: str) -> str | None:
    """An unknown name as it could stand in a list of topics; None if it is no name.

    Sentences, placeholders, addresses and long phrases are not.
    """
    tidy = " ".join(_BRACKETS.sub(" ", name.replace("*", "").replace("`", "")).split())
    if not tidy.endswith((".", "!", "?")):
        tidy = _FRINGE.sub("", tidy)
    fits = 1 < len(tidy) <= MAX_LENGTH and len(tidy.split()) <= MOST_WORDS
    has_letters = any(character.isalpha() for character in tidy) and tidy.isprintable()
    refused = (_PLACEHOLDER, _ADDRESS, _SENTENCE)
    is_name = fits and has_letters and not any(pattern.search(tidy) for pattern in refused)
    # "A name [in brackets]" is explained, "[Name]" waits to be filled in.
    return tidy if is_name and not name.strip().startswith("[") else None


def clashes(topics: Mapping[str, Iterable[str]]) -> list[str]:
    """Names that mean two topics of `{name: aliases}`, each with both: for tests of a taxonomy."""
    owners: dict[str, str] = {}
    found = []
    for topic, aliases in topics.items():
        for name in (topic, *aliases):
            owner = owners.setdefault(fold(name), topic)
            if owner != topic:
                found.append(f"{name}: {owner}, {topic}")
    return found


def _spellings(name: str) -> Iterator[str]:
    """A name as it is, then with less and less of what people add to one."""
    bare = _BRACKETS.sub(" ", name).strip()
    head = _head(bare)
    unversioned = _VERSION.sub("", head)
    yield from dict.fromkeys((name, bare, head, unversioned))
    words = unversioned.split()
    while len(words) > 1 and words[-1].lower() in _DESCRIPTORS:
        words.pop()
        yield " ".join(words)


def _head(text: str) -> str:
    """What stands before an explanation."""
    head = _EXPLANATION.split(text, maxsplit=1)[0].strip()
    return head or text.strip()


def _joints(name: str) -> int:
    return len(_SEPARATOR.findall(name.strip()))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where the pieces between separators begin and end; empty ones are left out."""
    start = 0
    for mark in _SEPARATOR.finditer(text):
        if text[start : mark.start()].strip():
            yield start, mark.start()
        start = mark.end()
    if text[start:].strip():
        yield start, len(text)
