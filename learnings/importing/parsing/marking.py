"""Give Markdown the headings that people saw.

Learners paste from rendered pages, Word and chats, so many headings carry no `#`, or one without
its space. Here such lines are marked as headings, one line for one line, so that a Markdown
parser sees the document's real shape. Lines inside code are left alone.
"""

import re
from collections.abc import Sequence

from . import labels, plain, titles
from .fences import Fences
from .labels import Part
from .titles import Kind

_FEW = 3  # a document with fewer `#` headings than this was written without them

_ATX = re.compile(r"^ {0,3}(#{1,6})(?:\s+|$)(.*)$")
_ATX_WITHOUT_SPACE = re.compile(r"^(#{1,6})([^#\s!\d][^#]*)(#*)\s*$")
_HTML_HEADING = re.compile(r"^\s*<h([1-6])[^<>]*>(.*?)</h\1>\s*$", re.IGNORECASE)
_UNDERLINE = re.compile(r"^ {0,3}(?:-{2,}|={2,})\s*$")
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)|^={7}$")
_MARKED = re.compile(r"^\s*(?:[-*+>|#]\s|[-*+]$|\||<|```|~~~|!\[|\[)|^ {4}|^\t")
_NUMBERED = re.compile(r"^\d{1,2}[.)]\s+\S")
_LEADING_EMOJI = re.compile(f"^[{plain.EMOJI}]+")
_TITLE_WORDS = 8
_PARTS = frozenset({Kind.CHALLENGES, Kind.SOLUTIONS, Kind.TECHNOLOGIES, Kind.LEARNINGS})


def mark_headings(lines: Sequence[str], fences: Fences) -> list[str]:
    """Return the same lines with every heading written as `#` and its text."""
    return _Marker(lines, fences).run()


class _Marker:
    """One walk over the lines; knows the heading that it is under."""

    def __init__(self, lines: Sequence[str], fences: Fences) -> None:
        self._lines = list(lines)
        self._fences = fences
        self._has_conflicts = any(line.startswith(("<<<<<<< ", ">>>>>>> ")) for line in lines)
        marked = sum(1 for n, line in enumerate(lines) if not fences.holds(n) and _ATX.match(line))
        self._is_bare = marked < _FEW
        self._level = 1
        self._kind = Kind.UNKNOWN

    def run(self) -> list[str]:
        return [
            line if self._fences.holds(number) else self._marked(number, line)
            for number, line in enumerate(self._lines)
        ]

    def _marked(self, number: int, line: str) -> str:
        if self._has_conflicts and _CONFLICT.match(line):
            return ""
        heading = _ATX.match(line)
        if heading:
            self._enter(len(heading[1]), heading[2])
            return line
        written = self._written_as_heading(line)
        if written:
            return self._enter(*written)
        if _UNDERLINE.match(line):
            return self._underline(number, line)
        if self._is_title(number, line):
            return self._enter_bare(line)
        return line

    def _written_as_heading(self, line: str) -> tuple[int, str] | None:
        """Recognise `##Title`, `#Title#` and `<h2>Title</h2>`."""
        match = _HTML_HEADING.match(line)
        if match:
            return int(match[1]), match[2]
        match = _ATX_WITHOUT_SPACE.match(line)
        # "#project" is a hashtag.
        if match and (len(match[1]) > 1 or match[3] or " " in match[2].strip()):
            return len(match[1]), match[2].strip()
        return None

    def _underline(self, number: int, line: str) -> str:
        """Keep a setext underline under a title; under prose and lists it is a rule."""
        above = self._lines[number - 1].strip() if number else ""
        before = self._lines[number - 2].strip() if number > 1 else ""
        is_title = (
            above
            and not before
            and above[-1] not in ".!?,;:"
            and len(above.split()) <= _TITLE_WORDS * 2
            and not _MARKED.match(self._lines[number - 1])
        )
        return line if is_title else "***"

    def _enter(self, level: int, text: str) -> str:
        self._level, self._kind = level, titles.promised(text)
        return f"{'#' * level} {text}"

    def _enter_bare(self, line: str) -> str:
        text = line.strip()
        kind = titles.promised(text)
        if kind is not Kind.UNKNOWN:
            self._kind = kind
        return f"{'#' * (2 if self._is_bare else min(self._level + 1, 6))} {text}"

    def _is_title(self, number: int, line: str) -> bool:
        text = line.strip()
        if not text or len(text) > 120 or _MARKED.match(line) or "\t" in text or "|" in text:  # noqa: PLR2004
            return False
        if self._is_label(text):
            return False
        if plain.is_bold_line(text):
            return self._is_bold_title(number, text)
        if _NUMBERED.match(text) and not (self._is_bare and self._stands_alone(number)):
            return False
        if titles.is_section_title(text) and self._promises_enough(number, text):
            return True
        return self._is_bare and number > 0 and self._is_emoji_title(number, text)

    def _is_label(self, text: str) -> bool:
        """Say whether a line labels a part of a challenge, rather than a section."""
        label = labels.read(text)
        if label is None:
            return False
        if label.part is Part.ASIDE and (self._is_bare or self._kind is not Kind.CHALLENGES):
            return bool(label.rest)
        ends_open = text.rstrip(" *_").endswith(":")
        return bool(label.rest) or ends_open or plain.is_bold_line(text)

    def _is_bold_title(self, number: int, text: str) -> bool:
        if self._is_bare:
            return not self._blank(number + 1) or self._blank(number - 1)
        # Below a challenge's heading, "**Key Learnings:**" is one of its parts.
        is_part = self._kind is Kind.CHALLENGES and (
            labels.part_of(text) is not None or titles.promised(text) in _PARTS
        )
        return not is_part and titles.is_section_title(text)

    def _promises_enough(self, number: int, text: str) -> bool:
        if titles.promised(text) is Kind.ELSEWHERE:
            return self._is_bare and self._stands_alone(number)
        return (
            self._blank(number - 1) or self._blank(number + 1) or bool(_LEADING_EMOJI.match(text))
        )

    def _is_emoji_title(self, number: int, text: str) -> bool:
        """Recognise "🎓 School Platform"; repeated on the next lines, the emoji is a bullet."""
        emoji = _LEADING_EMOJI.match(text)
        words = text.split()
        if not emoji or len(words) > _TITLE_WORDS or text[-1] in ".!?;," or ": " in text:
            return False
        return not any(neighbour.startswith(emoji[0]) for neighbour in self._neighbours(number))

    def _neighbours(self, number: int) -> list[str]:
        """Return the nearest lines with text before and after, within two lines."""
        found = []
        for step in (-1, 1):
            near = [self._line(number + step).strip(), self._line(number + 2 * step).strip()]
            found.append(next(filter(None, near), ""))
        return found

    def _line(self, number: int) -> str:
        return self._lines[number] if 0 <= number < len(self._lines) else ""

    def _blank(self, number: int) -> bool:
        return not self._line(number).strip()

    def _stands_alone(self, number: int) -> bool:
        return self._blank(number - 1) and self._blank(number + 1)


_ESCAPED_MARK = re.compile(r"^\s*\\(?:#|[*-]\s|[*]{1}\\[*])")
_ESCAPE = re.compile(r"\\([#*_`\-|.>\[\]()+])")


def unescape(lines: Sequence[str]) -> list[str]:
    """Undo the escapes of an editor that took Markdown for text: `\\# Title`, `\\*\\*bold\\*\\*`."""
    if sum(1 for line in lines if _ESCAPED_MARK.match(line)) < _FEW:
        return list(lines)
    return [_ESCAPE.sub(r"\1", line) for line in lines]
