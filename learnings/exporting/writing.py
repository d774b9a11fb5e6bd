"""Records to a README in one of three shapes, so that reading it gives the same records.

    HEADINGS    names and challenges under headings, statements in a list
    TABLE       a table per section
    PAIRS       lists: "**Name**: text", "**Challenge:** …" with "**Problem:**", "**Solution:**"

The grammar is that of `learnings.importing.parsing.form`. Every shape carries every record, with
these limits:

* A table has no room for code, tables, headings, quotations, HTML and texts of over 600
  characters. Such a record stands below the table as in HEADINGS; nothing of it is lost. For the
  order's sake the section's heading is repeated where the table goes on.
* Line ends in titles become blanks; blank lines around a text are dropped.
* Future goals are kept as statements, in a section at the end.
* A document that was near the limit of what can be read may be written longer than it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from learnings.importing.parsing import (
    ChallengeRecord,
    LearningKind,
    LearningRecord,
    Reading,
    form,
)
from learnings.importing.parsing.form import Shape
from learnings.importing.parsing.text import stays_as_it_is

_Record = LearningRecord | ChallengeRecord
_NAMES = frozenset({LearningKind.TECHNOLOGY, LearningKind.CONCEPT})


def write(reading: Reading, shape: Shape = Shape.HEADINGS) -> str:
    """Return a README that holds the records of `reading`, in the order of their spans."""
    parts = [f"# {form.escaped(reading.title)}", *_sections(reading, shape)]
    if reading.future_goals:
        goals = (f"- {form.escaped_opening(goal)}" for goal in reading.future_goals)
        parts += [f"## {form.FUTURE_GOALS}", "\n".join(goals)]
    text = "\n\n".join(parts) + "\n"
    mark = form.MARK if stays_as_it_is(text) else form.VERBATIM_MARK
    return f"{mark}\n\n{text}"


def _sections(reading: Reading, shape: Shape) -> Iterator[str]:
    """Yield the document's parts: section headings and what stands under them."""
    records: list[_Record] = [*reading.learnings, *reading.challenges]
    records.sort(key=lambda record: record.span.first_line)
    section = ""
    was_apart = False  # a record stands under its own heading, and would take a table for its text
    for (title, is_row), group in groupby(
        records, key=lambda record: (_section(record), _fits_row(record, shape))
    ):
        if title != section or (is_row and was_apart):
            yield f"## {title}"
        together = list(group)
        yield from [_table(title, together)] if is_row else _one_by_one(together, shape)
        section, was_apart = title, not is_row


def _section(record: _Record) -> str:
    if isinstance(record, ChallengeRecord):
        return form.CHALLENGES
    return form.SECTIONS[record.kind]


# -- under headings and in lists


def _one_by_one(records: Sequence[_Record], shape: Shape) -> Iterator[str]:
    if isinstance(records[0], LearningRecord) and _is_listed(records[0], shape):
        # Items with texts of several lines are parted by blank lines.
        items = [_item(record) for record in records if isinstance(record, LearningRecord)]
        is_loose = any("\n" in item for item in items)
        yield ("\n\n" if is_loose else "\n").join(items)
        return
    for record in records:
        if isinstance(record, LearningRecord):
            yield _under_heading(record)
        else:
            yield _pair(record) if shape is Shape.PAIRS else _challenge_under_heading(record)


def _is_listed(record: LearningRecord, shape: Shape) -> bool:
    return shape is Shape.PAIRS or record.kind not in _NAMES


def _item(record: LearningRecord) -> str:
    lines = _lines(record.body)
    if record.kind in _NAMES:
        name = f"- **{form.escaped(record.title)}**"
        return _led(f"{name}:", lines, form.indented) if lines else name
    return "\n".join([f"- {form.escaped_opening(record.title)}", *_below(lines, form.indented)])


def _under_heading(record: LearningRecord) -> str:
    name = f"### {form.escaped(record.title)}"
    return "\n".join([name, *_below(_lines(record.body), form.kept_apart)])


def _challenge_under_heading(record: ChallengeRecord) -> str:
    parts = [f"### {form.escaped(record.title)}"]
    for name, text in _parts(record):
        parts.append(_led(form.LABELS[name], _lines(text), form.kept_apart))
    return "\n\n".join(parts)


def _pair(record: ChallengeRecord) -> str:
    lines = [f"- {form.CHALLENGE_LABEL} {form.escaped(record.title)}"]
    for name, text in _parts(record):
        part = _led(f"- {form.LABELS[name]}", _lines(text), form.indented)
        lines += form.indented(part.split("\n"))
    return "\n".join(lines)


def _parts(record: ChallengeRecord) -> Iterator[tuple[str, str]]:
    for name, text in ((form.PROBLEM, record.problem), (form.SOLUTION, record.solution)):
        if _lines(text):
            yield name, text


def _led(label: str, lines: Sequence[str], contained: Callable[[Sequence[str]], list[str]]) -> str:
    """Return a label with its text beside it, or below where a block cannot stand beside."""
    if form.opens_block(lines[0]):
        return "\n".join([label, *_below(lines, contained)])
    return "\n".join([f"{label} {lines[0]}", *contained(lines[1:])])


def _below(lines: Sequence[str], contained: Callable[[Sequence[str]], list[str]]) -> list[str]:
    return ["", *contained(lines)] if lines else []


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    return lines if lines != [""] else []


# -- tables


def _fits_row(record: _Record, shape: Shape) -> bool:
    return shape is Shape.TABLE and all(map(form.fits_cell, _cells(record).values()))


def _cells(record: _Record) -> dict[str, str]:
    if isinstance(record, ChallengeRecord):
        texts = {form.PROBLEM: record.problem, form.SOLUTION: record.solution}
    else:
        texts = {form.NOTES: record.body}
    return {name: "\n".join(_lines(text)) for name, text in texts.items()}


def _table(section: str, records: Sequence[_Record]) -> str:
    rows = [_cells(record) for record in records]
    columns = [name for name in rows[0] if any(row[name] for row in rows)]
    head = [form.NAME_COLUMNS[section], *columns]
    names = (form.escaped(record.title) for record in records)
    return "\n".join(
        [
            form.row(head),
            form.row(["---"] * len(head)),
            *(
                form.row([name, *(row[column] for column in columns)])
                for name, row in zip(names, rows, strict=True)
            ),
        ]
    )
