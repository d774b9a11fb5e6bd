"""Read a README that the hub wrote, by the grammar of `form` rather than by guessing.

Whoever edits such a document may leave the grammar: a section of another name, a paragraph where
a list was. Then nothing here applies, and it is read as any other document.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from . import form
from .records import ChallengeRecord, LearningRecord, Reading, Span

_KINDS = {title: kind for kind, title in form.SECTIONS.items()}
_TITLES = frozenset({*_KINDS, form.CHALLENGES, form.FUTURE_GOALS})
_HEADINGS = ("# ", "## ", "### ")
_LED = re.compile(r"\*\*(?P<name>(?:\\.|[^\\*])*)\*\*(?::(?: (?P<text>.*))?)?", re.DOTALL)


class _Foreign(Exception):
    """The document is not, or no longer, in the hub's form."""


@dataclass(frozen=True, slots=True)
class _Text:
    """Lines of a text, as they stand in the document from `first_line` on."""

    lines: Sequence[str]
    first_line: int

    @property
    def span(self) -> Span:
        """The lines without blank ones at the end; the first one if there is nothing else."""
        count = len(self.lines)
        while count > 1 and not self.lines[count - 1].strip():
            count -= 1
        return Span(first_line=self.first_line, last_line=self.first_line + max(0, count - 1))

    def __str__(self) -> str:
        return "\n".join(self.lines).strip("\n")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A record: its name, escaped, and the lines below it. `own` is the name's line."""

    name: str
    own: int
    text: _Text

    @property
    def span(self) -> Span:
        return _Text(["", *self.text.lines], self.own).span


def read(text: str) -> Reading | None:
    """Return what a document holds that the hub wrote; None for all others."""
    lines = text.split("\n")
    if lines[0] not in (form.MARK, form.VERBATIM_MARK):
        return None
    try:
        return _Reader(lines).read()
    except _Foreign:
        return None


@dataclass(slots=True)
class _Reader:
    """One walk over the lines."""

    lines: list[str]
    _next: int = 1  # from 0
    _title: str | None = None
    _section: str = ""
    _learnings: list[LearningRecord] = field(default_factory=list)
    _challenges: list[ChallengeRecord] = field(default_factory=list)
    _future_goals: list[str] = field(default_factory=list)

    def read(self) -> Reading:
        """Read to the end.

        Raises:
            _Foreign: a line fits nowhere in the grammar.
        """
        while self._next < len(self.lines):
            line = self.lines[self._next]
            if line.strip():
                self._read(line)
            else:
                self._next += 1
        if self._title is None:
            raise _Foreign
        return Reading(
            title=self._title,
            learnings=tuple(self._learnings),
            challenges=tuple(self._challenges),
            future_goals=tuple(self._future_goals),
        )

    def _read(self, line: str) -> None:
        if line.startswith("# ") and self._title is None:
            self._title = form.unescaped(line[2:])
            self._next += 1
        elif line.startswith("## ") and line[3:] in _TITLES:
            self._section = line[3:]
            self._next += 1
        elif line.startswith("### ") and self._section:
            self._under_heading(self._piece(line[4:], self._end_of_text(self._next + 1)))
        elif line.startswith("- ") and self._section:
            self._in_list(self._piece(line[2:], self._end_of_item(self._next + 1)))
        elif line.startswith("| ") and self._section:
            self._table()
        else:
            raise _Foreign

    # -- records with their texts below them

    def _piece(self, name: str, end: int) -> _Piece:
        number, self._next = self._next, end
        return _Piece(name, number + 1, _Text(self.lines[number + 1 : end], number + 2))

    def _end_of_text(self, start: int) -> int:
        """Return the next line that is one of the grammar's headings and no code."""
        number = start
        while number < len(self.lines) and not self.lines[number].startswith(_HEADINGS):
            fence = form.fence_of(self.lines[number])
            end = form.end_of_code(self.lines, number + 1, fence) if fence else number + 1
            if end is None:  # the hub closes what it opens
                raise _Foreign
            number = end
        return number

    def _end_of_item(self, start: int) -> int:
        number = start
        while number < len(self.lines):
            line = self.lines[number]
            if line and not line.startswith(form.INDENT):
                break
            number += 1
        return number

    def _under_heading(self, piece: _Piece) -> None:
        if self._section == form.CHALLENGES:
            parts = _parts(piece.text, "", form.with_code(piece.text.lines), form.put_together)
            self._challenge(piece, parts)
        else:
            text = replace(piece.text, lines=form.put_together(piece.text.lines))
            self._record(piece, str(text))

    def _in_list(self, piece: _Piece) -> None:
        text = replace(piece.text, lines=form.unindented(piece.text.lines))
        if self._section == form.CHALLENGES:
            label, space, name = piece.name.partition(" ")
            if label != form.CHALLENGE_LABEL or not space:
                raise _Foreign
            lines = ((line, False) for line in text.lines)  # code stands deeper than labels
            parts = _parts(text, "- ", lines, form.unindented)
            self._challenge(replace(piece, name=name), parts)
            return
        led = _LED.fullmatch(piece.name)
        if led:
            piece = replace(piece, name=led["name"])
            text = replace(text, lines=[*([led["text"]] if led["text"] else []), *text.lines])
        self._record(piece, str(text))

    def _record(self, piece: _Piece, body: str) -> None:
        name = form.unescaped(piece.name)
        if self._section == form.FUTURE_GOALS:
            self._future_goals.append(name)
            return
        kind = _KINDS[self._section]
        self._learnings.append(LearningRecord(kind=kind, title=name, body=body, span=piece.span))

    def _challenge(self, piece: _Piece, parts: dict[str, _Text]) -> None:
        solution = parts.get(form.SOLUTION)
        self._challenges.append(
            ChallengeRecord(
                title=form.unescaped(piece.name),
                problem=str(parts.get(form.PROBLEM, "")),
                solution=str(solution or ""),
                span=piece.span,
                solution_span=solution.span if solution else None,
            )
        )

    # -- tables

    def _table(self) -> None:
        name, *fields = form.cells(self.lines[self._next])
        known = {form.PROBLEM, form.SOLUTION, form.NOTES}
        if name != form.NAME_COLUMNS.get(self._section) or not known.issuperset(fields):
            raise _Foreign
        self._next += 2
        while self._next < len(self.lines) and self.lines[self._next].startswith("|"):
            self._row(fields, form.cells(self.lines[self._next]))
            self._next += 1

    def _row(self, fields: Sequence[str], cells: Sequence[str]) -> None:
        if len(cells) != len(fields) + 1:
            raise _Foreign
        line = self._next + 1
        piece = _Piece(cells[0], line, _Text((), line + 1))
        texts = dict(zip(fields, cells[1:], strict=True))
        if self._section == form.CHALLENGES:
            self._challenge(piece, {name: _Text([c], line) for name, c in texts.items() if c})
        else:
            self._record(piece, texts.get(form.NOTES, ""))


def _parts(
    text: _Text,
    opening: str,
    lines: Iterable[tuple[str, bool]],
    undo: Callable[[Sequence[str]], list[str]],
) -> dict[str, _Text]:
    """Return the labelled parts of a challenge; `lines` say which of them are code."""
    starts = [
        (number, name, len(opening) + len(label))
        for number, (line, is_code) in enumerate(lines)
        if not is_code
        for name, label in form.LABELS.items()
        if line.startswith(opening + label)
    ]
    if str(replace(text, lines=text.lines[: starts[0][0]] if starts else text.lines)).strip():
        raise _Foreign
    parts: dict[str, _Text] = {}
    ends = [*(number for number, _, _ in starts[1:]), len(text.lines)]
    for (number, name, label_end), end in zip(starts, ends, strict=False):
        first = text.lines[number][label_end:].removeprefix(" ")
        if name in parts:
            raise _Foreign
        parts[name] = _Text([first, *undo(text.lines[number + 1 : end])], text.first_line + number)
    return parts
