"""A README to records: what a careful reader takes from it, with the lines it stands on.

Pure Python, without Django. A small compiler, one module per stage:

    text       bytes to text: encodings, mojibake, line ends
    fences     which lines are code
    marking    headings that Markdown would miss get their `#`
    document   lines to a tree of sections and blocks
    titles     what the words of a heading promise
    sections   which parts of the tree hold records, and of which kind
    outline    blocks to entries: one shape for every way of writing a list
    names, statements, challenges, prose
               entries to records
    reading    the stages in order

Plain text and labels are read by `plain`, `labels`, `evidence` and `vocabulary`.
"""

from .reading import read
from .records import (
    MAX_RECORDS,
    ChallengeRecord,
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
    "LearningKind",
    "LearningRecord",
    "Reading",
    "Span",
    "UnreadableDocument",
    "read",
]
