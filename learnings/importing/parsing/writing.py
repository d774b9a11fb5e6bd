"""Entries to the titles and Markdown bodies of records."""

from . import plain
from .document import Document
from .entries import Entry
from .records import Confidence, LearningKind, LearningRecord, Span


class Writer:
    """Writes records from entries of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def learning(
        self,
        kind: LearningKind,
        statement: str,
        span: Span,
        body: str = "",
        confidence: Confidence = Confidence.SURE,
    ) -> LearningRecord:
        """Make a record; a statement too long for a title is kept whole in the body."""
        if not plain.fits_title(statement):
            body = joined(statement, body)
        return LearningRecord(
            kind=kind,
            title=plain.title(statement),
            body=body.strip(),
            span=span,
            confidence=confidence,
        )

    def body(self, rest: str, entry: Entry) -> str:
        """Return what follows a name: the rest of its statement and the lines below it."""
        return joined(rest, self.details(entry))

    def source(self, entry: Entry) -> str:
        """Return an entry with all that belongs to it."""
        is_single = entry.text and not entry.children
        return entry.text if is_single else self._document.source(entry.span)

    def details(self, entry: Entry) -> str:
        """Return what belongs to an entry, as it was written."""
        return self.lines(*entry.children) if entry.children else ""

    def lines(self, first: Entry, *others: Entry) -> str:
        """Return the source from the first of these entries to the last."""
        last = others[-1] if others else first
        return self._document.source(
            Span(first_line=first.span.first_line, last_line=last.span.last_line)
        )


def joined(*parts: str) -> str:
    """Join Markdown paragraphs, leaving out the empty ones."""
    return "\n\n".join(filter(None, map(str.strip, parts)))
