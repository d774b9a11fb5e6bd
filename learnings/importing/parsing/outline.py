"""Blocks to entries: one shape for bullets, sub-headings, bold lines and bare lines.

Authors write the same thing in many ways: a list item with nested bullets, a sub-heading with a
list, a bold line with a paragraph. All of them are an entry with a statement and children, so the
extractors that follow know one shape only.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise

from . import labels, plain, titles
from .document import Aside, Block, Document, Item, ItemList, Paragraph, Row, Section, Table
from .labels import Part
from .records import Span, enclosing


class Shape(Enum):
    """How an entry was written."""

    HEADING = auto()
    ITEM = auto()
    LINE = auto()
    TABLE = auto()
    ASIDE = auto()  # code, quotation, HTML: kept in bodies only


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement with what belongs to it.

    `text` is Markdown and keeps label and bold face. `span` covers the children too; `own` only
    the statement. `rows` belong to a table, head first.
    """

    shape: Shape
    text: str
    own: Span
    span: Span
    children: tuple["Entry", ...] = ()
    rows: tuple[Row, ...] = ()
    number: int | None = None  # in an ordered list

    @property
    def is_opening(self) -> bool:
        """Whether the statement only announces its children: a heading, a bold line, "Tools:"."""
        return (
            self.shape is Shape.HEADING
            or plain.is_bold_line(self.text)
            or self.text.rstrip(" *_").endswith(":")
        )


def outline(
    document: Document, blocks: Sequence[Block], sections: Sequence[Section]
) -> list[Entry]:
    """Return the entries of a section's blocks and of those of its sub-sections that belong."""
    entries = _gathered(_numbered(_entries_of(document, blocks)))
    for section in sections:
        children = tuple(outline(document, section.blocks, section.sections))
        own = Span(first_line=section.span.first_line, last_line=section.span.first_line)
        entries.append(Entry(Shape.HEADING, section.title, own, section.span, children))
    return entries


def flat(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries and all their children in document order."""
    found: list[Entry] = []
    waiting = list(entries)[::-1]
    while waiting:
        entry = waiting.pop()
        found.append(entry)
        waiting.extend(reversed(entry.children))
    return found


def _entries_of(document: Document, blocks: Sequence[Block]) -> list[Entry]:
    entries: list[Entry] = []
    for block in blocks:
        match block:
            case Paragraph():
                entries += _lines(Shape.LINE, block)
            case ItemList():
                for item in block.items:
                    entries += _item(document, item)
            case Table():
                entries.append(Entry(Shape.TABLE, "", block.span, block.span, rows=block.rows))
            case Aside(is_rule=False):
                entries.append(Entry(Shape.ASIDE, "", block.span, block.span))
            case _:
                pass
    return entries


def _item(document: Document, item: Item) -> list[Entry]:
    """Return a list item, followed by bare lines that only a parser would take for its own."""
    blocks, span = item.blocks, item.span
    if not blocks or not isinstance(blocks[0], Paragraph):
        children = _entries_of(document, blocks)
        return [Entry(Shape.ITEM, "", span, span, tuple(children))] if children else []
    first, *rest = _lines(Shape.ITEM, blocks[0])
    margin = _indentation(document, span.first_line)
    lazy = [line for line in rest if _indentation(document, line.own.first_line) <= margin]
    own_lines = [replace(line, shape=Shape.LINE) for line in rest if line not in lazy]
    children = _gathered([*own_lines, *_entries_of(document, blocks[1:])])
    if lazy:
        span = Span(
            first_line=span.first_line, last_line=max(span.first_line, lazy[0].own.first_line - 1)
        )
    entry = replace(first, span=span, children=tuple(children), number=item.number)
    return [entry, *(_as_line(line) for line in lazy)]


def _as_line(entry: Entry) -> Entry:
    """Return a bare line after a list item as a line of its own if it opens something."""
    opens = labels.read(entry.text) or plain.is_bold_line(entry.text)
    return replace(entry, shape=Shape.LINE) if opens else entry


def _indentation(document: Document, line: int) -> int:
    text = document.lines[line - 1]
    return len(text) - len(text.lstrip())


def _lines(shape: Shape, paragraph: Paragraph) -> list[Entry]:
    """Split a paragraph where its lines are statements of their own."""
    lines = paragraph.text.split("\n")
    stand_alone = all(_could_stand_alone(line) for line in lines)
    starts = [0]
    for number in range(1, len(lines)):
        if (stand_alone and labels.read(lines[number - 1]) is None) or _starts_statement(
            lines[number], lines[number - 1]
        ):
            starts.append(number)
    entries = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        text = "\n".join(lines[start:end]).strip().rstrip("\\")
        span = Span(
            first_line=paragraph.span.first_line + start,
            last_line=paragraph.span.first_line + end - 1,
        )
        problem, solution = labels.split_inline(text)
        entries.append(Entry(shape, problem, span, span))
        if solution:
            entries.append(Entry(shape, solution, span, span))
    return entries


_EMOJI_START = re.compile(f"^[{plain.EMOJI}\u2192]")
_LEAD_WORDS = 6


def _could_stand_alone(line: str) -> bool:
    text = plain.plain(line)
    return bool(text) and len(text) <= 90 and not text[0].islower() and text[-1] not in ".,;:!?"  # noqa: PLR2004


def _starts_statement(line: str, before: str) -> bool:
    """Say whether a paragraph's line begins something new rather than goes on."""
    if _EMOJI_START.match(line) or plain.is_bold_line(line) or labels.read(line):
        return True
    if labels.read(before) and not labels.read(before).rest:  # type: ignore[union-attr]
        return False
    lead = plain.split_lead(line)
    if lead and lead.separator and line[:1].isupper() | lead.is_bold:
        return lead.is_bold or len(lead.name.split()) <= _LEAD_WORDS
    ends_hard = before.endswith(("  ", "\\")) and not before.rstrip(" \\").endswith((",", ":"))
    return (ends_hard or before.rstrip()[-1:] in ".!?") and not line[:1].islower()


def _numbered(entries: Sequence[Entry]) -> list[Entry]:
    """Put what stands between "1. …", "2. …" and "3. …" under them, as under headings.

    Code, paragraphs and bullets that their author did not indent break a numbered list apart.
    """
    starts: list[int] = []
    for number, entry in enumerate(entries):
        if entry.shape is Shape.ITEM and entry.number == len(starts) + 1:
            starts.append(number)
    apart = [after - start > 1 for start, after in pairwise(starts)]
    if not any(apart) or apart.count(True) * 2 < len(apart):
        return list(entries)
    gathered = list(entries[: starts[0]])
    for start, end in pairwise([*starts, len(entries)]):
        inner = (*entries[start].children, *_gathered(entries[start + 1 : end]))
        span = enclosing([entries[start].span, *(entry.span for entry in inner)])
        gathered.append(replace(entries[start], shape=Shape.HEADING, span=span, children=inner))
    return gathered


def _gathered(entries: Sequence[Entry]) -> list[Entry]:
    """Put what follows an opening line ("**Solution:**", "Takeaways:") under it."""
    gathered: list[Entry] = []
    number = 0
    while number < len(entries):
        entry = entries[number]
        end = _end_of_group(entries, number) if _opens_group(entries, number) else number + 1
        children = tuple(entries[number + 1 : end])
        if children:
            span = Span(first_line=entry.span.first_line, last_line=children[-1].span.last_line)
            entry = replace(entry, span=span, children=(*entry.children, *children))
        gathered.append(entry)
        number = end
    return gathered


_OPENING_WORDS = 6


def _opens_group(entries: Sequence[Entry], number: int) -> bool:
    entry = entries[number]
    if entry.shape is not Shape.LINE or entry.children or number + 1 >= len(entries):
        return False
    label = labels.read(entry.text)
    if label:
        # A problem with its text on the same line may still go on in a list.
        return not label.rest or entries[number + 1].shape in (Shape.ITEM, Shape.ASIDE)
    if plain.is_bold_line(entry.text) or (entry.is_opening and titles.is_section_title(entry.text)):
        return True
    is_short = len(entry.text.split()) <= _OPENING_WORDS
    return entry.is_opening and is_short and entries[number + 1].shape is Shape.ITEM


def _end_of_group(entries: Sequence[Entry], start: int) -> int:
    label = labels.read(entries[start].text)
    for number in range(start + 1, len(entries)):
        entry = entries[number]
        if entry.shape is Shape.LINE and (
            entry.is_opening
            or labels.read(entry.text)
            or (label and _is_title_of_next(entries, number))
        ):
            return number
        if entry.shape is Shape.ITEM and label and _names_part(entry):
            return number
        if label and label.rest and entry.shape is Shape.LINE:
            return number
    return len(entries)


def _names_part(entry: Entry) -> bool:
    label = labels.read(entry.text)
    return label is not None and label.part is not Part.ASIDE


def _is_title_of_next(entries: Sequence[Entry], number: int) -> bool:
    """Say whether a bare line names the challenge whose labels follow."""
    return (
        number + 1 < len(entries)
        and len(entries[number].text.split()) <= 12  # noqa: PLR2004
        and _names_part(entries[number + 1])
    )
