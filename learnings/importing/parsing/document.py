"""Text to a tree of sections and blocks that know their lines.

Only the block rules of markdown-it-py run: inline marks are cheaper and safer to read in `plain`,
and the inline parser is where hostile input costs time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from . import fences
from .marking import mark_headings, unescape
from .records import Span

_parser = MarkdownIt("commonmark").enable("table").disable("reference")
_parser.core.ruler.enableOnly(["block"])


@dataclass(frozen=True, slots=True)
class Block:
    """Something that stands in a section, with its lines."""

    span: Span


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """Running text as Markdown, its source lines joined by newlines; `heading` inside a list."""

    text: str


@dataclass(frozen=True, slots=True)
class Item(Block):
    """One entry of a list."""

    blocks: tuple[Block, ...]
    number: int | None = None  # in an ordered list


@dataclass(frozen=True, slots=True)
class ItemList(Block):
    """A bulleted or numbered list."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Row(Block):
    """One table row; cells are Markdown."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table(Block):
    """A table, however it was drawn; the first row is the head."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Quote(Block):
    """A quotation."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Aside(Block):
    """Code, raw HTML or a rule: part of a body, never a record by itself."""

    is_rule: bool = False


@dataclass(slots=True)
class Section:
    """A heading with what stands under it; the root has level 0 and an empty title."""

    title: str
    level: int
    span: Span
    blocks: list[Block] = field(default_factory=list)
    sections: list["Section"] = field(default_factory=list)

    def walk(self) -> Iterator["Section"]:
        """Yield this section and all below it, in document order."""
        waiting = [self]
        while waiting:
            section = waiting.pop()
            yield section
            waiting.extend(reversed(section.sections))


@dataclass(frozen=True, slots=True)
class Document:
    """A README as a tree, beside the lines that its spans point into."""

    lines: tuple[str, ...]
    root: Section

    def indentation(self, line: int) -> int:
        """Return how far a line, counted from 1, is indented."""
        text = self.lines[line - 1]
        return len(text) - len(text.lstrip())

    def is_marked(self, section: Section) -> bool:
        """Say whether the author wrote a heading as one, rather than as a bare or bold line."""
        line = self.lines[section.span.first_line - 1].lstrip(" \\").lower()
        under = "".join(self.lines[section.span.first_line : section.span.first_line + 1]).strip()
        return line.startswith(("#", "<h")) or (len(under) > 1 and not under.strip("=-"))

    def source(self, span: Span) -> str:
        """Return the Markdown of a span as written, without its common indentation."""
        return dedent(self.lines[span.first_line - 1 : span.last_line])


def parse(text: str) -> Document:
    """Read the document's structure: headings of every make, lists, tables, code."""
    lines = text.split("\n")
    readable = unescape(lines)
    found = fences.find(readable)
    marked = mark_headings(readable, found)
    root = Section("", 0, Span(first_line=1, last_line=max(1, len(lines))))
    path = [root]
    starts = [0, *found.resumptions]
    for start, end in zip(starts, [*found.resumptions, len(lines)], strict=True):
        tokens = _parser.parse("\n".join(marked[start:end]))
        _Builder(tokens, start, marked).fill(path)
    _close(path, 1, len(lines), lines)
    return Document(tuple(lines), root)


def _close(path: list[Section], level: int, last_line: int, lines: Sequence[str]) -> None:
    """End the open sections at or below a level, each with its last line of text."""
    while path[-1].level >= level:
        section = path.pop()
        first_line = section.span.first_line
        while last_line > first_line and not lines[last_line - 1].strip():
            last_line -= 1
        last_line = max(first_line, last_line)
        section.span = Span(first_line=first_line, last_line=last_line)


class _Builder:
    """Turns one run of parser tokens into sections and blocks."""

    def __init__(self, tokens: Sequence[Token], offset: int, lines: Sequence[str]) -> None:
        self._tokens = tokens
        self._offset = offset
        self._lines = lines
        self._next = 0

    def fill(self, path: list[Section]) -> None:
        """Append everything to the open sections; `path` ends with the innermost."""
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            if token.type == "heading_open":
                self._enter(token, path)
            else:
                block = self._block()
                if block:
                    path[-1].blocks.append(block)

    def _enter(self, token: Token, path: list[Section]) -> None:
        level, span = int(token.tag[1]), self._span(token)
        _close(path, level, span.first_line - 1, self._lines)
        section = Section(self._inline("heading_close"), level, span)
        path[-1].sections.append(section)
        path.append(section)

    def _block(self) -> Block | None:
        """Read the block at the cursor and move past it; None where there is nothing to keep."""
        token = self._tokens[self._next]
        span = self._span(token)
        match token.type:
            case "paragraph_open" | "heading_open":
                text = self._inline(token.type.replace("open", "close"))
                return _table_of_lines(text, span) or Paragraph(span, text)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(span)
            case "table_open":
                return Table(span, tuple(self._rows()))
            case "blockquote_open":
                self._next += 1
                return Quote(span, tuple(self._blocks_until("blockquote_close")))
            case _:
                self._next += 1
                return Aside(span, is_rule=token.type == "hr") if token.map else None

    def _list(self, span: Span) -> ItemList:
        closing = self._tokens[self._next].type.replace("open", "close")
        self._next += 1
        items = []
        while self._tokens[self._next].type != closing:
            opening = self._tokens[self._next]
            number = int(opening.info) if opening.info else None
            self._next += 1
            blocks = tuple(self._blocks_until("list_item_close"))
            items.append(Item(self._span(opening), blocks, number))
        self._next += 1
        return ItemList(span, tuple(items))

    def _blocks_until(self, closing: str) -> Iterator[Block]:
        """Yield the blocks inside an element and move past it."""
        while self._tokens[self._next].type != closing:
            block = self._block()
            if block:
                yield block
        self._next += 1

    def _rows(self) -> Iterator[Row]:
        span, cells = Span(first_line=1, last_line=1), list[str]()
        while self._tokens[self._next].type != "table_close":
            token = self._tokens[self._next]
            if token.type == "tr_open":
                span, cells = self._span(token), []
            elif token.type == "inline":
                cells.append(token.content)
            elif token.type == "tr_close":
                yield Row(span, tuple(cells))
            self._next += 1
        self._next += 1

    def _inline(self, closing: str) -> str:
        """Return the Markdown inside a paragraph or heading and move past it."""
        text = self._tokens[self._next + 1].content
        self._skip_to(closing)
        return text

    def _skip_to(self, closing: str) -> None:
        level = self._tokens[self._next].level
        while self._tokens[self._next].type != closing or self._tokens[self._next].level != level:
            self._next += 1
        self._next += 1

    def _span(self, token: Token) -> Span:
        """Return a token's lines in the whole document, without blank lines at its end."""
        first, end = token.map or (0, 1)
        while end > first + 1 and not self._lines[self._offset + end - 1].strip():
            end -= 1
        return Span(first_line=self._offset + first + 1, last_line=self._offset + end)


_COLUMN_GAP = re.compile(r"\t\s*+| {3,}+(?=\S)")


def _table_of_lines(text: str, span: Span) -> Table | None:
    """Recognise a table pasted from a rendered page: columns parted by TABs, spaces or pipes."""
    lines = text.split("\n")
    if len(lines) < 2:  # noqa: PLR2004
        return None
    if all(line.lstrip().startswith("|") and line.count("|") > 1 for line in lines):
        cells = [
            tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in lines
        ]
    else:
        cells = [tuple(cell.strip() for cell in _COLUMN_GAP.split(line.strip())) for line in lines]
    if len(cells[0]) < 2 or any(len(row) != len(cells[0]) for row in cells):  # noqa: PLR2004
        return None
    return Table(
        span,
        tuple(
            Row(Span(first_line=number, last_line=number), row)
            for number, row in enumerate(cells, span.first_line)
        ),
    )


def dedent(lines: Sequence[str]) -> str:
    """Join lines without the indentation that they share."""
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    cut = min(indents, default=0)
    return "\n".join(line[cut:].rstrip() for line in lines).strip("\n")
