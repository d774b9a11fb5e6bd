"""Entries to the Markdown and titles of records."""

from . import plain
from .document import Document
from .outline import Entry
from .records import LearningKind, LearningRecord, Span


class Writer:
    """Writes records from entries of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def learning(
        self, kind: LearningKind, statement: str, span: Span, body: str = ""
    ) -> LearningRecord:
        """Make a record; a statement too long for a title is kept whole in the body."""
        title = plain.title(statement)
        if plain.is_cut(title):
            body = "\n\n".join(filter(None, (statement.strip(), body)))
        return LearningRecord(kind=kind, title=title, body=body.strip(), span=span)

    def body(self, rest: str, entry: Entry) -> str:
        """Return what follows a name: the rest of its statement and the lines below it."""
        return "\n\n".join(filter(None, (rest.strip(), self.details(entry))))

    def source(self, entry: Entry) -> str:
        """Return an entry with all that belongs to it as Markdown."""
        return (
            entry.text if not entry.children and entry.text else self._document.source(entry.span)
        )

    def details(self, entry: Entry) -> str:
        """Return the source of an entry's children as Markdown."""
        if not entry.children:
            return ""
        first = min(child.span.first_line for child in entry.children)
        last = max(child.span.last_line for child in entry.children)
        if first <= entry.own.last_line:  # "Challenge: … Solution: …" on one line
            return "\n\n".join(child.text for child in entry.children)
        return self._document.source(Span(first_line=first, last_line=last))
