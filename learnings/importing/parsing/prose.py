"""Challenges told in running text: "One challenge was …. To overcome this, I …"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import plain
from .outline import Entry, Shape
from .records import Span

_PROBLEM = re.compile(
    r"\b(?:challenges?|difficult(?:y|ies)?|obstacles?|hurdles?|struggl(?:e|ed|ing)|problems?|issues?"
    r"|hard(?:est)?|tough(?:est)?|major test|bottlenecks?|headaches?|nightmares?|tricky|frustrat(?:ing|ed)|took (?:much |far )?longer|pain points?|roadblocks?)\b",
    re.IGNORECASE,
)
_SOLUTION = re.compile(
    r"\b(?:to (?:overcome|solve|address|fix|resolve|tackle|handle|mitigate) (?:this|it|that|these)"
    r"|(?:i|we) (?:\w+ )?(?:solved|overcame|addressed|fixed|resolved|tackled|handled|mitigated)"
    r"|^by \w+ing\b|the solution|this was (?:solved|resolved|addressed|fixed|overcome)"
    r"|(?:was|were) (?:solved|resolved|addressed|fixed|overcome))\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:(?:finally|firstly|first|secondly|second|thirdly|third|lastly|another|one|also|next"
    r"|additionally|moreover|then|initially),?\s+)*(?:(?:of )?(?:the|my|our)\s+)?"
    r"(?:(?:major|main|big(?:gest)?|key|significant|common|early|recurring|first|second|other|of the"
    r"|most \w+)\s+)*"
    r"(?:challenges?|difficult(?:y|ies)|obstacles?|hurdles?|problems?|issues?)?\s*"
    r"(?:(?:i|we) (?:faced|encountered|had|met)\s+)?"
    r"(?:(?:was|were|is|came from|involved|came with|arose from|arose when|lay in)\s+)?",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"\b(?:several|many|various|numerous|some|a few|multiple|a number of)\s+(?:\w+\s+){0,2}"
    r"(?:challenges|difficulties|obstacles|problems|issues|hurdles)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Told:
    """A challenge from prose: its first sentence, and what was done about it."""

    problem: str
    solution: str
    span: Span


def is_prose(entries: Sequence[Entry]) -> bool:
    """Say whether a section's statements are paragraphs of sentences."""
    lines = [e for e in entries if e.shape is Shape.LINE]
    told = [e for e in lines if len(plain.sentences(e.text)) > 1]
    return bool(told) and len(told) * 2 >= len(lines)


def challenges(entries: Sequence[Entry]) -> list[Told]:
    """Return the challenges that paragraphs tell, one per problem."""
    found: list[Told] = []
    for entry in entries:
        if entry.shape is not Shape.LINE:
            if found and entry.shape is Shape.ITEM:
                found[-1].solution += f"\n- {entry.text}"
            continue
        found += _told(entry, found)
    return found


def _told(entry: Entry, before: list[Told]) -> Iterator[Told]:
    """Yield the challenges that begin in a paragraph; its other sentences solve the last one."""
    current: Told | None = None
    for sentence in plain.sentences(entry.text.replace("\n", " ")):
        if _INTRODUCTION.search(sentence):
            continue
        if (
            _PROBLEM.search(sentence)
            and not _SOLUTION.search(sentence)
            and _begins(sentence, current)
        ):
            current = Told(sentence, "", entry.own)
            yield current
        elif current or before:
            told = current or before[-1]
            told.solution = f"{told.solution} {sentence}".strip()


def _begins(sentence: str, current: Told | None) -> bool:
    """Say whether a sentence about a problem opens a new one rather than dwells on the last."""
    if current is None:
        return True
    opening = re.match(
        r"(?:another|finally|second|third|one|the (?:next|other|biggest|second|third)|also|lastly"
        r"|additionally|moreover)\b",
        sentence,
        re.IGNORECASE,
    )
    return opening is not None and bool(current.solution)


def cut(paragraph: str) -> tuple[str, str]:
    """Cut a paragraph before its first sentence about what was done; either part may be empty."""
    told = plain.sentences(paragraph)
    for number, sentence in enumerate(told):
        if _SOLUTION.search(sentence):
            return " ".join(told[:number]), " ".join(told[number:])
    return paragraph, ""


def name_of(problem: str) -> str:
    """Return what a problem's sentence is about, without "One challenge was"."""
    shortened = _OPENING.sub("", problem, count=1).strip(" .:,")
    return shortened if len(shortened.split()) > 1 else problem
