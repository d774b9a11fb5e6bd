"""Challenges and their solutions: the entries of a section to records.

The entries are read in order by a small state machine. A title or a problem label opens a
challenge, a solution label its solution, and an aside ("Impact", "Lesson learned") closes both;
whatever has no label belongs to the part that is open.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from . import columns, evidence, labels, plain, prose, titles
from .drafts import Draft
from .entries import Entry, Shape
from .labels import Label, Part
from .records import ChallengeRecord, Confidence
from .writing import Writer

_NAME_WORDS = 10
_AREA = re.compile(r"^(?:backend|frontend|technical|personal|devops|full-?stack)$", re.IGNORECASE)


class ChallengeReader:
    """Reads the entries of one section."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._drafts: list[Draft] = []

    def read(self, entries: Sequence[Entry]) -> list[ChallengeRecord]:
        """Return a record per challenge described."""
        if _are_told(entries):
            self._tell(entries)
        else:
            self._walk(entries)
        return [draft.record() for draft in self._drafts if draft.is_real]

    # -- the state machine

    def _walk(self, entries: Sequence[Entry], *, is_inside: bool = False) -> None:
        """Read entries in order; `is_inside` says that they are the parts of one challenge."""
        is_labelled = any(entry.label for entry in entries if entry.shape is not Shape.HEADING)
        for number, entry in enumerate(entries):
            label = entry.label
            if entry.shape is Shape.TABLE:
                self._table(entry)
            elif label and not (entry.shape is Shape.HEADING and _is_named(entry)):
                self._labelled(entry, label)
            elif _is_title(entry) or (not is_inside and _names_next(entries, number)):
                self._titled(entry)
            elif not is_labelled and self._is_one_liner(entry):
                self._one_liner(entry)
            elif is_inside and self._drafts:
                self._drafts[-1].go_on(self._writer.source(entry), entry.span)

    def _labelled(self, entry: Entry, label: Label) -> None:
        match label.part:
            case Part.PROBLEM:
                self._problem(entry, label.rest)
            case Part.SOLUTION:
                self._solution(entry, label.rest)
            case Part.ASIDE:
                if self._drafts:
                    self._drafts[-1].is_closed = True
                return
        if self._drafts:
            self._drafts[-1].confidence = Confidence.SURE

    def _problem(self, entry: Entry, text: str) -> None:
        """Read a problem; its solution may be nested in it."""
        holds_parts = any(child.part for child in entry.children)
        if self._drafts and self._drafts[-1].awaits_problem:
            whole = text if holds_parts else self._writer.body(text, entry)
            self._drafts[-1].add_problem(whole, entry.span)
        else:
            self._open_problem(entry, text, holds_parts=holds_parts)
        if holds_parts:
            self._walk(entry.children, is_inside=True)

    def _open_problem(self, entry: Entry, text: str, *, holds_parts: bool) -> None:
        """Open a challenge at its problem label; where that stands alone, at the line below."""
        statements = [child for child in entry.children if not child.part]
        if text:
            self._open(text, entry)
            # "Challenge: …" over "Problem: …" and "Solution: …" names all of it.
            self._drafts[-1].is_titled = holds_parts
            if entry.children and not holds_parts:  # what was done, without a label
                self._drafts[-1].add_solution(self._writer.details(entry), entry.span)
        elif statements:
            self._open(statements[0].text, entry)
            if len(statements) > 1:
                self._drafts[-1].add_problem(self._writer.lines(*statements), entry.span)

    def _solution(self, entry: Entry, text: str) -> None:
        items = [child for child in entry.children if child.shape is Shape.ITEM]
        unsolved = list(takewhile(lambda draft: not draft.solution, reversed(self._drafts)))
        if not text and len(items) > 1 and len(unsolved) > 1:  # two lists, paired by order
            for draft, item in zip(reversed(unsolved), items, strict=False):
                draft.add_solution(self._writer.body(item.text, item), item.span)
        elif self._drafts:
            self._drafts[-1].add_solution(self._writer.body(text, entry), entry.span)

    def _titled(self, entry: Entry) -> None:
        """Read an entry that names a challenge, with its parts below it."""
        if _holds_challenges(entry):
            self._walk(entry.children)
            return
        lead = None if entry.shape is Shape.HEADING else entry.lead
        is_name = lead is not None and (lead.explains or not lead.rest)
        self._open(lead.name if lead and is_name else entry.text, entry, is_titled=True)
        if lead and lead.explains:
            self._drafts[-1].add_problem(lead.rest, entry.own)
        if any(child.part for child in entry.children):
            self._walk(entry.children, is_inside=True)
        elif entry.children:
            self._unlabelled(entry)

    def _unlabelled(self, entry: Entry) -> None:
        """Read a title's details without labels: prose is the problem, a list what was done."""
        draft = self._drafts[-1]
        told = [child for child in entry.children if child.shape is Shape.LINE]
        listed = [child for child in entry.children if child.shape is not Shape.LINE]
        if listed or draft.problem:
            for line in told:
                draft.add_problem(line.text, line.span)
            if listed:
                draft.add_solution(self._writer.lines(*listed), entry.span)
            return
        texts = [line.text for line in told]
        problem, solution = prose.problem_and_solution(texts)
        if entry.shape is Shape.ITEM and not solution:  # like "**Name**: what was done"
            problem, solution = "", problem
        if problem:
            draft.add_problem(problem, entry.span)
        if solution:
            draft.add_solution(solution, entry.span)

    def _is_one_liner(self, entry: Entry) -> bool:
        if evidence.is_lead_in(entry.text) or evidence.is_pointer(entry.text):
            return False
        is_part_of_last = bool(self._drafts) and self._drafts[-1].awaits_solution
        if entry.shape is Shape.ITEM:
            return not is_part_of_last
        return entry.shape is Shape.LINE and entry.is_explained

    def _one_liner(self, entry: Entry) -> None:
        lead = entry.lead
        if lead and lead.explains:
            self._open(lead.name, entry, is_titled=True)
            label = labels.read(lead.rest)
            rest = label.rest if label and label.part is Part.SOLUTION else lead.rest
            problem, solution = prose.problem_and_solution([rest])
            if solution:
                self._drafts[-1].add_problem(problem, entry.own)
            self._drafts[-1].add_solution(solution or problem, entry.own)
        else:
            self._open(entry.text, entry)

    def _open(self, statement: str, entry: Entry, *, is_titled: bool = False) -> None:
        title = titles.without_pretitle(statement) if is_titled else statement
        self._drafts.append(Draft(title, entry.span, is_titled))

    # -- tables and prose

    def _table(self, entry: Entry) -> None:
        head, *rows = entry.rows
        where = columns.of_challenges(head.cells)
        for row in rows:
            cells = dict(enumerate(row.cells))
            draft = Draft(cells.get(where.title, ""), row.span)
            if where.problem is not None:
                draft.add_problem(cells.get(where.problem, ""), row.span)
            if where.solution is not None:
                draft.add_solution(cells.get(where.solution, ""), row.span)
                draft.confidence = Confidence.SURE
            self._drafts.append(draft)

    def _tell(self, entries: Sequence[Entry]) -> None:
        for told in prose.challenges(entries):
            draft = Draft(prose.name_of(told.problem), told.span)
            if draft.title != told.problem:
                draft.add_problem(told.problem, told.span)
            draft.add_solution(told.solution, told.span)
            draft.confidence = Confidence.GUESSED
            self._drafts.append(draft)


def paired(
    challenges: Sequence[ChallengeRecord], entries: Sequence[Entry], writer: Writer
) -> list[ChallengeRecord]:
    """Give challenges that have no solution those of a section of their own, by order."""
    solutions = [entry for entry in entries if entry.shape is Shape.ITEM]
    if any(challenge.solution for challenge in challenges):
        return list(challenges)
    solved = [
        replace(
            challenge,
            solution=writer.source(entry),
            solution_span=entry.span,
            confidence=Confidence.GUESSED,
        )
        for challenge, entry in zip(challenges, solutions, strict=False)
    ]
    return [*solved, *challenges[len(solved) :]]


def _is_named(entry: Entry) -> bool:
    """Say whether a heading "Challenge: X" carries a name beside its label."""
    return titles.without_pretitle(entry.text) != plain.heading(entry.text)


def _names_next(entries: Sequence[Entry], number: int) -> bool:
    """Say whether an entry is a title because labels follow it."""
    entry = entries[number]
    after = entries[number + 1].part if number + 1 < len(entries) else None
    if after in (None, Part.ASIDE):
        return False
    if evidence.is_lead_in(entry.text) or evidence.is_pointer(entry.text):
        return False
    is_name = entry.shape is Shape.ITEM or len(entry.text.split()) <= _NAME_WORDS
    return after is Part.PROBLEM or is_name


def _is_title(entry: Entry) -> bool:
    return entry.shape is Shape.HEADING or bool(entry.children)


def _holds_challenges(entry: Entry) -> bool:
    """Say whether an entry holds several challenges rather than the parts of one."""
    if not entry.text or titles.is_section_title(entry.text):
        return True
    parts = [child.part for child in entry.children]
    if _AREA.match(plain.heading(entry.text)) or parts.count(Part.PROBLEM) > 1:
        return True
    return not any(parts) and _holds_titles(entry)


def _holds_titles(entry: Entry) -> bool:
    """Say whether what stands under an entry, without labels, are challenges of their own."""
    children = entry.children
    if any(child.shape in (Shape.HEADING, Shape.TABLE) for child in children):
        return True
    if any(inner.part for child in children for inner in child.children):
        return True
    if entry.shape is Shape.LINE and not entry.is_bold_line:
        return entry.is_opening  # "Some that I met:"
    items = [child for child in children if child.shape is Shape.ITEM]
    explained = [item for item in items if item.is_explained]
    return entry.shape is Shape.HEADING and len(explained) * 2 > len(items)


def _are_told(entries: Sequence[Entry]) -> bool:
    """Say whether a section tells its challenges in paragraphs of prose."""
    if any(e.shape in (Shape.HEADING, Shape.TABLE) or e.part or e.children for e in entries):
        return False
    return prose.is_prose(entries)
