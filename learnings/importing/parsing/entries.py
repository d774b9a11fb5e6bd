"""The entry: a statement with what belongs to it, however it was written."""

from dataclasses import dataclass
from enum import Enum, auto

from . import labels, plain
from .document import Row
from .labels import Label, Part
from .plain import Lead
from .records import Span


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
    def lead(self) -> Lead | None:
        """The name that opens the statement, with what is said about it."""
        return plain.split_lead(self.text)

    @property
    def is_explained(self) -> bool:
        """Whether the statement is a name and its explanation: "**Redis**: keeps pages"."""
        lead = self.lead
        return lead is not None and lead.explains

    @property
    def label(self) -> Label | None:
        """The label that opens the statement: "Solution: …"."""
        return labels.read(self.text) if self.text else None

    @property
    def part(self) -> Part | None:
        """The part of a challenge that the label announces."""
        label = self.label
        return label.part if label else None

    @property
    def is_bold_line(self) -> bool:
        """Whether the whole statement is bold."""
        return plain.is_bold_line(self.text)

    @property
    def is_opening(self) -> bool:
        """Whether the statement only announces its children: a heading, a bold line, "Tools:"."""
        ends_open = self.text.rstrip(" *_").endswith(":")
        return self.shape is Shape.HEADING or ends_open or self.is_bold_line
