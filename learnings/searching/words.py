"""What a person typed, as the words to look for.

Pure: it knows no database. Whatever is no letter, digit or mark only separates words, so nothing
that is typed can be query syntax, and `django.core.exceptions` is three words here and there: the
databases take texts apart by the same rule (`plain`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_WORDS: Final = 10  # further ones are not looked at: each is a look-up of its own
MAX_WORD: Final = 100  # characters; PostgreSQL takes no word of 2 kB
SHORTEST_START: Final = 2  # letters: hardly a text has no word that begins with a "c"

# Names that would lose what tells them from "c" and "f". Anywhere but at the start of a word
# (`index#cat`) they mean nothing.
SPELLED_OUT: Final = (("c++", "cplusplus"), ("c#", "csharp"), ("f#", "fsharp"))

# PostgreSQL's English list, which its index lacks, and the halves of contractions.
_STOP_WORDS: Final = """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his
    himself she her hers herself it its itself they them their theirs themselves what which
    who whom this that these those am is are was were be been being have has had having do
    does did doing a an the and but if or because as until while of at by for with about
    against between into through during before after above below to from up down in out on
    off over under again further then once here there when where why how all any both each
    few more most other some such no nor not only own same so than too very s t can will
    just don should now doesn didn isn aren wasn weren couldn wouldn shouldn hasn haven won
    ll ve
"""
STOP_WORDS: Final = frozenset(_STOP_WORDS.split())

_PIECE: Final = re.compile(r'(-?)"([^"]*)"|(\S+)')
# Endings by which forms of one English word differ, longest first.
_ENDINGS: Final = (
    "ations", "ation", "ments", "ings", "ions", "able", "ment",
    "ers", "ied", "ies", "ing", "ion", "ors", "ed", "er", "es", "ly", "or", "e", "s", "y",
)  # fmt: skip
_SHORTEST_STEM: Final = 4  # letters


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. Every term must occur and none of the excluded ones.

    A term is a tuple of words: one that may also be the start of a longer one, or several that
    stand side by side, as they were quoted.
    """

    terms: tuple[tuple[str, ...], ...]
    excluded: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to find: nothing is found by what it is not."""
        return bool(self.terms)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of all terms, each once, without stop words."""
        words = dict.fromkeys(word for term in self.terms for word in term)
        return tuple(word for word in words if word not in STOP_WORDS)


def read(text: str) -> Query:
    """The query that `text` is: words, "several in quotes", and -without.

    Stop words are no words: a query of nothing else is empty, and finds nothing.
    """
    terms: dict[tuple[str, ...], None] = {}
    excluded: dict[tuple[str, ...], None] = {}
    for minus, quoted, piece in _PIECE.findall(text):
        if quoted or minus:
            (excluded if minus else terms).setdefault(_phrase(quoted))
        elif re.match(r"-\w", piece):
            excluded.setdefault(tuple(words_of(piece)))
        else:
            for word in words_of(piece):
                terms.setdefault((word,))
    terms.pop((), None)
    excluded.pop((), None)
    return Query(tuple(terms)[:MAX_WORDS], tuple(excluded)[:MAX_WORDS])


def _phrase(quoted: str) -> tuple[str, ...]:
    """The first words that stand side by side, or none if they are all stop words."""
    words = tuple(word[:MAX_WORD] for word in plain(quoted).split()[:MAX_WORDS])
    return () if STOP_WORDS.issuperset(words) else words


def words_of(text: str) -> list[str]:
    """The words of a text in their order, in lower case, without stop words."""
    return [word[:MAX_WORD] for word in plain(text).split() if word not in STOP_WORDS]


def plain(text: str) -> str:
    """`text` in lower case with blanks for all that separates words."""
    lowered = unicodedata.normalize("NFC", text).lower()
    separated = " " + "".join(char if _is_kept(char) else " " for char in lowered)
    for name, spelled_out in SPELLED_OUT:
        separated = separated.replace(f" {name}", f" {spelled_out}")
    return separated.replace("+", " ").replace("#", " ")


@lru_cache(maxsize=4096)
def _is_kept(char: str) -> bool:
    return char.isalnum() or char in "+#" or unicodedata.category(char)[0] == "M"


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """What the forms of an English word share, roughly: `connect` of "connections".

    For marking and comparing texts that were found. What is found is for the database to say,
    which knows English better.
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word
