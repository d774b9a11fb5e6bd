"""A document as a reviewer looks at it: its lines, its headings, and what is code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from learnings.importing.parsing import document, fences, marking, plain, text
from learnings.importing.parsing.document import Document, Section
from learnings.importing.parsing.fences import Fences

_CODE_SPAN = re.compile(r"`+[^`]*`+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that its author marked as one."""

    title: str
    line: int
    section: Section

    @property
    def words(self) -> str:
        """The title as plain text in lower case."""
        return self.title.lower()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands below it but rules."""
        blocks = self.section.blocks
        holds = any(not isinstance(b, document.Aside) or not b.is_rule for b in blocks)
        return not holds and not self.section.sections


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A README under review, beside the source as it was sent."""

    source: bytes | str
    document: Document
    lines: tuple[str, ...]  # clean, without escapes that an editor added
    fences: Fences
    headings: tuple[Heading, ...]

    @classmethod
    def of(cls, source: bytes | str) -> Manuscript:
        """Read a source that can be read.

        Raises:
            UnreadableDocument: it cannot.
        """
        parsed = document.parse(text.decode(source))
        lines = tuple(marking.unescape(parsed.lines))
        headings = (
            Heading(plain.heading(section.title), section.span.first_line, section)
            for section in parsed.root.walk()
            if section.level and parsed.is_marked(section)
        )
        return cls(source, parsed, lines, fences.find(lines), tuple(headings))

    def prose(self) -> Iterator[tuple[int, str]]:
        """Yield the lines, counted from 1, that are text: no code, no comment."""
        is_comment = False
        for number, line in enumerate(self.lines):
            if self.fences.holds(number):
                continue
            shown, is_comment = _outside_comments(line, is_comment=is_comment)
            if shown.strip():
                yield number + 1, shown


def _outside_comments(line: str, *, is_comment: bool) -> tuple[str, bool]:
    """Return what of a line is shown, and whether the next one begins within a comment."""
    shown: list[str] = []
    rest = line
    while rest:
        piece, mark, rest = rest.partition("-->" if is_comment else "<!--")
        if not is_comment:
            shown.append(piece)
        if mark:
            is_comment = not is_comment
    return " ".join(shown), is_comment


def without_code(line: str) -> str:
    """Return a line without its code spans."""
    return _CODE_SPAN.sub(" ", line) if "`" in line else line
