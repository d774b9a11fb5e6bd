"""The part of a text in which a search hit, as HTML with the hits marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import Final

from django.utils.html import strip_tags

from learnings.searching.words import SHORTEST_START, SPELLED_OUT, plain, stem

LENGTH: Final = 240  # characters, marks and escapes aside
_LEAD: Final = 60  # characters before the first hit
_MORE: Final = "…"
_WORD: Final = r"[^\W_]+[+#]*"
_BLANKS: Final = re.compile(r"\s+")


def highlight(html: str, words: Iterable[str]) -> str:
    """A piece of a rendered text around its first hit, each hit in `<mark>`.

    Nothing else in it is markup: what a text shows as `<script>` is escaped. It is the text's
    beginning if nothing hits.
    """
    text = _BLANKS.sub(" ", unescape(strip_tags(html))).strip()
    wanted = _sought(tuple(words))
    first = next(_hits(text, 0, len(text), wanted), (0, 0))
    begin = _begin(text, first[0])
    end = _end(text, begin)
    # Nothing beyond the piece is looked at: a page may hold a hundred long texts.
    return _marked(text, begin, end, _hits(text, begin, end, wanted))


@dataclass(frozen=True, slots=True)
class _Sought:
    """What makes a word a hit, and a pattern that finds nearly no others."""

    stems: frozenset[str]
    starts: tuple[str, ...]
    pattern: re.Pattern[str]

    def has(self, word: str) -> bool:
        """Whether this word of a text is a hit."""
        spelled_out = plain(word).strip()
        return stem(spelled_out) in self.stems or spelled_out.startswith(self.starts)


@lru_cache(maxsize=128)
def _sought(words: tuple[str, ...]) -> _Sought:
    stems = frozenset(map(stem, words))
    starts = tuple(word for word in words if len(word) >= SHORTEST_START)
    names = (name for name, spelled_out in SPELLED_OUT if spelled_out.startswith((*stems, *starts)))
    # A form of a word begins with its stem, so taking apart every word of a text is not needed.
    begins = "|".join(map(re.escape, sorted({*stems, *starts, *names}))) or r"\b\B"
    pattern = re.compile(rf"(?<![^\W_])(?={begins}){_WORD}", re.IGNORECASE)
    return _Sought(stems, starts, pattern)


def _hits(text: str, begin: int, end: int, wanted: _Sought) -> Iterator[tuple[int, int]]:
    """Where the words that hit begin and end, one after the other."""
    for found in wanted.pattern.finditer(text, begin, end):
        if wanted.has(found.group()):
            yield found.span()


def _begin(text: str, hit: int) -> int:
    """Where the piece begins: at a word shortly before the hit."""
    if hit <= _LEAD:
        return 0
    blank = text.find(" ", hit - _LEAD, hit)
    return blank + 1 if blank >= 0 else hit


def _end(text: str, begin: int) -> int:
    """Where it ends: between two words if they are not endless."""
    end = begin + LENGTH
    if end >= len(text):
        return len(text)
    blank = text.rfind(" ", begin + LENGTH // 2, end)
    return blank if blank >= 0 else end


def _marked(text: str, begin: int, end: int, hits: Iterable[tuple[int, int]]) -> str:
    pieces, place = [_MORE if begin else ""], begin
    for start, stop in hits:
        pieces += [escape(text[place:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        place = stop
    pieces += [escape(text[place:end]), _MORE if end < len(text) else ""]
    return "".join(pieces)
