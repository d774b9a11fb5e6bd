"""Challenges told in running text: "One challenge was …. To overcome this, I …"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import plain
from .entries import Entry, Shape
from .records import Span

_DIFFICULTY = "challenge|difficulty|obstacle|hurdle|problem|issue"
_DIFFICULTIES = "challenges|difficulties|obstacles|hurdles|problems|issues"
_SOLVED = "solved|overcame|overcome|addressed|fixed|resolved|tackled|handled|mitigated"

_PROBLEM = re.compile(
    rf"\b(?:{_DIFFICULTY}|{_DIFFICULTIES}|difficult|struggl(?:e|ed|ing)|hard(?:est)?|tough(?:est)?"
    r"|major test|bottlenecks?|headaches?|nightmares?|tricky|frustrat(?:ing|ed)|pain points?"
    r"|roadblocks?|took (?:much |far )?longer)\b",
    re.IGNORECASE,
)
_SOLUTION = re.compile(
    r"\b(?:to (?:overcome|solve|address|fix|resolve|tackle|handle|mitigate) (?:this|it|that|these)"
    rf"|(?:i|we) (?:\w+ )?(?:{_SOLVED})|^by \w+ing|the solution"
    rf"|(?:this )?(?:was|were) (?:{_SOLVED}))\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:(?:finally|firstly|first|secondly|second|thirdly|third|lastly|another|one|also|next"
    r"|additionally|moreover|then|initially),?\s+)*(?:(?:of )?(?:the|my|our)\s+)?"
    r"(?:(?:major|main|big(?:gest)?|key|significant|common|early|recurring|first|second|other"
    r"|of the|most \w+)\s+)*"
    rf"(?:(?:{_DIFFICULTIES}|{_DIFFICULTY})\s+)?(?:(?:i|we) (?:faced|encountered|had|met)\s+)?"
    r"(?:(?:was|were|is|came from|involved|came with|arose from|arose when|lay in)\s+)?",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"\b(?:several|many|various|numerous|some|a few|multiple|a number of)\s+(?:\w+\s+){0,2}"
    rf"(?:{_DIFFICULTIES})\b",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"(?:another|finally|second|third|one|the (?:next|other|biggest|second|third)|also|lastly"
    r"|additionally|moreover)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Told:
    """A challenge from prose: the sentence that names it, and what was done about it."""

    problem: str
    solution: str
    span: Span


def is_prose(entries: Sequence[Entry]) -> bool:
    """Say whether a section's statements are paragraphs of sentences."""
    lines = [entry for entry in entries if entry.shape is Shape.LINE]
    paragraphs = [line for line in lines if len(plain.sentences(line.text)) > 1]
    return bool(paragraphs) and len(paragraphs) * 2 >= len(lines)


def challenges(entries: Sequence[Entry]) -> list[Told]:
    """Return the challenges that paragraphs tell, one per problem."""
    found: list[Told] = []
    for entry in entries:
        if entry.shape is Shape.LINE:
            found += _told(entry, found[-1] if found else None)
        elif entry.shape is Shape.ITEM and found:
            found[-1].solution += f"\n- {entry.text}"
    return found


def _told(entry: Entry, last: Told | None) -> Iterator[Told]:
    """Yield the challenges that begin in a paragraph; what else it says solves the last one."""
    begun = False
    for sentence in plain.sentences(entry.text.replace("\n", " ")):
        if _INTRODUCTION.search(sentence):
            continue
        names_problem = _PROBLEM.search(sentence) and not _SOLUTION.search(sentence)
        # A later sentence about a problem may only dwell on the one before it.
        is_next = not begun or (last and last.solution and _NEXT.match(sentence))
        if names_problem and is_next:
            begun, last = True, Told(sentence, "", entry.own)
            yield last
        elif last:
            last.solution = f"{last.solution} {sentence}".strip()


def problem_and_solution(paragraphs: Sequence[str]) -> tuple[str, str]:
    """Cut one challenge's prose where it turns to what was done, else after a paragraph."""
    for number, paragraph in enumerate(paragraphs):
        told = plain.sentences(paragraph)
        turn = next((n for n, sentence in enumerate(told) if _SOLUTION.search(sentence)), None)
        if turn is not None:
            before = [*paragraphs[:number], " ".join(told[:turn])]
            after = [" ".join(told[turn:]), *paragraphs[number + 1 :]]
            return "\n\n".join(filter(None, before)), "\n\n".join(after)
    return "\n\n".join(paragraphs[:1]), "\n\n".join(paragraphs[1:])


def name_of(problem: str) -> str:
    """Return what a problem's sentence is about, without "One challenge was"."""
    shortened = _OPENING.sub("", problem, count=1).strip(" .:,")
    return shortened if len(shortened.split()) > 1 else problem
