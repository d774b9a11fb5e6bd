"""Challenges and their solutions: entries of a section to records.

The entries are read in order by a small state machine. A title or a problem label opens a
challenge, a solution label its solution, and an aside ("Impact", "Lesson learned") closes both;
whatever has no label belongs to the part that is open.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from . import evidence, labels, plain, prose, titles
from .labels import Part
from .outline import Entry, Shape
from .records import ChallengeRecord, Span, enclosing
from .writing import Writer


@dataclass(slots=True)
class _Draft:
    """A challenge being read."""

    title: str
    span: Span
    is_titled: bool  # by a heading or name, so that a problem label may follow
    problem: list[str] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    solution_spans: list[Span] = field(default_factory=list)
    is_closed: bool = False


class ChallengeReader:
    """Reads the entries of one section."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._drafts: list[_Draft] = []

    def read(self, entries: Sequence[Entry]) -> list[ChallengeRecord]:
        """Return a record per challenge described."""
        if _is_told(entries):
            self._tell(entries)
        else:
            self._walk(entries)
        return [_record(draft) for draft in self._drafts if _is_real(draft)]

    # -- the state machine

    def _walk(self, entries: Sequence[Entry], *, is_inside: bool = False) -> None:
        """Read entries in order; `is_inside` says that they belong to a challenge as a whole."""
        is_labelled = any(labels.read(e.text) for e in entries)
        for number, entry in enumerate(entries):
            label = labels.read(entry.text) if entry.text else None
            if entry.shape is Shape.TABLE:
                self._table(entry)
            elif entry.shape is Shape.ASIDE:
                if is_inside:
                    self._continue(entry)
            elif label and not (entry.shape is Shape.HEADING and _has_name(entry)):
                self._labelled(entry, label)
            elif entry.shape is Shape.HEADING or entry.children or _names_next(entries, number):
                self._titled(entry)
            elif entry.shape is Shape.ITEM and not is_labelled and not self._in_part():
                self._one_liner(entry)
            elif entry.shape is Shape.LINE and not is_labelled and _has_lead(entry):
                self._one_liner(entry)
            elif is_inside:
                self._continue(entry)

    def _labelled(self, entry: Entry, label: labels.Label) -> None:
        match label.part:
            case Part.PROBLEM:
                self._problem(entry, label.rest)
            case Part.SOLUTION:
                self._solution(entry, label.rest)
            case Part.ASIDE:
                if self._drafts:
                    self._drafts[-1].is_closed = True

    def _problem(self, entry: Entry, text: str) -> None:
        draft = self._drafts[-1] if self._drafts else None
        inner = [e for e in entry.children if _part(e)]
        if draft and draft.is_titled and not draft.problem and not draft.solution:
            draft.problem.append(self._text(text, entry, inner))
            draft.span = enclosing((draft.span, entry.span))
        elif text:
            self._open(text, entry, is_titled=False)
        else:  # the label stands alone: its first line is the statement
            first, *others = [e for e in entry.children if e not in inner] or [entry]
            self._open(first.text, entry, is_titled=False)
            if others:
                self._drafts[-1].problem.append(self._writer.details(entry))
        if inner:
            self._walk(entry.children, is_inside=True)
        elif text and entry.children and draft is not self._drafts[-1]:
            self._solve(self._writer.details(entry), entry.span)

    def _solution(self, entry: Entry, text: str) -> None:
        items = [e for e in entry.children if e.shape is Shape.ITEM]
        unsolved = [d for d in self._drafts if not d.solution]
        if not text and len(items) > 1 and len(unsolved) > 1:  # two lists, paired by order
            for draft, item in zip(unsolved, items, strict=False):
                draft.solution.append(self._writer.body(item.text, item))
                draft.solution_spans.append(item.span)
            return
        self._solve(self._text(text, entry, ()), entry.span)

    def _text(self, text: str, entry: Entry, inner: Sequence[Entry]) -> str:
        return text if inner else self._writer.body(text, entry)

    def _solve(self, text: str, span: Span) -> None:
        if not self._drafts:
            return
        draft = self._drafts[-1]
        draft.is_closed = False
        draft.solution.append(text)
        draft.solution_spans.append(span)
        draft.span = enclosing((draft.span, span))

    def _titled(self, entry: Entry) -> None:
        if _is_group(entry):
            self._walk(entry.children)
            return
        lead = None if entry.shape is Shape.HEADING else plain.split_lead(entry.text)
        has_rest = lead is not None and bool(lead.separator) and bool(lead.rest)
        name = lead.name if lead and (has_rest or not lead.rest) else entry.text
        self._open(titles.without_pretitle(name), entry, is_titled=True)
        if has_rest and lead:
            self._drafts[-1].problem.append(lead.rest)
        if any(_part(e) for e in entry.children):
            self._walk(entry.children, is_inside=True)
        elif entry.children:
            self._unlabelled(entry)

    def _unlabelled(self, entry: Entry) -> None:
        """Read a title's details without labels: prose is the problem, a list what was done."""
        draft = self._drafts[-1]
        paragraphs = [e for e in entry.children if e.shape is Shape.LINE]
        rest = [e for e in entry.children if e.shape is not Shape.LINE]
        if draft.problem or rest:
            draft.problem += [e.text for e in paragraphs]
            self._solve(
                self._writer.details(Entry(Shape.ITEM, "", entry.own, entry.span, tuple(rest))),
                entry.span,
            )
        else:
            problem, solution = _problem_and_solution(paragraphs)
            draft.problem += problem
            if solution:
                self._solve(solution, entry.span)

    def _one_liner(self, entry: Entry) -> None:
        if evidence.is_lead_in(entry.text) or evidence.is_pointer(entry.text):
            return
        lead = plain.split_lead(entry.text)
        if lead and lead.separator and lead.rest:
            self._open(titles.without_pretitle(lead.name), entry, is_titled=True)
            self._solve(lead.rest, entry.own)
        else:
            self._open(entry.text, entry, is_titled=False)

    def _open(self, title: str, entry: Entry, *, is_titled: bool) -> None:
        self._drafts.append(_Draft(title, entry.span, is_titled))

    def _in_part(self) -> bool:
        draft = self._drafts[-1] if self._drafts else None
        return bool(draft and not draft.is_closed and draft.is_titled and not draft.solution)

    def _continue(self, entry: Entry) -> None:
        """Add what has no label to the part that is open."""
        draft = self._drafts[-1] if self._drafts else None
        if draft is None or draft.is_closed:
            return
        text = self._writer.source(entry)
        if draft.solution:
            self._solve(text, entry.span)
        else:
            draft.problem.append(text)
            draft.span = enclosing((draft.span, entry.span))

    # -- tables

    def _table(self, entry: Entry) -> None:
        head, *rows = entry.rows
        columns = _columns([plain.plain(cell) for cell in head.cells])
        for row in rows:
            cells = dict(enumerate(row.cells))
            name = cells.get(columns["title"], "")
            draft = _Draft(name, row.span, is_titled=True)
            problem = cells.get(columns.get("problem", -1), "")
            solution = cells.get(columns.get("solution", -1), "")
            if problem:
                draft.problem.append(problem)
            if solution:
                draft.solution.append(solution)
                draft.solution_spans.append(row.span)
            self._drafts.append(draft)

    # -- prose

    def _tell(self, entries: Sequence[Entry]) -> None:
        for told in prose.challenges(entries):
            draft = _Draft(prose.name_of(told.problem), told.span, is_titled=False)
            if draft.title != told.problem:
                draft.problem.append(told.problem)
            if told.solution:
                draft.solution.append(told.solution)
                draft.solution_spans.append(told.span)
            self._drafts.append(draft)


def _part(entry: Entry) -> Part | None:
    label = labels.read(entry.text) if entry.text else None
    return label.part if label else None


def _has_name(entry: Entry) -> bool:
    """Say whether a heading "Challenge: X" carries a name beside its label."""
    return titles.without_pretitle(entry.text).lower() != plain.heading(entry.text).lower()


_NAME_WORDS = 10


def _names_next(entries: Sequence[Entry], number: int) -> bool:
    """Say whether an entry is a title because labels follow it."""
    text = entries[number].text
    if number + 1 >= len(entries) or evidence.is_lead_in(text) or evidence.is_pointer(text):
        return False
    is_name = entries[number].shape is Shape.ITEM or len(text.split()) <= _NAME_WORDS
    after = _part(entries[number + 1])
    return after is Part.PROBLEM or (after is Part.SOLUTION and is_name)


def _has_lead(entry: Entry) -> bool:
    lead = plain.split_lead(entry.text)
    return lead is not None and bool(lead.separator) and bool(lead.rest)


_AREA = re.compile(r"^(?:backend|frontend|technical|personal|devops|full-?stack)$", re.IGNORECASE)


def _is_group(entry: Entry) -> bool:
    """Say whether an entry holds several challenges rather than the parts of one."""
    if titles.is_section_title(entry.text) or _AREA.match(plain.heading(entry.text)):
        return True
    parts = [_part(e) for e in entry.children]
    if parts.count(Part.PROBLEM) > 1 or any(e.shape is Shape.TABLE for e in entry.children):
        return True
    if any(parts):
        return False
    inner = [e for e in entry.children if e.children and any(_part(c) for c in e.children)]
    headings = [e for e in entry.children if e.shape is Shape.HEADING]
    leads = [e for e in entry.children if e.shape is Shape.ITEM and _has_lead(e)]
    items = [e for e in entry.children if e.shape is Shape.ITEM]
    named = bool(leads) and len(leads) * 2 > len(items)
    return bool(inner or headings) or (named and entry.shape is Shape.HEADING) or entry.text == ""


def _is_told(entries: Sequence[Entry]) -> bool:
    if any(e.shape in (Shape.HEADING, Shape.TABLE) or _part(e) or e.children for e in entries):
        return False
    return prose.is_prose(entries)


def _problem_and_solution(paragraphs: Sequence[Entry]) -> tuple[list[str], str]:
    """Cut unlabelled prose where it turns to what was done, else after its first paragraph."""
    texts = [entry.text for entry in paragraphs]
    for number, text in enumerate(texts):
        problem, solution = prose.cut(text)
        if solution:
            before = [*texts[:number], problem] if problem else texts[:number]
            return before, "\n\n".join([solution, *texts[number + 1 :]])
    return texts[:1], "\n\n".join(texts[1:])


_COLUMNS = (
    (
        "solution",
        re.compile(r"solution|resolution|fix|how|approach|action|resolved|solved|mitigation", re.I),
    ),
    (
        "problem",
        re.compile(r"description|went wrong|details?|cause|context|symptom|what happened", re.I),
    ),
    ("title", re.compile(r"challenge|problem|issue|obstacle|error|bug|struggle|difficult", re.I)),
)


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Return which column holds what; without telling words the first two are a pair."""
    found: dict[str, int] = {}
    for number, cell in enumerate(head):
        for part, pattern in _COLUMNS:
            if pattern.search(cell):
                found.setdefault(part, number)
                break
    if "title" not in found:
        found["title"] = found.pop("problem", 0)
    if "solution" not in found and len(head) == 2:  # noqa: PLR2004
        found["solution"] = 1 - found["title"]
    return found


def _is_real(draft: _Draft) -> bool:
    if titles.is_section_title(draft.title) and not draft.solution:
        return False
    return not evidence.is_placeholder(draft.title)


def _record(draft: _Draft) -> ChallengeRecord:
    title = plain.title(draft.title)
    problem = "\n\n".join(filter(None, map(str.strip, draft.problem)))
    if plain.is_cut(title):
        problem = "\n\n".join(filter(None, (draft.title.strip(), problem)))
    solution = "\n\n".join(filter(None, map(str.strip, draft.solution)))
    if evidence.is_placeholder(solution):
        solution = ""
    span = enclosing(draft.solution_spans) if solution and draft.solution_spans else None
    return ChallengeRecord(
        title=title, problem=problem, solution=solution, span=draft.span, solution_span=span
    )


def paired(
    challenges: Sequence[ChallengeRecord], entries: Sequence[Entry], writer: Writer
) -> list[ChallengeRecord]:
    """Give challenges that have no solution those of a section of their own, by order."""
    solutions = [e for e in entries if e.shape is Shape.ITEM]
    if any(challenge.solution for challenge in challenges):
        return list(challenges)
    solved = [
        replace(challenge, solution=writer.source(entry), solution_span=entry.span)
        for challenge, entry in zip(challenges, solutions, strict=False)
    ]
    return [*solved, *challenges[len(solved) :]]
