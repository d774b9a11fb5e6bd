"""Give Markdown the headings that people saw.

Learners paste from rendered pages, Word and chats, so many headings carry no `#`, or one without
its space. Here such lines are marked as headings, one line for one line, so that a Markdown
parser sees the document's real shape. Lines inside code are left alone.
"""

import re
from collections.abc import Iterator, Sequence

from . import labels, plain, titles
from .fences import Fences
from .labels import Part
from .titles import Kind

_FEW = 3  # a document with fewer `#` headings than this was written without them
_TITLE_WORDS = 8
_TITLE_LENGTH = 120  # characters, marks included

_ATX = re.compile(r"^ {0,3}(#{1,6})(?:\s+|$)(.*)$")
_ATX_WITHOUT_SPACE = re.compile(r"^(#{1,6})([^#\s!\d][^#]*+)(#*+)\s*+$")
_HTML_HEADING = re.compile(r"^\s*<h([1-6])[^<>]*>(.*?)</h\1>\s*$", re.IGNORECASE)
_UNDERLINE = re.compile(r"^ {0,3}(?:-{2,}|={2,})\s*$")
_RULE = "***"
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)|^={7}$")
_MARKED = re.compile(r"^\s*(?:[-*+>|#]\s|[-*+]$|\||<|```|~~~|!\[|\[)|^ {4}|^\t|.*[\t|]")
_WIDE_GAP = " " * 3  # parts the columns of a table
_NUMBERED = re.compile(r"^\d{1,2}[.)]\s+\S")
_LEADING_EMOJI = re.compile(f"^[{plain.EMOJI}]+")
_ESCAPED_MARK = re.compile(r"^\s*\\(?:#|[*-]\s|\*\\\*)")
_ESCAPE = re.compile(r"\\([#*_`\-|.>\[\]()+])")

# Below a challenge's heading, bold lines of these kinds are its parts.
_PART_KINDS = frozenset({Kind.CHALLENGES, Kind.SOLUTIONS, Kind.TECHNOLOGIES, Kind.LEARNINGS})


def unescape(lines: Sequence[str]) -> list[str]:
    r"""Undo the escapes of an editor that took Markdown for text: `\# Title`, `\*\*bold\*\*`."""
    if sum(1 for line in lines if _ESCAPED_MARK.match(line)) < _FEW:
        return list(lines)
    return [_ESCAPE.sub(r"\1", line) for line in lines]


def mark_headings(lines: Sequence[str], fences: Fences) -> list[str]:
    """Return the same lines with every heading written as `#` and its text."""
    return list(_Marker(lines, fences).marked())


class _Marker:
    """One walk over the lines, which knows the heading that it is under."""

    def __init__(self, lines: Sequence[str], fences: Fences) -> None:
        self._lines = lines
        self._fences = fences
        self._has_conflicts = any(line.startswith(("<<<<<<< ", ">>>>>>> ")) for line in lines)
        headings = (n for n, line in enumerate(lines) if not fences.holds(n) and _ATX.match(line))
        self._is_bare = sum(1 for _ in headings) < _FEW
        self._level = 1
        self._kind = Kind.UNKNOWN

    def marked(self) -> Iterator[str]:
        """Yield every line, those of headings with their marks."""
        for number, line in enumerate(self._lines):
            yield line if self._fences.holds(number) else self._marked(number, line)

    def _marked(self, number: int, line: str) -> str:
        if self._has_conflicts and _CONFLICT.match(line):
            return ""
        heading = _ATX.match(line)
        if heading:
            self._level, self._kind = len(heading[1]), titles.promised(heading[2])
            return line
        written = _written_as_heading(line)
        if written:
            self._level, self._kind = written[0], titles.promised(written[1])
            return f"{'#' * written[0]} {written[1]}"
        if _UNDERLINE.match(line):
            return line if self._is_under_title(number) else _RULE
        return self._as_heading(line) if self._is_title(number, line) else line

    def _as_heading(self, line: str) -> str:
        """Mark a bare line: all are equal where there are no others, else below the last."""
        text = line.strip()
        kind = titles.promised(text)
        if kind is not Kind.UNKNOWN:
            self._kind = kind
        return f"{'#' * (2 if self._is_bare else min(self._level + 1, 6))} {text}"

    def _is_under_title(self, number: int) -> bool:
        """Say whether an underline makes a heading; under prose and lists it is a rule."""
        above, before = self._line(number - 1), self._line(number - 2)
        text = above.strip()
        is_short = len(text.split()) <= _TITLE_WORDS * 2
        if not text or before.strip() or not is_short or _MARKED.match(above):
            return False
        return text[-1] not in ".!?,;:"

    # -- bare lines

    def _is_title(self, number: int, line: str) -> bool:
        text = line.strip()
        if not text or len(text) > _TITLE_LENGTH or _WIDE_GAP in text:
            return False
        if _MARKED.match(line) or self._is_label(text):
            return False
        if plain.is_bold_line(text):
            return self._is_bold_title(number, text)
        if _NUMBERED.match(text) and not (self._is_bare and self._stands_alone(number)):
            return False
        if titles.is_section_title(text) and self._stands_apart(number, text):
            return True
        return self._is_bare and number > 0 and self._is_emoji_title(number, text)

    def _is_label(self, text: str) -> bool:
        """Say whether a line labels a part of a challenge, rather than a section."""
        label = labels.read(text)
        if label is None:
            return False
        # Outside, "**Challenges**" and "Key Takeaways:" are titles.
        is_outside = self._kind is not Kind.CHALLENGES and label.part is not Part.SOLUTION
        if label.stands_alone and (is_outside or (label.part is Part.ASIDE and self._is_bare)):
            return False
        ends_open = text.rstrip(" *_").endswith(":")
        return not label.stands_alone or ends_open or plain.is_bold_line(text)

    def _is_bold_title(self, number: int, text: str) -> bool:
        if self._is_bare:
            return self._is_blank(number - 1) or not self._is_blank(number + 1)
        is_part = labels.part_of(text) is not None or titles.promised(text) in _PART_KINDS
        if self._kind is Kind.CHALLENGES and is_part:
            return False
        return titles.is_section_title(text)

    def _stands_apart(self, number: int, text: str) -> bool:
        if titles.promised(text) is Kind.ELSEWHERE:
            return self._is_bare and self._stands_alone(number)
        is_apart = self._is_blank(number - 1) or self._is_blank(number + 1)
        return is_apart or bool(_LEADING_EMOJI.match(text))

    def _is_emoji_title(self, number: int, text: str) -> bool:
        """Recognise "🎓 School Platform"; repeated on the next lines, the emoji is a bullet."""
        emoji = _LEADING_EMOJI.match(text)
        is_short = len(text.split()) <= _TITLE_WORDS
        if not emoji or not is_short or text[-1] in ".!?;," or ": " in text:
            return False
        return not any(line.startswith(emoji[0]) for line in self._neighbours(number))

    def _neighbours(self, number: int) -> Iterator[str]:
        """Yield the nearest lines with text before and after, within two lines."""
        for step in (-1, 1):
            near = (self._line(number + step).strip(), self._line(number + 2 * step).strip())
            yield near[0] or near[1]

    def _line(self, number: int) -> str:
        return self._lines[number] if 0 <= number < len(self._lines) else ""

    def _is_blank(self, number: int) -> bool:
        return not self._line(number).strip()

    def _stands_alone(self, number: int) -> bool:
        return self._is_blank(number - 1) and self._is_blank(number + 1)


def _written_as_heading(line: str) -> tuple[int, str] | None:
    """Return level and text of `##Title`, `#Title#` and `<h2>Title</h2>`."""
    match = _HTML_HEADING.match(line)
    if match:
        return int(match[1]), match[2]
    match = _ATX_WITHOUT_SPACE.match(line)
    # "#project" is a hashtag.
    if match and (len(match[1]) > 1 or match[3] or " " in match[2].strip()):
        return len(match[1]), match[2].strip()
    return None
