"""What an error message says once everything is left out that differs from run to run.

Pure. Line numbers, addresses in memory, folders, times and stack frames tell two learners apart
who met the same problem; the words that are left do not.
"""

from __future__ import annotations

import re
from typing import Final

from learnings.searching.words import words_of

MOST_WORDS: Final = 24  # of a text; beyond, what is typical comes before what all messages share

_NOISE: Final = tuple(
    (re.compile(pattern, re.MULTILINE | re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"\x1b\[[0-9;]*[A-Za-z]", " "),  # colours of a terminal
        (r"^[ \t]*File \"[^\"\n]*\", line \d+.*(?:\n[ \t]{4,}.*)?$", " "),  # Python's frames
        (r"^[ \t]*at .*[:(/].*$", " "),  # JavaScript's and Java's
        (r"traceback \(most recent call last\)", " "),
        (r"during handling of the above exception, another exception occurred", " "),
        (r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?", " "),
        (r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b", " "),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", " "),
        (r"\b0x[0-9a-f]+\b", " "),
        (r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b", " "),  # digests
        (r"\b[a-z]+://([\w.-]+)(:\d+)?\S*", r" \1\2 "),  # of an address its host and port
        (r"(?:\b[a-z]:|~|\.{1,2})?[/\\](?:[^\s/\\:\"']+[/\\])+", " "),  # folders
        (r"\b(?:[\w.@-]+[/\\]){2,}", " "),
        (r"\bline \d+(?:, column \d+)?", " "),
        (r"(\.[a-z]{1,4}):\d+(?::\d+)?", r"\1"),  # app.js:12:34
        (r"\b\d{1,3}(?:\.\d{1,3}){3}\b", " "),  # whose machine it was; the port stays
        (r"\b(?:\d{1,2}|\d{6,})\b", " "),  # 404, 5432 and error numbers stay
    )
)
# Words that most messages have. They count, but little.
GENERIC: Final = frozenset(
    {"abort", "cannot", "could", "error", "errors", "exception", "exit", "fail", "failed", "fails"}
    | {
        "failure",
        "fatal",
        "file",
        "following",
        "found",
        "get",
        "getting",
        "help",
        "invalid",
        "line",
    }
    | {"message", "module", "problem", "run", "running", "say", "says", "show", "shows", "stack"}
    | {"stop", "stopped", "trace", "traceback", "try", "trying", "unable", "use", "using", "want"}
    | {
        "warning",
        "work",
        "working",
        "works",
        "would",
        "always",
        "every",
        "one",
        "new",
        "code",
        "app",
    }
)


def significant(text: str) -> list[str]:
    """The words by which to recognise a problem, each once, at most `MOST_WORDS`.

    If there are more, those that most messages have go first.
    """
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    words = [word for word in dict.fromkeys(words_of(text)) if len(word) > 1]
    if len(words) > MOST_WORDS:
        words.sort(key=lambda word: word in GENERIC)  # stable: otherwise as they stand
    return words[:MOST_WORDS]
