"""Split a paragraph where its lines are statements of their own.

For Markdown the lines of a paragraph are one text. Authors often mean each of them for itself:
"**Problem:** …" over "**Solution:** …", or a list pasted without its bullets.
"""

import re

from . import labels, plain
from .document import Paragraph
from .entries import Entry, Shape
from .records import Span

_BULLET_EMOJI = re.compile(f"^[{plain.EMOJI}\u2192]")
_LINE_LENGTH = 90  # characters; longer lines are prose that was wrapped
_LEAD_WORDS = 6


def split(shape: Shape, paragraph: Paragraph) -> list[Entry]:
    """Return the statements of a paragraph, each with its lines; there is at least one."""
    lines = paragraph.text.split("\n")
    starts = [0, *(n for n in range(1, len(lines)) if _begins(lines[n], lines[n - 1]))]
    if all(_could_stand_alone(line) for line in lines):
        starts = [0, *(n for n in range(1, len(lines)) if not _is_open_label(lines[n - 1]))]
    entries = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        text = "\n".join(lines[start:end]).strip().rstrip("\\")
        first_line = paragraph.span.first_line + start
        span = Span(first_line=first_line, last_line=first_line + end - start - 1)
        entries += [Entry(shape, part, span, span) for part in labels.split_inline(text) if part]
    return entries or [Entry(shape, "", paragraph.span, paragraph.span)]


def _could_stand_alone(line: str) -> bool:
    text = plain.plain(line)
    if not text or len(text) > _LINE_LENGTH:
        return False
    return not text[0].islower() and text[-1] not in ".,;:!?"


def _is_open_label(line: str) -> bool:
    """Say whether a line is a label whose text begins on the next one."""
    label = labels.read(line)
    return label is not None and label.stands_alone


def _begins(line: str, before: str) -> bool:
    """Say whether a line begins something new rather than goes on."""
    if _BULLET_EMOJI.match(line) or plain.is_bold_line(line) or labels.read(line):
        return True
    if _is_open_label(before):
        return False
    lead = plain.split_lead(line)
    if lead and lead.separator and (lead.is_bold or line[:1].isupper()):
        return lead.is_bold or len(lead.name.split()) <= _LEAD_WORDS
    is_broken = before.endswith(("  ", "\\"))
    ended = before.rstrip(" \\")[-1:]
    return not line[:1].islower() and (ended in ".!?" or (is_broken and ended not in ",:"))
