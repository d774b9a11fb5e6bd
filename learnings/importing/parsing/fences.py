"""Find the code in a document, also where a fence was never closed.

A forgotten closing fence swallows the rest of a document for a parser, but not for a reader, who
sees where the next section starts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

OPENING = re.compile(r"^\s*(?:(?:[-*+>]|\d{1,3}[.)])\s+)*(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")
CLOSING = re.compile(r"^\s*(`{3,}|~{3,})\s*$")
_SECTION = re.compile(r"^ {0,3}#{2,6}\s+\S")  # one `#` is a comment in most languages


@dataclass(frozen=True, slots=True)
class Fences:
    """Which lines (from 0) are code, and where the text goes on after an unclosed fence.

    `unclosed` are the lines on which those fences open that nothing closes.
    """

    code: bytes
    resumptions: tuple[int, ...]
    unclosed: tuple[int, ...] = ()

    def holds(self, line: int) -> bool:
        """Say whether a line is code or one of its fences."""
        return bool(self.code[line])


def find(lines: Sequence[str]) -> Fences:
    """Find every fenced block of the lines."""
    code = bytearray(len(lines))
    resumptions: list[int] = []
    unclosed: list[int] = []
    number = 0
    while number < len(lines):
        opening = OPENING.match(lines[number])
        if opening is None:
            number += 1
            continue
        end, is_closed = _end(lines, number, opening)
        code[number:end] = b"\x01" * (end - number)
        if not is_closed:
            unclosed.append(number)
            if end < len(lines):
                resumptions.append(end)
        number = end
    return Fences(bytes(code), tuple(resumptions), tuple(unclosed))


def _end(lines: Sequence[str], start: int, opening: re.Match[str]) -> tuple[int, bool]:
    """Return the line after a block, and whether a fence closes it."""
    mark = opening["mark"]
    holds_markdown = opening["info"].strip().lower().startswith(("md", "markdown"))
    section = 0
    for number in range(start + 1, len(lines)):
        line = lines[number]
        closing = CLOSING.match(line)
        if closing and closing[1][0] == mark[0] and len(closing[1]) >= len(mark):
            return number + 1, True
        if not section and _SECTION.match(line):
            section = number
        if section and not holds_markdown and not closing and OPENING.match(line):
            return section, False
    return section or len(lines), False
