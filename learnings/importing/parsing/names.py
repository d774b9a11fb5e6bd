"""Technologies and concepts: entries to named learnings."""

import re
from collections.abc import Iterable, Iterator, Sequence

from . import evidence, plain, vocabulary
from .outline import Entry, Shape, flat
from .records import LearningKind, LearningRecord, Span
from .writing import Writer

_LIST_SEPARATOR = re.compile(r"\s*[,;]\s+(?:and\s+|&\s+)?(?![^()]*\))|\s+\|\s+")
_PURPOSE = re.compile(r"\s+(?:for|with|using|to|as|in)\s+(?=\w+\s+\w|\w{6,}$)")
_NAME_WORDS = 6


class NameReader:
    """Reads one region's entries as names of one kind."""

    def __init__(self, kind: LearningKind, writer: Writer) -> None:
        self._kind = kind
        self._writer = writer
        self._is_technology = kind is LearningKind.TECHNOLOGY

    def read(self, entries: Sequence[Entry], *, in_groups: bool = False) -> list[LearningRecord]:
        """Return a record per name; `in_groups` says that sub-headings may be mere groups."""
        listed = [e for e in entries if e.shape in (Shape.ITEM, Shape.HEADING, Shape.TABLE)]
        groups = [e for e in entries if e.children]
        if listed or groups:
            named = [e for e in entries if e in listed or e.children or _has_lead(e)]
            return [r for e in named for r in self._entry(e, in_groups=in_groups)]
        return self._bare(entries)

    def _entry(self, entry: Entry, *, in_groups: bool) -> Iterator[LearningRecord]:
        if entry.shape is Shape.TABLE:
            yield from self._table(entry)
        elif entry.children and self._is_group(entry, in_groups=in_groups):
            yield from self.read(entry.children)
        elif not evidence.is_placeholder(entry.text) and not (
            evidence.is_lead_in(entry.text) and entry.shape is Shape.LINE and not entry.children
        ):
            yield from self._names(entry)

    def _is_group(self, entry: Entry, *, in_groups: bool) -> bool:
        """Say whether an entry is a category whose children are the names."""
        if not entry.text:
            return True
        lead = plain.split_lead(entry.text)
        if lead and lead.rest and lead.separator:
            return False
        name = lead.name if lead else entry.text
        if not self._is_technology:
            if vocabulary.names_group_of_concepts(name):
                return True
            return in_groups and _share(entry.children, _is_named) > 0.5  # noqa: PLR2004
        if vocabulary.names_technology(name):
            return False
        if vocabulary.names_collection(name) or vocabulary.names_group_of_concepts(name):
            return True
        named = _share(entry.children, lambda e: _is_named(e) or _is_known(e))
        return named >= (0.4 if vocabulary.names_category(name) else 0.5)

    def _names(self, entry: Entry) -> Iterator[LearningRecord]:
        """Yield the names of one statement: usually one, several for "Category: a, b"."""
        lead = plain.split_lead(entry.text)
        if self._is_technology:
            several = _several(entry.text, lead)
            if several:
                for name in several:
                    yield self._writer.learning(self._kind, name, entry.own)
                return
        name, rest = (lead.name, lead.rest) if lead else (entry.text, "")
        if not lead and self._is_technology:
            name = _without_purpose(name)
        body = self._writer.body(rest, entry)
        yield self._writer.learning(self._kind, plain.heading(name), entry.span, body)

    def _table(self, entry: Entry) -> Iterator[LearningRecord]:
        head, *rows = entry.rows
        column = _name_column([plain.plain(cell).lower() for cell in head.cells])
        for row in rows:
            cells = row.cells
            if column >= len(cells) or evidence.is_placeholder(cells[column]):
                continue
            several = _LIST_SEPARATOR.split(cells[column]) if column else [cells[column]]
            for name in several:
                rest = next((c for c in cells[column + 1 :] if c.strip()), "")
                yield self._writer.learning(self._kind, plain.heading(name), row.span, rest)

    def _bare(self, entries: Sequence[Entry]) -> list[LearningRecord]:
        """Read lines without any marks, or prose."""
        lines = [
            e
            for e in entries
            if e.shape is Shape.LINE
            and not evidence.is_placeholder(e.text)
            and not evidence.is_lead_in(e.text)
        ]
        if any(_has_lead(e) for e in lines):
            return [r for e in lines if _has_lead(e) for r in self._names(e)]
        names = _titles_among(lines) if lines else []
        if names:
            return [r for e in names for r in self._names(e)]
        return list(self._bold_in_prose(lines))

    def _bold_in_prose(self, lines: Iterable[Entry]) -> Iterator[LearningRecord]:
        for line in lines:
            for phrase in plain.bold_phrases(line.text):
                if len(phrase.split()) <= _NAME_WORDS:
                    yield self._writer.learning(self._kind, plain.heading(phrase), line.own)


def _has_lead(entry: Entry) -> bool:
    lead = plain.split_lead(entry.text)
    return lead is not None and bool(lead.separator) and bool(lead.rest)


def _is_named(entry: Entry) -> bool:
    """Say whether an entry is a name with or without an explanation, not a sentence."""
    lead = plain.split_lead(entry.text)
    return lead is not None and (bool(lead.separator) or not lead.rest) and lead.is_bold


def _is_known(entry: Entry) -> bool:
    lead = plain.split_lead(entry.text)
    name = lead.name if lead else entry.text
    return vocabulary.names_technology(name) and len(name.split()) <= _NAME_WORDS


def _share(entries: Sequence[Entry], test: object) -> float:
    judged = [e for e in entries if e.shape is not Shape.ASIDE]
    return sum(1 for e in judged if test(e)) / len(judged) if judged else 0.0  # type: ignore[operator]


def _several(text: str, lead: plain.Lead | None) -> list[str]:
    """Return the names in "Category: a, b, c" or "**a**, **b** and **c**", if it is such a list."""
    if lead and lead.separator and lead.rest:
        if vocabulary.names_technology(lead.name):
            return []
        parts = [p for p in _LIST_SEPARATOR.split(lead.rest.rstrip(". ")) if p.strip()]
        known = sum(1 for part in parts if vocabulary.names_technology(part))
        is_short = all(len(plain.plain(part).split()) <= _NAME_WORDS for part in parts)
        is_category = vocabulary.names_category(lead.name) or vocabulary.names_collection(lead.name)
        is_collection = vocabulary.names_collection(lead.name) and len(parts) > 1
        if is_short and (known * 2 > len(parts) or (is_category and known) or is_collection):
            return [plain.heading(part) for part in parts]
        return []
    bold = plain.bold_phrases(text)
    rest = re.sub(r"\*\*[^*\n]+\*\*", "", text)
    if len(bold) > 1 and not re.sub(r"\b(?:and|or)\b|[^\w]", "", rest):
        return [plain.heading(phrase) for phrase in bold]
    return []


def _without_purpose(text: str) -> str:
    """Cut "VS Code with essential extensions" to the technology that it starts with."""
    head = _PURPOSE.split(text, maxsplit=1)[0]
    return head if head != text and vocabulary.names_technology(head) else text


def _name_column(head: Sequence[str]) -> int:
    words = ("technolog", "tool", "framework", "language", "name", "concept", "topic", "stack")
    for number, cell in enumerate(head):
        if any(word in cell for word in words):
            return number
    return 0


def _titles_among(lines: Sequence[Entry]) -> list[Entry]:
    """Return the lines that are names, where others are sentences about them."""
    short = [e for e in lines if len(e.text.split()) <= 9 and e.text.rstrip()[-1:] not in ".!?"]  # noqa: PLR2004
    if len(short) < len(lines):
        return short
    titled = [e for e in lines if _is_title_case(e.text)]
    mixed = lines[0] in titled and len(titled) * 4 <= len(lines) * 2
    return titled if mixed else short


def _is_title_case(text: str) -> bool:
    words = [word for word in plain.plain(text).split() if word[0].isalpha()]
    return all(word[0].isupper() for word in words if len(word) > 3)  # noqa: PLR2004


__all__ = ["NameReader", "Span", "flat"]
