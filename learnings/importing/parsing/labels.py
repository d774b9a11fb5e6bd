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


_WORDS: tuple[tuple[Part, tuple[str, ...], str], ...] = (
    (
        Part.SOLUTION,
        (
            "solutions?|resolution|fix(?:es)?|workaround|remedy|mitigation|resolved|solved|answer",
            "approach|actions?|what (?:i|we) did",
            r"how (?:i|we) (?:\w+ ){0,2}(?:solved|fixed|overcame|resolved|addressed)(?: it| this)?",
        ),
        "(?: (?:i |we )?(?:implemented|applied|used|found|taken|adopted|approach|steps))?",
    ),
    (
        Part.PROBLEM,
        (
            "challenges?|problems?|issues?|obstacles?|difficult(?:y|ies)|struggle|pain point",
            "description|(?:root )?causes?|context|symptoms?|situation|scenario|background",
            "error|bug|what (?:happened|went wrong)",
            "what (?:i|we) (?:saw|faced|noticed|observed|hit|found)",
        ),
        "(?: (?:faced|encountered|description|statement))?",
    ),
    (
        Part.ASIDE,
        (
            "impacts?|results?|outcomes?|benefits?|trade-?offs?|status|area|category|severity",
            "(?:key )?(?:learnings?|takeaways?|insights?)|take-?aways?|reflections?",
            "lessons?(?: learn(?:ed|t))?|what (?:i|we) learn(?:ed|t)",
            "(?:tools?|technolog(?:y|ies))(?: used)?|code|examples?|notes?",
            "why it (?:matters|mattered)",
        ),
        "",
    ),
)
_PREFIX = r"(?:(?:my|the|our|key|main|technical|proposed|implemented|applied|final)\s+)?"
_PATTERNS = tuple(
    (part, re.compile(rf"^{_PREFIX}(?:{'|'.join(words)}){ending}\s*#?\d{{0,2}}$", re.IGNORECASE))
    for part, words, ending in _WORDS
)
_PROBLEMS_OF = re.compile(r"^(?:problems?|issues?|difficulties) (?:with|in|of)\b", re.IGNORECASE)
_INLINE = re.compile(
    r"(?:\*\*|__|\b)(?:Solutions?|Resolution|Fix)(?:\*\*|__)?\s*+:\s*+(?:\*\*|__)?\s*+(?=\S)"
)
_LENGTH = 80  # characters
_JOINTS = " \n\t\u2192|;-\u2013\u2014"


@dataclass(frozen=True, slots=True)
class Label:
    """A label and the Markdown that follows it, which is empty when the label stands alone."""

    part: Part
    rest: str

    @property
    def stands_alone(self) -> bool:
        """Whether the labelled text begins on a later line."""
        return not self.rest


@plain.remembered
def read(statement: str) -> Label | None:
    """Return the label that opens a statement, if there is one."""
    lead = plain.split_lead(statement)
    if lead and (lead.separator or not lead.rest):
        part = part_of(lead.name)
        opens_list = lead.separator == ":" and not lead.rest
        if part is None and opens_list and _PROBLEMS_OF.match(plain.heading(lead.name)):
            part = Part.PROBLEM
        return Label(part, lead.rest) if part else None
    part = part_of(statement)
    return Label(part, "") if part else None


def part_of(words: str) -> Part | None:
    """Return what a label's own words announce: "Solution Implemented" is a solution."""
    if len(words) > _LENGTH:
        return None
    text = plain.heading(words)
    return next((part for part, pattern in _PATTERNS if pattern.match(text)), None)


def split_inline(statement: str) -> tuple[str, str]:
    """Cut "Challenge: … Solution: …" on one line in two; the second may be empty."""
    label = read(statement)
    match = _INLINE.search(statement, 1) if label and label.part is Part.PROBLEM else None
    if match is None:
        return statement, ""
    return statement[: match.start()].rstrip(_JOINTS), statement[match.start() :]
