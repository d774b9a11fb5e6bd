"""Known names in running text.

Pure, and one walk over the words: each word starts at most one name, a name has few words. A name
that is a word, too ("go to", "make sure", "the rest of"), counts only where it looks like a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Generic, TypeVar

from learnings.naming import WORD, breaks, fold, singulars, unnumbered
from learnings.taxonomy import Caution

_Meaning = TypeVar("_Meaning")

_SHORT: Final = 2  # characters; what is no longer must be written as it is: "JS", "CI"
_TITLE_LINE: Final = 2  # words; a line of so few may be all in capitals
_EARSHOT: Final = 40  # characters around a word that show whether a line is in capitals

_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+|\]\([^()\s]*\)")
_TICKS: Final = re.compile("`+")
_FENCE: Final = re.compile(r" {0,3}(?:```|~~~)")

# What may stand between two words of one name; a line's end may, an empty line may not.
_GAP: Final = re.compile(r"[ \t]*\n?[ \t]*|[._-]")
_SLASH: Final = re.compile(r" ?[/&] ?")
_BLANK: Final = re.compile(r"[ \t]+")
_SENTENCE_ENDS: Final = re.compile(r"[\n.!?:;|]")
_GLUE: Final = frozenset("_@.-\\")  # what stands right before a word that is part of a longer one
_GLUED: Final = frozenset("_@")  # and right behind one

# Words after which, or before which, "Go" and "React" are verbs and "Rest" is what remains.
_BEFORE_VERBS: Final = frozenset({"to", "let", "lets", "s", "ready", "don", "not"})
_AFTER_VERBS: Final = frozenset(
    {"to", "of", "on", "for", "your", "my", "our", "their", "its", "sure", "the", "a", "an", "it"}
    | {"this", "that", "them", "yourself", "back", "through", "ahead", "over", "when", "how", "why"}
)


@dataclass(frozen=True, slots=True)
class _Known(Generic[_Meaning]):
    """A name that can be found: what it means, how it is spelled, where it may be apart."""

    meaning: _Meaning
    spellings: frozenset[str]  # its words run together, capitals kept
    breaks: frozenset[int]
    slashes: frozenset[int]
    caution: Caution | None


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text and where it stands."""

    text: str
    start: int
    end: int
    is_code: bool
    gap: str  # what stands between the previous word and this


class Mentions(Generic[_Meaning]):
    """Finds the names it was given in texts."""

    def __init__(
        self, names: Iterable[tuple[str, _Meaning]], cautions: Mapping[str, Caution]
    ) -> None:
        """Take pairs of a name and what it means, and which keys are words, too."""
        self._known: dict[str, _Known[_Meaning]] = {}
        for name, meaning in names:
            key = fold(name)
            self._known[key] = _joined(
                self._known.get(key), _known(name, meaning, cautions.get(key))
            )
        # "Race conditions" are known by one of them, unless that is a name of its own.
        for key, known in list(self._known.items()):
            if known.caution is None:
                for one in singulars(key):
                    self._known.setdefault(one, known)
        self._beginnings = {key[:end] for key in self._known for end in range(1, len(key) + 1)}

    def found_in(self, text: str) -> list[_Meaning]:
        """What `text` names, each once, in order of appearance."""
        words = list(_words(text))
        found: dict[_Meaning, None] = {}
        at = 0
        while at < len(words):
            known, taken = self._at(text, words, at)
            if known is not None:
                found.setdefault(known.meaning)
            at += taken
        return list(found)

    def _at(self, text: str, words: list[_Word], at: int) -> tuple[_Known[_Meaning] | None, int]:
        """The longest name that begins at this word, and how many words it takes."""
        best, taken, key, joins = None, 1, "", dict[int, str]()
        if text[words[at].start - 1 : words[at].start] in _GLUE:
            return None, 1
        for end in range(at, len(words)):
            if key:
                joins[len(key)] = words[end].gap
            key += words[end].text.lower()
            known = self._named(key, joins)
            if known is not None and self._counts(known, key, text, words, at, end):
                best, taken = known, end - at + 1
            if key not in self._beginnings:
                break
        return best, taken

    def _named(self, key: str, joins: Mapping[int, str]) -> _Known[_Meaning] | None:
        """The name with this key, or one with it in the singular or without a version."""
        for other in (key, *singulars(key), unnumbered(key)):
            known = self._known.get(other)
            if known is None or (other != key and known.caution):
                continue
            if all(_may_join(known, at, gap) for at, gap in joins.items()):
                return known
        return None

    def _counts(
        self, known: _Known[_Meaning], key: str, text: str, words: list[_Word], at: int, end: int
    ) -> bool:
        """Whether these words are the name, not other words spelled alike."""
        last = words[end]
        if text[last.end : last.end + 1] in _GLUED:
            return False
        if known.caution is None:
            return True
        written = "".join(word.text for word in words[at : end + 1])
        if last.is_code:
            # A command begins with its name: `flask run`, `make test`; `...rest` is no REST.
            is_command = not words[at - 1].is_code if at else True
            is_lower = written == key and len(key) > 1 and not _is_shouted(known)
            return written in known.spellings or (is_command and is_lower)
        if written not in known.spellings or known.caution is Caution.PRESENTED:
            return False
        if text[last.end : last.end + 1] == "-" and known.caution is Caution.MID_SENTENCE:
            return False
        before = words[at - 1] if at else None
        after = words[end + 1] if end + 1 < len(words) else None
        return _looks_like_a_name(known, text, words[at], before, after)


def _looks_like_a_name(
    known: _Known[_Meaning], text: str, word: _Word, before: _Word | None, after: _Word | None
) -> bool:
    if _is_shouted(known):
        return not _is_in_a_shout(text, word)
    begins = before is None or bool(_SENTENCE_ENDS.search(word.gap))
    follows = after.text.lower() if after and _BLANK.fullmatch(after.gap) else ""
    if known.caution is Caution.CAPITALISED:
        return not (begins and follows in _AFTER_VERBS)
    if begins or before is None or before.text.lower() in _BEFORE_VERBS:
        return False
    # "How We Make Decisions" is a heading: there capitals say nothing.
    neighbours = [before.text] if _BLANK.fullmatch(word.gap) else []
    neighbours += [after.text] if follows and after else []
    return not any(other[0].isupper() and not other.isupper() for other in neighbours)


def _is_shouted(known: _Known[_Meaning]) -> bool:
    return all(spelling.isupper() for spelling in known.spellings)


def _is_in_a_shout(text: str, word: _Word) -> bool:
    """Whether a line is in capitals all around, so that "THE REST OF IT" is no REST."""
    before = text[max(0, word.start - _EARSHOT) : word.start].rpartition("\n")[2]
    after = text[word.start : word.end + _EARSHOT].partition("\n")[0]
    line = before + after
    return line.isupper() and len(line.split()) > _TITLE_LINE


def _known(name: str, meaning: _Meaning, caution: Caution | None) -> _Known[_Meaning]:
    words = WORD.findall(name)
    gaps = breaks(name)
    spelling = "".join(words) or name
    if caution is None and len(spelling) <= _SHORT:
        caution = Caution.CAPITALISED if len(spelling) > 1 else Caution.PRESENTED
    return _Known(meaning, frozenset({spelling}), gaps, _slashes(name), caution)


def _joined(first: _Known[_Meaning] | None, second: _Known[_Meaning]) -> _Known[_Meaning]:
    """One name in two spellings: "Node.js" and "NodeJS"."""
    if first is None:
        return second
    return _Known(
        first.meaning,
        first.spellings | second.spellings,
        first.breaks | second.breaks,
        first.slashes | second.slashes,
        first.caution,
    )


def _slashes(name: str) -> frozenset[int]:
    """Where in its key a name has a slash or an "&"."""
    found, length = set(), 0
    for word, following in pairwise(WORD.finditer(name)):
        length += len(word[0])
        if _SLASH.fullmatch(name, word.end(), following.start()):
            found.add(length)
    return frozenset(found)


def _may_join(known: _Known[_Meaning], at: int, gap: str) -> bool:
    if at in known.slashes and _SLASH.fullmatch(gap):
        return True
    return at in known.breaks and bool(_GAP.fullmatch(gap))


def _words(text: str) -> Iterator[_Word]:
    """The words of a text, those of addresses left out."""
    masked = _ADDRESS.sub(lambda found: "|" * len(found[0]), text)
    code = _code(text)
    end, span = 0, next(code, None)
    for match in WORD.finditer(masked):
        start = match.start()
        while span and span[1] <= start:
            span = next(code, None)
        yield _Word(
            match[0], start, match.end(), bool(span and span[0] <= start), masked[end:start]
        )
        end = match.end()


def _code(text: str) -> Iterator[tuple[int, int]]:
    """Where code begins and ends: fenced lines, and what stands between backticks in a line."""
    start, is_fenced = 0, False
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        if _FENCE.match(line):
            is_fenced = not is_fenced
        elif is_fenced:
            yield start, end
        else:
            ticks = [tick.span() for tick in _TICKS.finditer(line)]
            for opening, closing in zip(ticks[::2], ticks[1::2], strict=False):
                yield start + opening[1], start + closing[0]
        start = end
