"""The part of a text in which a search hit, as HTML with the hits marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from typing import Final

from django.utils.html import strip_tags

from learnings.searching.words import SHORTEST_START, plain, stem

LENGTH: Final = 240  # characters, marks and escapes aside
_LEAD: Final = 60  # characters before the first hit
_MORE: Final = "…"
_WORD: Final = re.compile(r"[^\W_]+[+#]*")
_BLANKS: Final = re.compile(r"\s+")


def highlight(html: str, words: Iterable[str]) -> str:
    """A piece of a rendered text around its first hit, each hit in `<mark>`.

    Nothing else in it is markup: what a text shows as `<script>` is escaped. It is the text's
    beginning if nothing hits.
    """
    text = _BLANKS.sub(" ", unescape(strip_tags(html))).strip()
    wanted = list(words)
    stems = {stem(word) for word in wanted}
    starts = tuple(word for word in wanted if len(word) >= SHORTEST_START)
    first = next(_hits(text, 0, len(text), stems, starts), (0, 0))
    begin = _begin(text, first[0])
    end = _end(text, begin)
    # Nothing beyond the piece is looked at: a page may hold a hundred long texts.
    return _marked(text, begin, end, _hits(text, begin, end, stems, starts))


def _hits(
    text: str, begin: int, end: int, stems: set[str], starts: tuple[str, ...]
) -> Iterator[tuple[int, int]]:
    """Where the words that hit begin and end, one after the other."""
    known: dict[str, bool] = {}  # texts repeat their words
    for found in _WORD.finditer(text, begin, end):
        word = found.group()
        if word not in known:
            spelled_out = plain(word).strip()
            known[word] = stem(spelled_out) in stems or spelled_out.startswith(starts)
        if known[word]:
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
