"""What headings and code fences tell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from learnings.importing.parsing.document import Paragraph

from .findings import Finding, finding, quoted
from .manuscript import Heading, Manuscript
from .rubrics import Rubric

_INTRODUCED_BY = (
    "overview", "about", "introduc", "objective", "purpose", "goal", "welcome", "summary",
    "description", "background", "what this", "what is",
)  # fmt: skip
_OPENING_WORDS = 8  # a paragraph with as many says what the document is


def findings(manuscript: Manuscript, rubric: Rubric) -> Iterator[Finding]:
    """Yield what is wrong with the document's skeleton."""
    if not _is_introduced(manuscript):
        yield finding("no_introduction", 0)
    yield from _empty(manuscript, rubric)
    for above, heading in pairwise(manuscript.headings):
        if heading.section.level > above.section.level + 1:
            yield _skipped(above, heading)
    for number in manuscript.fences.unclosed:
        mark = manuscript.lines[number].lstrip(" \t-*+>.)0123456789")[:3]
        yield finding("unclosed_fence", number + 1, mark=mark)


def _is_introduced(manuscript: Manuscript) -> bool:
    headings = manuscript.headings
    if any(word in heading.words for heading in headings[:4] for word in _INTRODUCED_BY):
        return True
    first = [manuscript.document.root, *(heading.section for heading in headings[:1])]
    texts = (b.text for section in first for b in section.blocks if isinstance(b, Paragraph))
    return any(len(text.split()) >= _OPENING_WORDS for text in texts)


def _empty(manuscript: Manuscript, rubric: Rubric) -> Iterator[Finding]:
    """Yield empty sections but those that are missed as a whole, and the title."""
    expected = [section for section in rubric.sections if section.expected and section.minimum]
    for heading in manuscript.headings[1:]:
        is_asked_for = any(section.is_named_by(heading.words) for section in expected)
        is_hashtags = all(word.startswith("#") for word in heading.section.title.split()[1:])
        is_one_word = len(heading.section.title.split()) <= 1
        if heading.is_empty and not is_asked_for and not (is_hashtags and not is_one_word):
            yield finding("empty_section", heading.line, title=quoted(heading.title))


def _skipped(above: Heading, heading: Heading) -> Finding:
    level = heading.section.level
    higher = above.section.level
    return finding(
        "skipped_level",
        heading.line,
        title=quoted(heading.title),
        level=level,
        above=higher,
        marks=f"“{'#' * (higher + 1)}”",
    )
