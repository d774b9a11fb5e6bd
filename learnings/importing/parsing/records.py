"""What a README holds, as values: the last stage's output and the room's public words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_RECORDS = 10_000
TITLE_LIMIT = 300  # characters


class UnreadableDocument(Exception):
    """The source cannot be read as a README at all.

    `code` is one of `empty`, `binary`, `too_large` and `too_many_records`; the message is a
    sentence for the person who sent the document.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Lines of the original document, counted from 1, both ends included."""

    first_line: int
    last_line: int


class LearningKind(StrEnum):
    """What a learning is about."""

    TECHNOLOGY = "TECHNOLOGY"
    CONCEPT = "CONCEPT"
    BEST_PRACTICE = "BEST_PRACTICE"
    TAKEAWAY = "TAKEAWAY"
    GOAL = "GOAL"


class Confidence(StrEnum):
    """How sure the reader is that a record is what its author meant.

    SURE: its place and shape both say so. LIKELY: only one of them does, as for an entry without
    labels or under a title with other words. GUESSED: it was taken from running text, badges or
    bare lines, or paired by order. Compared records may differ in it: it is no part of them.
    """

    SURE = "SURE"
    LIKELY = "LIKELY"
    GUESSED = "GUESSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRecord:
    """One thing learned: `title` is plain text on one line, `body` is Markdown or empty."""

    kind: LearningKind
    title: str
    body: str
    span: Span
    confidence: Confidence = field(default=Confidence.SURE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRecord:
    """One problem met; `problem` and `solution` are Markdown, empty where the text has none."""

    title: str
    problem: str
    solution: str
    span: Span
    solution_span: Span | None
    confidence: Confidence = field(default=Confidence.SURE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything one README holds, in document order.

    What its author means to learn next is shown but kept nowhere: the hub has no such kind.
    """

    title: str
    learnings: tuple[LearningRecord, ...]
    challenges: tuple[ChallengeRecord, ...]
    future_goals: tuple[str, ...] = ()

    def preview(self) -> dict[str, Any]:
        """Return the reading as JSON-ready lists of titles, by kind."""
        return {
            "title": self.title,
            "technologies": self._statements(LearningKind.TECHNOLOGY),
            "concepts": self._statements(LearningKind.CONCEPT),
            "challenges": [
                {"title": c.title, "problem": c.problem or None, "solution": c.solution or None}
                for c in self.challenges
            ],
            "best_practices": self._statements(LearningKind.BEST_PRACTICE),
            "takeaways": self._statements(LearningKind.TAKEAWAY),
            "goals": self._statements(LearningKind.GOAL),
            "future_goals": list(self.future_goals),
        }

    def _statements(self, kind: LearningKind) -> list[str]:
        return [learning.title for learning in self.learnings if learning.kind is kind]


def enclosing(spans: Iterable[Span]) -> Span:
    """Return the smallest span that holds all of the given ones, of which there is at least one."""
    known = list(spans)
    return Span(
        first_line=min(span.first_line for span in known),
        last_line=max(span.last_line for span in known),
    )
