"""Which sections of a document hold records, and of which kind.

A title's words, the section around it and the shape of what it holds are weighed together:
"Key Learnings" with a list are takeaways, with sub-headings they are concepts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import plain, titles
from .document import Document, ItemList, Paragraph, Section
from .entries import Entry
from .outline import outline
from .titles import Kind


@dataclass(frozen=True, slots=True)
class Region:
    """A section without the sub-sections that hold something else, as entries."""

    kind: Kind
    title: str
    entries: list[Entry]


_RECORDED = frozenset(Kind) - {Kind.UNKNOWN, Kind.ELSEWHERE, Kind.TASK}
# Kinds that a title names clearly even among other words.
_CLEAR = frozenset({Kind.CHALLENGES, Kind.PRACTICES, Kind.TAKEAWAYS, Kind.ELSEWHERE, Kind.TASK})
_CLOSED = frozenset({Kind.ELSEWHERE, Kind.GOALS, Kind.FUTURE, Kind.TASK})
# What a sub-section may turn into, by the kind of the section around it. Elsewhere a title such
# as "Testing" or "Deployment Issues" names a group, not a section of another kind.
_TURNS: dict[Kind, frozenset[Kind]] = {
    Kind.CHALLENGES: frozenset({Kind.PRACTICES, Kind.TAKEAWAYS, Kind.FUTURE}),
    Kind.PRACTICES: frozenset({Kind.CHALLENGES, Kind.TAKEAWAYS, Kind.FUTURE}),
    Kind.TAKEAWAYS: frozenset({Kind.CHALLENGES, Kind.PRACTICES, Kind.FUTURE}),
    Kind.TECHNOLOGIES: _RECORDED - {Kind.CONCEPTS, Kind.LEARNINGS, Kind.GOALS},
    Kind.CONCEPTS: _RECORDED - {Kind.LEARNINGS, Kind.GOALS},
}
_STATEMENT_WORDS = 5


def divide(document: Document) -> list[Region]:
    """Return the regions that hold records; a region stands before those inside it."""
    regions = [region for region in _Divider(document).regions() if region.kind in _RECORDED]
    technologies = [region for region in regions if region.kind is Kind.TECHNOLOGIES]
    if all(titles.is_parts_list(region.title) for region in technologies):
        return regions
    # What the author learned says more than what the app beside it is built with.
    return [
        region
        for region in regions
        if region.kind is not Kind.TECHNOLOGIES or not titles.is_parts_list(region.title)
    ]


class _Divider:
    """Gives every section its kind, from the root down."""

    def __init__(self, document: Document) -> None:
        self._document = document
        headings = [section for section in document.root.walk() if section.level]
        self._title = headings[0] if headings else None
        concepts = [s for s in headings if titles.promised(s.title) is Kind.CONCEPTS]
        self._has_concepts_elsewhere = len(concepts) > 1

    def regions(self) -> Iterator[Region]:
        """Yield every region."""
        waiting = [(self._document.root, Kind.UNKNOWN)]
        while waiting:
            section, kind = waiting.pop()
            kept, turned = self._split(section, kind)
            yield Region(kind, section.title, outline(self._document, kept.blocks, kept.sections))
            waiting += reversed(turned)

    def _split(self, section: Section, kind: Kind) -> tuple[Section, list[tuple[Section, Kind]]]:
        """Part a section from the sub-sections, however deep, where another kind begins."""
        kept: list[Section] = []
        turned: list[tuple[Section, Kind]] = []
        for child in section.sections:
            own = self._kind(child, kind)
            if own is kind:
                remains, turns = self._split(child, kind)
                kept.append(remains)
                turned += turns
            else:
                turned.append((child, own))
        return replace(section, sections=kept), turned

    def _kind(self, section: Section, around: Kind) -> Kind:
        own = self._promised(section)
        if around is Kind.UNKNOWN or own is Kind.TASK:
            return own
        if around in _CLOSED:
            opens = own in _CLEAR or titles.is_section_title(section.title)
            return own if opens and own is not Kind.UNKNOWN else around
        if around is Kind.LEARNINGS:
            return own if own in _RECORDED else around
        if own is Kind.CONCEPTS and around is Kind.TECHNOLOGIES:
            return around if self._has_concepts_elsewhere else own
        turns = own in _TURNS.get(around, _RECORDED) and titles.is_section_title(section.title)
        return own if turns else around

    def _promised(self, section: Section) -> Kind:
        """Return what a section promises by its title, corrected by its shape."""
        is_title = section is self._title or section.level == 1
        if is_title and not titles.is_section_title(section.title):
            return Kind.UNKNOWN
        own = titles.promised(section.title)
        says_learnings = "learning" in section.title.lower()
        if own is Kind.TAKEAWAYS and says_learnings and _has_parts(section):
            return Kind.LEARNINGS
        if own is Kind.LEARNINGS and not section.sections and _holds_statements(section):
            return Kind.TAKEAWAYS
        return own


def _has_parts(section: Section) -> bool:
    """Say whether sub-sections hold what the section only announces."""
    promised = [titles.promised(child.title) for child in section.sections]
    return len(promised) > 1 or not _RECORDED.isdisjoint(promised)


def _holds_statements(section: Section) -> bool:
    """Say whether a list holds sentences rather than names with explanations."""
    items = [
        first.text
        for block in section.blocks
        if isinstance(block, ItemList)
        for item in block.items
        for first in item.blocks[:1]
        if isinstance(first, Paragraph)
    ]
    leads = [lead for lead in map(plain.split_lead, items) if lead and lead.separator]
    words = sum(len(item.split()) for item in items)
    return bool(items) and len(leads) * 2 < len(items) and words >= _STATEMENT_WORDS * len(items)
