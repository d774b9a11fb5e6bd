"""Two versions of an entry's texts, side by side and word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

_WORD: Final = re.compile(r"\s+|[^\s]+")
MOST: Final = 4_000  # words and spaces of a text; longer ones are shown without marks


class Piece(NamedTuple):
    """Some words of a text, and whether the other version lacks them."""

    text: str
    is_changed: bool


class Difference(NamedTuple):
    """One field that differs, both versions in pieces."""

    field: str
    before: list[Piece]
    after: list[Piece]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs, in the order of `after`; a list of words reads with commas between."""
    found = []
    for name, value in after.items():
        old, new = _text(before.get(name, "")), _text(value)
        if old != new:
            found.append(Difference(name.replace("_", " ").capitalize(), *_pieces(old, new)))
    return found


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > MOST:
        return [Piece(before, is_changed=False)], [Piece(after, is_changed=False)]
    left: list[Piece] = []
    right: list[Piece] = []
    for step, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        _add(left, old[i:j], is_changed=step != "equal")
        _add(right, new[k:m], is_changed=step != "equal")
    return left, right


def _add(pieces: list[Piece], words: Sequence[str], *, is_changed: bool) -> None:
    if words:
        pieces.append(Piece("".join(words), is_changed))
