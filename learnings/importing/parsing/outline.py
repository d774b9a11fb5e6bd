"""Blocks to entries: one shape for bullets, sub-headings, bold lines and bare lines.

Authors write the same thing in many ways: a list item with nested bullets, a sub-heading with a
list, a bold line with a paragraph. All of them become an entry with a statement and children, so
the extractors that follow know one shape only.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from . import labels, statement_lines, titles
from .document import (
    Aside,
    Block,
    Document,
    Item,
    ItemList,
    Paragraph,
    Quote,
    Section,
    Table,
)
from .entries import Entry, Shape
from .labels import Part
from .records import Span, enclosing

_OPENING_WORDS = 6
_NAME_WORDS = 12


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


def _entries_of(document: Document, blocks: Sequence[Block]) -> list[Entry]:
    entries: list[Entry] = []
    for block in blocks:
        match block:
            case Paragraph():
                entries += statement_lines.split(Shape.LINE, block)
            case ItemList():
                for item in block.items:
                    entries += _item(document, item)
            case Table():
                entries.append(Entry(Shape.TABLE, "", block.span, block.span, rows=block.rows))
            case Quote() if _is_labelled(block):
                entries += _entries_of(document, block.blocks)
            case Quote() | Aside(is_rule=False):
                entries.append(Entry(Shape.ASIDE, "", block.span, block.span))
            case _:
                pass
    return entries


def _is_labelled(quote: Quote) -> bool:
    """Say whether a quotation is a frame around a challenge and its solution."""
    texts = [block.text for block in quote.blocks if isinstance(block, Paragraph)]
    return any(labels.read(text) for text in texts)


def _item(document: Document, item: Item) -> list[Entry]:
    """Return a list item, followed by bare lines that only a parser would take for its own."""
    blocks, span = item.blocks, item.span
    if not blocks or not isinstance(blocks[0], Paragraph):
        children = _entries_of(document, blocks)
        return [Entry(Shape.ITEM, "", span, span, tuple(children))] if children else []
    first, *rest = statement_lines.split(Shape.ITEM, blocks[0])
    margin = document.indentation(span.first_line)
    own = [line for line in rest if document.indentation(line.own.first_line) > margin]
    bare = [line for line in rest if document.indentation(line.own.first_line) <= margin]
    if bare:
        last_line = max(span.first_line, bare[0].own.first_line - 1)
        span = Span(first_line=span.first_line, last_line=last_line)
    own = [replace(line, shape=Shape.LINE) for line in own]
    children = _gathered([*own, *_entries_of(document, blocks[1:])])
    entry = replace(first, span=span, children=tuple(children), number=item.number)
    return [entry, *(_as_line(line) for line in bare)]


def _as_line(entry: Entry) -> Entry:
    """Return a bare line after a list item as a line of its own if it opens something."""
    opens = entry.label is not None or entry.is_bold_line
    return replace(entry, shape=Shape.LINE) if opens else entry


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


def _opens_group(entries: Sequence[Entry], number: int) -> bool:
    entry = entries[number]
    if entry.shape is not Shape.LINE or entry.children or number + 1 >= len(entries):
        return False
    after = entries[number + 1].shape
    label = entry.label
    if label:
        # A part with its text on the same line may still go on in a list.
        return label.stands_alone or after in (Shape.ITEM, Shape.ASIDE)
    if entry.is_bold_line or (entry.is_opening and titles.is_section_title(entry.text)):
        return True
    is_short = len(entry.text.split()) <= _OPENING_WORDS
    return entry.is_opening and is_short and after is Shape.ITEM


def _end_of_group(entries: Sequence[Entry], start: int) -> int:
    """Return the first entry after an opening line that is not under it."""
    label = entries[start].label
    for number in range(start + 1, len(entries)):
        entry = entries[number]
        if entry.shape is Shape.LINE:
            if entry.is_opening or entry.label:
                return number
            if label and (not label.stands_alone or _names_next(entries, number)):
                return number
        elif entry.shape is Shape.ITEM and label and _is_part(entry):
            return number
    return len(entries)


def _is_part(entry: Entry) -> bool:
    label = entry.label
    return label is not None and label.part is not Part.ASIDE


def _names_next(entries: Sequence[Entry], number: int) -> bool:
    """Say whether a bare line names the challenge whose labels follow."""
    is_short = len(entries[number].text.split()) <= _NAME_WORDS
    return is_short and number + 1 < len(entries) and _is_part(entries[number + 1])
