"""Technologies and concepts: entries to named learnings.

Whether "Mobile Development: React Native, Expo" is one name or a category of two is settled by
its neighbours: within one section authors write all entries in one style.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from . import columns, evidence, plain, vocabulary
from .entries import Entry, Shape
from .records import Confidence, LearningKind, LearningRecord
from .writing import Writer

_LISTED = frozenset({Shape.ITEM, Shape.HEADING, Shape.TABLE})
_LIST_MARK = re.compile(r"[()]|[,;] (?:and |& )?| \| ")
_PURPOSE = re.compile(r" (?:for|with|using|to|as|in) (?=\w+ \w|\w{6,}$)")
_NAME_WORDS = 6
_TITLE_WORDS = 9

# Shares of a section's entries from which on they set the style for all.
_KNOWN_SHARE = 0.4  # parents that name technologies: then all parents are names
_LIST_SHARE = 0.6  # explanations that are lists of names: then all leads are categories
_NAMED_SHARE = 0.5  # children that are names: then their parent is a category


@dataclass(frozen=True, slots=True)
class _Style:
    """How the entries of one level are written."""

    parents_are_names: bool
    leads_are_categories: bool
    allows_groups: bool


class NameReader:
    """Reads one region's entries as names of one kind."""

    def __init__(self, kind: LearningKind, writer: Writer) -> None:
        self._kind = kind
        self._writer = writer
        self._is_technology = kind is LearningKind.TECHNOLOGY

    def read(
        self, entries: Sequence[Entry], *, allows_groups: bool = False
    ) -> Iterator[LearningRecord]:
        """Yield a record per name; `allows_groups` says that sub-headings may be mere groups."""
        if not any(e.children or e.shape in _LISTED for e in entries):
            yield from self._bare(entries)
            return
        named = [e for e in entries if e.children or e.shape in _LISTED or e.is_explained]
        style = _style(named, allows_groups=allows_groups)
        for entry in named:
            if entry.shape is Shape.TABLE:
                yield from self._table(entry)
            elif entry.children and self._is_group(entry, style):
                yield from self.read(entry.children)
            elif not evidence.is_placeholder(entry.text):
                yield from self._names(entry, style)

    def _is_group(self, entry: Entry, style: _Style) -> bool:
        """Say whether an entry is a category whose children are the names."""
        if not entry.text or entry.is_explained:
            return not entry.text
        named = _share(entry.children, _is_named)
        if not self._is_technology:
            is_mere_group = style.allows_groups and named > _NAMED_SHARE
            return is_mere_group or vocabulary.names_concepts_at_large(entry.text)
        if style.parents_are_names or vocabulary.names_collection(entry.text):
            return vocabulary.names_collection(entry.text)
        if not vocabulary.names_technology(entry.text):
            named = _share(entry.children, lambda child: _is_named(child) or _is_known(child))
        return named >= _NAMED_SHARE

    def _names(self, entry: Entry, style: _Style) -> Iterator[LearningRecord]:
        """Yield the names of one statement: usually one, several for "Category: a, b"."""
        several = self._listed(entry, style) if self._is_technology else []
        for name in several:
            yield self._writer.learning(self._kind, name, entry.own)
        if several:
            return
        lead = entry.lead
        name, rest = (lead.name, lead.rest) if lead else (entry.text, "")
        if lead is None and self._is_technology:
            name = _without_purpose(name)
        body = self._writer.body(rest, entry)
        yield self._writer.learning(self._kind, plain.heading(name), entry.span, body)

    def _listed(self, entry: Entry, style: _Style) -> list[str]:
        """Return the names in "Category: a, b, c", "**a**, **b** and **c**" or "a, b, c"."""
        lead = entry.lead
        if lead is None or not lead.explains:
            return _bold_list(entry.text) or _comma_list(entry.text)
        is_category = style.leads_are_categories or vocabulary.names_collection(lead.name)
        if not is_category or vocabulary.names_technology(lead.name):
            return []
        parts = _parts(lead.rest)
        return parts if _are_short(parts) else []

    def _table(self, entry: Entry) -> Iterator[LearningRecord]:
        head, *rows = entry.rows
        column = columns.of_names(head.cells)
        for row in rows:
            if column >= len(row.cells) or evidence.is_placeholder(row.cells[column]):
                continue
            # A first column names one thing; beside a category column, a cell may list several.
            several = _parts(row.cells[column]) if column else [row.cells[column]]
            rest = next((cell for cell in row.cells[column + 1 :] if cell.strip()), "")
            for name in several:
                yield self._writer.learning(self._kind, plain.heading(name), row.span, rest)

    def _bare(self, entries: Sequence[Entry]) -> Iterator[LearningRecord]:
        """Read lines without any marks, prose, or badges where there is nothing else."""
        lines = [
            entry
            for entry in entries
            if entry.shape is Shape.LINE and not evidence.is_lead_in(entry.text)
        ]
        written = [entry for entry in lines if not evidence.is_placeholder(entry.text)]
        named = [e for e in written if e.is_explained] or _titles_among(written)
        style = _style(named, allows_groups=False)
        for entry in named:
            yield from self._names(entry, style)
        if not named:
            for entry in lines:
                for name in _phrases(entry.text):
                    yield self._writer.learning(
                        self._kind, name, entry.own, confidence=Confidence.GUESSED
                    )


def _style(named: Sequence[Entry], *, allows_groups: bool) -> _Style:
    parents = [e for e in named if e.children and not e.is_explained]
    led = [e for e in named if e.is_explained]
    return _Style(
        parents_are_names=_share(parents, _is_known) >= _KNOWN_SHARE,
        leads_are_categories=(
            any(map(_collects, led)) and _share(led, _lists_names) >= _LIST_SHARE
        ),
        allows_groups=allows_groups,
    )


def _share(entries: Sequence[Entry], test: Callable[[Entry], bool]) -> float:
    judged = [entry for entry in entries if entry.shape is not Shape.ASIDE]
    return sum(map(test, judged)) / len(judged) if judged else 0.0


def _collects(entry: Entry) -> bool:
    """Say whether a name surely stands for several: by its words, or since several follow."""
    lead = entry.lead
    return lead is not None and (
        vocabulary.names_collection(lead.name) or len(_parts(lead.rest)) > 1
    )


def _is_named(entry: Entry) -> bool:
    """Say whether an entry is a bold name, with or without an explanation, not a sentence."""
    lead = plain.split_lead(entry.text)
    return lead is not None and (bool(lead.separator) or not lead.rest) and lead.is_bold


def _is_known(entry: Entry) -> bool:
    lead = plain.split_lead(entry.text)
    name = lead.name if lead else entry.text
    return vocabulary.is_technology(name)


def _lists_names(entry: Entry) -> bool:
    """Say whether an entry's explanation is a list of names: "Databases: PostgreSQL, Redis"."""
    lead = plain.split_lead(entry.text)
    if lead is None or vocabulary.names_technology(lead.name):
        return False
    parts = _parts(lead.rest)
    are_names = [vocabulary.names_technology(part) or part[:1].isupper() for part in parts]
    if len(parts) == 1:
        return vocabulary.names_category(lead.name) and vocabulary.names_technology(parts[0])
    return all(are_names) and _are_short(parts)


def _parts(text: str) -> list[str]:
    """Split a list of names at its commas, but not at those in brackets."""
    text = " ".join(text.split()).rstrip(". ")
    parts, start, depth = [], 0, 0
    for mark in _LIST_MARK.finditer(text):
        if mark[0] in "()":
            depth = max(0, depth + (1 if mark[0] == "(" else -1))
        elif not depth:
            parts.append(text[start : mark.start()])
            start = mark.end()
    names = (plain.heading(part) for part in (*parts, text[start:]))
    return [name for name in names if name]


def _bold_list(text: str) -> list[str]:
    bold = plain.bold_phrases(text)
    others = re.sub(r"\*\*[^*\n]+\*\*|\b(?:and|or)\b|\W", "", text)
    return [plain.heading(phrase) for phrase in bold] if len(bold) > 1 and not others else []


def _comma_list(text: str) -> list[str]:
    """Return the names in "Python, Django, Redis", where most of them are known."""
    parts = _parts(text)
    known = sum(map(vocabulary.names_technology, parts))
    is_list = len(parts) > 1 and known * 2 > len(parts)
    return parts if is_list and _are_short(parts) else []


def _are_short(parts: Sequence[str]) -> bool:
    return all(len(part.split()) <= _NAME_WORDS for part in parts)


def _phrases(text: str) -> list[str]:
    """Return the names that prose sets in bold, or that badges show."""
    found = plain.bold_phrases(text) or plain.image_texts(text)
    return [plain.heading(name) for name in found if len(name.split()) <= _NAME_WORDS]


def _without_purpose(text: str) -> str:
    """Cut "VS Code with essential extensions" to the technology that it starts with."""
    head = _PURPOSE.split(" ".join(text.split()), maxsplit=1)[0]
    return head if vocabulary.names_technology(head) else text


def _titles_among(lines: Sequence[Entry]) -> list[Entry]:
    """Return the lines that are names, where others are sentences about them."""
    short = [
        line
        for line in lines
        if len(line.text.split()) <= _TITLE_WORDS and line.text.rstrip()[-1:] not in ".!?"
    ]
    if len(short) < len(lines) or not short:
        return short
    titled = [line for line in lines if _is_title_case(line.text)]
    are_parents = lines[0] in titled and 1 < len(titled) <= len(lines) / _LINES_PER_TITLE
    return titled if are_parents else short


_LINES_PER_TITLE = 3
_SMALL_WORD = 3  # letters: "and", "for"


def _is_title_case(text: str) -> bool:
    words = [word for word in plain.plain(text).split() if word[0].isalpha()]
    return all(word[0].isupper() for word in words if len(word) > _SMALL_WORD)
