"""Labels inside a challenge: "**Problem:** …", "Solution - …", "#### Resolution"."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from . import plain


class Part(Enum):
    """The part of a challenge that a label announces."""

    PROBLEM = auto()
    SOLUTION = auto()
    ASIDE = auto()  # impact, outcome, lesson: kept out of problem and solution


_WORDS = (
    (
        Part.SOLUTION,
        r"(?:solutions?|resolution|fix(?:es)?|workaround|remedy|mitigation|resolved|solved|answer"
        r"|approach|action(?:s| taken)?|what (?:i|we) did|how (?:i|we) (?:\w+ ){0,2}"
        r"(?:solved|fixed|overcame|resolved|addressed|handled)(?: it| this)?)"
        r"(?: (?:i |we )?(?:implemented|applied|used|found|taken|adopted|approach|steps))?",
    ),
    (
        Part.PROBLEM,
        r"(?:challenges?|problems?|issues?|description|(?:root )?causes?|context|symptoms?|situation"
        r"|obstacles?|difficult(?:y|ies)|struggle|error|bug|what (?:happened|went wrong|(?:i|we) (?:saw|faced|noticed|observed|hit|found))"
        r"|scenario|background|pain point)(?: (?:faced|encountered|description|statement))?",
    ),
    (
        Part.ASIDE,
        r"(?:impacts?|results?|outcomes?|benefits?|key (?:learnings?|takeaways?|insights?)"
        r"|lessons?(?: learn(?:ed|t))?|learnings?|take-?aways?|trade-?offs?|tools?(?: used)?"
        r"|technolog(?:y|ies)(?: used)?|status|why it (?:matters|mattered)|examples?|notes?"
        r"|what (?:i|we) learn(?:ed|t)|reflections?|insights?|area|category|severity|code)",
    ),
)
_PREFIX = r"(?:(?:my|the|our|key|main|technical|proposed|implemented|applied|final)\s+)?"
_PATTERNS = tuple(
    (part, re.compile(rf"^{_PREFIX}{words}\s*#?\d{{0,2}}$", re.IGNORECASE))
    for part, words in _WORDS
)
_INLINE = re.compile(
    r"(?:\*\*|__|\b)(?:Solutions?|Resolution|Fix)(?:\*\*|__)?\s*:\s*(?:\*\*|__)?\s*(?=\S)"
)

_ABOUT = re.compile(r"^(?:problems?|issues?|difficulties) (?:with|in|of)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Label:
    """A label and the Markdown that follows it, which is empty when the label stands alone."""

    part: Part
    rest: str


def read(statement: str) -> Label | None:
    """Return the label that opens a statement, if there is one."""
    lead = plain.split_lead(statement)
    if lead and (lead.separator or not lead.rest):
        part = part_of(lead.name)
        if (
            part is None
            and lead.separator == ":"
            and not lead.rest
            and _ABOUT.match(plain.heading(lead.name))
        ):
            part = Part.PROBLEM
        return Label(part, lead.rest) if part else None
    part = part_of(statement)
    return Label(part, "") if part else None


def part_of(words: str) -> Part | None:
    """Return what a label's own words announce: "Solution Implemented" is a solution."""
    text = plain.heading(words)
    return next((part for part, pattern in _PATTERNS if pattern.match(text)), None)


def split_inline(statement: str) -> tuple[str, str]:
    """Cut "Challenge: … Solution: …" on one line in two; the second may be empty."""
    label = read(statement)
    if label is None or label.part is not Part.PROBLEM:
        return statement, ""
    match = _INLINE.search(statement, 1)
    if match is None:
        return statement, ""
    return statement[: match.start()].rstrip(" \n\t\u2192|;-\u2013\u2014"), statement[
        match.start() :
    ]
