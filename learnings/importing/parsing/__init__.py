"""A README to records: what a careful reader takes from it, with the lines it stands on.

Pure Python, without Django. A small compiler; each stage is a module that knows the ones above it:

    text               bytes to text: encodings, mojibake, line ends
    fences, marking    which lines are code; headings that Markdown would miss get their `#`
    document           lines to a tree of sections and blocks
    sections           which parts of the tree hold records, and of which kind
    outline            blocks to entries: one shape for every way of writing a list
    names, statements, challenges
                       entries to records
    reading            the stages in order

A document that the hub wrote itself is read by its grammar instead, in `written`; `form` is that
grammar, and the writer's too.

What they share: `plain` (Markdown as people see it), `titles` and `labels` (what words promise),
`vocabulary` (names and categories, as data), `evidence` (what looks like content and is none).
"""

from .reading import read
from .records import (
    MAX_RECORDS,
    ChallengeRecord,
    Confidence,
    LearningKind,
    LearningRecord,
    Reading,
    Span,
    UnreadableDocument,
)
from .text import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "MAX_RECORDS",
    "ChallengeRecord",
    "Confidence",
    "LearningKind",
    "LearningRecord",
    "Reading",
    "Span",
    "UnreadableDocument",
    "read",
]
