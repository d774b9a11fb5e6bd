"""Which sections of a document hold records, and of which kind.

A title's words, the section around it and the shape of what it holds are weighed together:
"Key Learnings" with a list are takeaways, with sub-headings they are concepts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import plain, titles
from .document import Document, ItemList, Section
from .outline import Entry, Shape, outline
from .titles import Kind


@dataclass(frozen=True, slots=True)
class Region:
    """A section, without the sub-sections that hold something else."""

    kind: Kind
    section: Section
    entries: list[Entry]


_RECORDED = frozenset(Kind) - {Kind.UNKNOWN, Kind.ELSEWHERE, Kind.TASK}
# Kinds that a title names clearly even among other words.
_CLEAR = frozenset({Kind.CHALLENGES, Kind.PRACTICES, Kind.TAKEAWAYS, Kind.ELSEWHERE, Kind.TASK})
# What a sub-section may turn into, by the kind of the section around it. Elsewhere a title such
# as "Testing" or "Deployment Issues" names a group, not a section of another kind.
_TURNS: dict[Kind, frozenset[Kind]] = {
    Kind.CHALLENGES: frozenset({Kind.PRACTICES, Kind.TAKEAWAYS, Kind.FUTURE}),
    Kind.PRACTICES: frozenset({Kind.CHALLENGES, Kind.TAKEAWAYS, Kind.FUTURE}),
    Kind.TAKEAWAYS: frozenset({Kind.CHALLENGES, Kind.PRACTICES, Kind.FUTURE}),
    Kind.TECHNOLOGIES: _RECORDED - {Kind.CONCEPTS, Kind.LEARNINGS, Kind.GOALS},
    Kind.CONCEPTS: _RECORDED - {Kind.LEARNINGS, Kind.GOALS},
}


def divide(document: Document) -> list[Region]:
    """Return the regions that hold records, in document order."""
    regions = [region for region in _Divider(document).regions() if region.kind in _RECORDED]
    # What the author learned says more than what the app beside it is built with.
    taught = [
        region
        for region in regions
        if region.kind is Kind.TECHNOLOGIES and not titles.is_parts_list(region.section.title)
    ]
    return [
        region
        for region in regions
        if region.kind is not Kind.TECHNOLOGIES or region in taught or not taught
    ]


class _Divider:
    def __init__(self, document: Document) -> None:
        self._document = document
        headings = [s for s in document.root.walk() if s.level]
        self._title = headings[0] if headings else None
        self._has_concepts = (
            sum(1 for section in headings if titles.promised(section.title) is Kind.CONCEPTS) > 1
        )

    def regions(self) -> Iterator[Region]:
        """Yield every region, in document order."""
        waiting = [(self._document.root, Kind.UNKNOWN)]
        while waiting:
            section, kind = waiting.pop()
            yield self._region(section, kind)
            waiting.extend(reversed(list(self._turning(section, kind))))

    def _turning(self, section: Section, kind: Kind) -> Iterator[tuple[Section, Kind]]:
        """Yield the sub-sections, however deep, where another kind begins."""
        for child in section.sections:
            own = self._kind(child, kind)
            if own is kind:
                yield from self._turning(child, kind)
            else:
                yield child, own

    def _region(self, section: Section, kind: Kind) -> Region:
        blocks, sections = section.blocks, self._belonging(section, kind)
        return Region(kind, section, outline(self._document, blocks, sections))

    def _belonging(self, section: Section, kind: Kind) -> list[Section]:
        """Return copies of the sub-sections that share the kind, without those that turn."""
        return [
            Section(
                child.title, child.level, child.span, child.blocks, self._belonging(child, kind)
            )
            for child in section.sections
            if self._kind(child, kind) is kind
        ]

    def _kind(self, section: Section, around: Kind) -> Kind:
        own = self._promised(section)
        if around is Kind.UNKNOWN:
            return own
        if around in (Kind.ELSEWHERE, Kind.GOALS, Kind.FUTURE, Kind.TASK):
            is_clear = own in _CLEAR or titles.is_section_title(section.title)
            return own if is_clear and own is not Kind.UNKNOWN else around
        if own is Kind.TASK:
            return own
        if around is Kind.LEARNINGS:
            return own if own in _RECORDED else around
        if own is Kind.CONCEPTS and around is Kind.TECHNOLOGIES and not self._has_concepts:
            return own
        is_turn = own in _TURNS.get(around, _RECORDED) and titles.is_section_title(section.title)
        return own if is_turn else around

    def _promised(self, section: Section) -> Kind:
        """Return what a section promises by its title, corrected by its shape."""
        own = titles.promised(section.title)
        is_plain_title = titles.is_section_title(section.title)
        if (section is self._title or section.level == 1) and not is_plain_title:
            return Kind.UNKNOWN
        if own is Kind.TAKEAWAYS and _says_learnings(section) and _has_parts(section):
            return Kind.LEARNINGS
        if own is Kind.LEARNINGS and not section.sections and _holds_statements(section):
            return Kind.TAKEAWAYS
        return own


def _says_learnings(section: Section) -> bool:
    return "learning" in section.title.lower()


def _has_parts(section: Section) -> bool:
    """Say whether sub-sections hold what the section only announces."""
    promised = [titles.promised(child.title) for child in section.sections]
    return len(promised) > 1 or any(kind in _RECORDED for kind in promised)


_STATEMENT_WORDS = 5


def _holds_statements(section: Section) -> bool:
    """Say whether a list holds sentences rather than names with explanations."""
    items = [
        item.blocks[0].text  # type: ignore[attr-defined]
        for block in section.blocks
        if isinstance(block, ItemList)
        for item in block.items
        if item.blocks and hasattr(item.blocks[0], "text")
    ]
    leads = [lead for lead in map(plain.split_lead, items) if lead and lead.separator]
    words = sum(len(item.split()) for item in items)
    return bool(items) and len(leads) * 2 < len(items) and words >= _STATEMENT_WORDS * len(items)


__all__ = ["Kind", "Region", "Shape", "divide"]
