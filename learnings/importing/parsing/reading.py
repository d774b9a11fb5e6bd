"""The compiler's driver: source in, reading out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from . import document, plain, sections, text, titles, vocabulary, written
from .challenges import ChallengeReader, paired
from .document import Document
from .names import NameReader
from .records import (
    MAX_RECORDS,
    ChallengeRecord,
    Confidence,
    LearningKind,
    LearningRecord,
    Reading,
    UnreadableDocument,
)
from .sections import Region
from .statements import StatementReader
from .titles import Kind
from .writing import Writer

_UNTITLED = "Untitled"


def read(source: bytes | str) -> Reading:
    """Read a README into its learnings and challenges, in document order.

    Raises:
        UnreadableDocument: nothing else, whatever the source holds.
    """
    clean = text.decode(source)
    reading = written.read(clean) or _guessed(clean)
    if len(reading.learnings) + len(reading.challenges) > MAX_RECORDS:
        raise UnreadableDocument(
            "too_many_records",
            f"The document holds more than {MAX_RECORDS:,} records; split it.",
        )
    return reading


def _guessed(clean: str) -> Reading:
    """Read a document that people wrote."""
    parsed = document.parse(clean)
    regions = sections.divide(parsed)
    writer = Writer(parsed)
    learnings = sorted(_learnings(regions, writer), key=lambda r: r.span.first_line)
    challenges = sorted(_challenges(regions, writer), key=lambda c: c.span.first_line)
    return Reading(
        title=_title(parsed),
        learnings=tuple(_unique(learnings)),
        challenges=tuple(challenges),
        future_goals=tuple(_future_goals(regions, writer)),
    )


def _learnings(regions: list[Region], writer: Writer) -> Iterator[LearningRecord]:
    for region in regions:
        # Only a title that says nothing else is a clear sign.
        is_clear = titles.is_section_title(region.title)
        for learning in _of_region(region, writer):
            is_doubtful = learning.confidence is Confidence.SURE and not is_clear
            yield replace(learning, confidence=Confidence.LIKELY) if is_doubtful else learning


def _of_region(region: Region, writer: Writer) -> Iterable[LearningRecord]:
    """Read one region by its kind."""
    match region.kind:
        case Kind.TECHNOLOGIES:
            found = NameReader(LearningKind.TECHNOLOGY, writer).read(region.entries)
            return _parted(found) if titles.promises_concepts_too(region.title) else found
        case Kind.CONCEPTS:
            return NameReader(LearningKind.CONCEPT, writer).read(region.entries)
        case Kind.LEARNINGS:
            reader = NameReader(LearningKind.CONCEPT, writer)
            return reader.read(region.entries, allows_groups=True)
        case Kind.PRACTICES | Kind.TAKEAWAYS | Kind.GOALS:
            return StatementReader(writer).read(region.entries, region.kind)
        case _:
            return ()


def _parted(found: Iterable[LearningRecord]) -> Iterator[LearningRecord]:
    """Part "Technologies and Concepts": what we do not know as a technology is a concept."""
    for record in found:
        is_technology = vocabulary.is_technology(record.title)
        kind = record.kind if is_technology else LearningKind.CONCEPT
        yield replace(record, kind=kind, confidence=Confidence.LIKELY)


def _future_goals(regions: list[Region], writer: Writer) -> Iterator[str]:
    for region in regions:
        if region.kind is Kind.FUTURE:
            for goal in StatementReader(writer).read(region.entries, region.kind):
                yield goal.title


def _challenges(regions: list[Region], writer: Writer) -> list[ChallengeRecord]:
    found: list[ChallengeRecord] = []
    unsolved: list[ChallengeRecord] = []
    for region in regions:
        if region.kind is Kind.CHALLENGES:
            unsolved = ChallengeReader(writer).read(region.entries)
            found += unsolved
        elif region.kind is Kind.SOLUTIONS and unsolved:
            found[-len(unsolved) :] = paired(unsolved, region.entries, writer)
            unsolved = []
    return found


def _unique(learnings: list[LearningRecord]) -> Iterator[LearningRecord]:
    """Yield each name once: an app's tech stack repeats what its learnings say."""
    seen = set()
    for learning in learnings:
        key = (
            learning.kind,
            "".join(c for c in learning.title.casefold() if c.isalnum() or c in "+#"),
        )
        if key[1] and key not in seen:
            seen.add(key)
            yield learning


def _title(parsed: Document) -> str:
    """Return the first top heading, else the first heading, else the first line."""
    headings = [section for section in parsed.root.walk() if section.level]
    marked = [section for section in headings if parsed.is_marked(section)]
    top = [section for section in marked if section.level == 1]
    names = (plain.title(section.title) for section in (*top, *marked))
    lines = (plain.title(line) for line in parsed.lines)
    return next(filter(None, chain(names, lines)), _UNTITLED)
