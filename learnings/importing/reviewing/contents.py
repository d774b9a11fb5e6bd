"""What the records tell: sections that are missing or thin, problems without a way out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from learnings.importing.parsing import ChallengeRecord, LearningRecord, Reading, plain

from .findings import Finding, finding, quoted
from .manuscript import Heading, Manuscript
from .rubrics import Expectation, Rubric

_WORD = re.compile(r"[\w/+#.\-]*\w")
# Code, a link, a name with an underscore or brackets, an error's name.
_SHOWN = re.compile(r"`|https?://|\w_\w|\w\(|[a-z]Error\b|[a-z]Exception\b|\w\.py\b|--\w")
_NAMED = frozenset({"TECHNOLOGY", "CONCEPT"})
_FEW = 3  # from so many on, a pattern is no accident
_EXPLAINING = 12  # words on a line, from which on it says more than a name
_MOST_BARE = 0.75  # of the names; a few may speak for themselves


def findings(manuscript: Manuscript, reading: Reading, rubric: Rubric) -> Iterator[Finding]:
    """Yield what the records and their sections lack."""
    counts = Counter(record.kind.value for record in reading.learnings)
    counts["CHALLENGE"] = len(reading.challenges)
    if counts.total():
        for section in rubric.sections:
            yield from _section(manuscript, section, sum(counts[kind] for kind in section.counts))
        yield from _names(manuscript, reading, rubric)
    else:
        yield _nothing(reading, rubric)
    for challenge in reading.challenges:
        yield from _challenge(challenge, rubric)
    yield from _evidence(reading)


def _nothing(reading: Reading, rubric: Rubric) -> Finding:
    titles = [f"“{section.title}”" for section in rubric.sections if section.expected]
    return finding(
        "nothing_found", 0, title=quoted(reading.title), sections=", ".join(titles) or "as you like"
    )


def _section(manuscript: Manuscript, section: Expectation, number: int) -> Iterator[Finding]:
    heading = _announcing(manuscript, section)
    if not section.expected:
        return
    told = {"why": section.why, "mend": section.mend}
    if heading is None and not number:
        yield finding("missing_section", 0, title=section.title, **told)
    elif number < section.minimum:
        line = heading.line if heading else 0
        if number:
            found = section.counted(number)
            yield finding("too_few", line, found=found, minimum=section.minimum, **told)
        elif heading:
            title, unit = quoted(heading.title), section.units[0]
            yield finding(
                "too_few", line, words="section_in_vain", heading=title, unit=unit, **told
            )


def _announcing(manuscript: Manuscript, section: Expectation) -> Heading | None:
    """Return the heading of a section; one that holds something before one that does not."""
    named = [heading for heading in manuscript.headings[1:] if section.is_named_by(heading.words)]
    return next((heading for heading in named if not heading.is_empty), next(iter(named), None))


def _challenge(challenge: ChallengeRecord, rubric: Rubric) -> Iterator[Finding]:
    title = quoted(challenge.title)
    if not challenge.solution:
        yield finding("challenge_without_solution", challenge.span.first_line, title=title)
    elif not says_something(challenge.solution, rubric):
        span = challenge.solution_span or challenge.span
        line, solution = span.first_line, quoted(challenge.solution)
        yield finding("solution_says_little", line, title=title, solution=solution)


def says_something(solution: str, rubric: Rubric) -> bool:
    """Say whether a solution tells what was done. Code always does."""
    if "`" in solution:
        return True
    words = _WORD.findall(plain.plain(solution).lower())
    return sum(map(_weight, set(words) - rubric.empty_words)) >= rubric.solution_words


def _weight(word: str) -> int:
    """Return for how many words one counts: some languages put no blanks between them."""
    return 1 if word.isascii() else max(1, len(word) // 3)


def _evidence(reading: Reading) -> Iterator[Finding]:
    """Yield a word on solutions that are told without anything to see."""
    solved = [challenge for challenge in reading.challenges if challenge.solution]
    if len(solved) < _FEW or any(_shows(challenge) for challenge in solved):
        return
    longest = max(solved, key=lambda challenge: len(challenge.solution))
    line = min(challenge.span.first_line for challenge in solved)
    yield finding("nothing_shown", line, number=len(solved), title=quoted(longest.title))


def _shows(challenge: ChallengeRecord) -> bool:
    told = f"{challenge.title}\n{challenge.problem}\n{challenge.solution}"
    return bool(_SHOWN.search(told))


def _names(manuscript: Manuscript, reading: Reading, rubric: Rubric) -> Iterator[Finding]:
    """Yield a word on lists of technologies or concepts that stop at the names."""
    names, bare = [], list[LearningRecord]()
    for section in rubric.sections:
        kinds = _NAMED.intersection(section.counts)
        named = [record for record in reading.learnings if record.kind.value in kinds]
        unexplained = [record for record in named if _is_bare(record, manuscript)]
        if section.expected and len(named) >= _FEW and len(unexplained) > len(named) * _MOST_BARE:
            names.append(section.counted(len(named)))
            bare += unexplained
    if bare:
        first = min(bare, key=lambda record: record.span.first_line)
        line, title = first.span.first_line, quoted(first.title)
        yield finding("names_only", line, names=" and ".join(names), first=title)


def _is_bare(record: LearningRecord, manuscript: Manuscript) -> bool:
    """Say whether nothing is told about a name: running text explains what it names."""
    line = manuscript.lines[record.span.first_line - 1]
    return not record.body and len(line.split()) < _EXPLAINING
