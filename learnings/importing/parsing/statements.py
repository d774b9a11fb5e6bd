"""Best practices, takeaways and goals: entries to statements."""

from collections.abc import Iterator, Sequence

from . import evidence, plain, titles, vocabulary
from .entries import Entry, Shape
from .records import LearningKind, LearningRecord
from .titles import Kind
from .writing import Writer

_KINDS = {
    Kind.PRACTICES: LearningKind.BEST_PRACTICE,
    Kind.TAKEAWAYS: LearningKind.TAKEAWAY,
    Kind.GOALS: LearningKind.GOAL,
    Kind.FUTURE: LearningKind.GOAL,
}
_GROUP_WORDS = 5


class StatementReader:
    """Reads one region's entries as statements, splitting combined sections by their labels."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def read(self, entries: Sequence[Entry], kind: Kind) -> list[LearningRecord]:
        """Return a record per statement."""
        is_listed = any(e.shape in (Shape.ITEM, Shape.HEADING) or e.children for e in entries)
        found: list[LearningRecord] = []
        for entry in entries:
            if entry.shape is Shape.TABLE:
                found += self._table(entry, kind)
            elif entry.children and _is_group(entry):
                found += self.read(entry.children, _kind_of_group(entry, kind))
            elif entry.shape is Shape.LINE and not entry.children:
                if not is_listed or entry.is_explained:
                    found += self._line(entry, kind)
            elif entry.shape is Shape.ITEM or entry.children:
                found += self._statement(entry, entry.text, kind)
        return found

    def _line(self, entry: Entry, kind: Kind) -> Iterator[LearningRecord]:
        if evidence.is_lead_in(entry.text) or evidence.is_pointer(entry.text):
            return
        sentences = [entry.text] if entry.is_explained else plain.sentences(entry.text)
        # Prose under "Goals" introduces the project; a single sentence states what it is for.
        if kind is Kind.GOALS and len(sentences) > 1:
            return
        for sentence in sentences:
            yield from self._statement(entry, sentence, kind)

    def _statement(self, entry: Entry, text: str, kind: Kind) -> Iterator[LearningRecord]:
        if evidence.is_placeholder(text) or evidence.is_pointer(text):
            return
        if titles.is_section_title(text) and not entry.children:
            return
        body = self._writer.details(entry)
        yield self._writer.learning(_KINDS[kind], text, entry.span, body)

    def _table(self, entry: Entry, kind: Kind) -> Iterator[LearningRecord]:
        for row in entry.rows[1:]:
            cells = [cell for cell in row.cells[:2] if not evidence.is_placeholder(cell)]
            if cells:
                yield self._writer.learning(_KINDS[kind], ": ".join(cells), row.span)


def _is_group(entry: Entry) -> bool:
    """Say whether an entry only names what its children state."""
    if entry.shape is Shape.HEADING or not entry.text or entry.is_bold_line:
        return True
    if entry.shape is Shape.ITEM and vocabulary.is_instruction(entry.text):
        return False
    if entry.is_opening:
        return True
    is_short = len(entry.text.split()) <= _GROUP_WORDS and entry.text[-1] not in ".!"
    return is_short and entry.lead is None


def _kind_of_group(entry: Entry, kind: Kind) -> Kind:
    promised = titles.promised(entry.text)
    is_turn = kind is not Kind.GOALS and promised in (Kind.PRACTICES, Kind.TAKEAWAYS)
    return promised if is_turn else kind
