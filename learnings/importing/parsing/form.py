r"""The form in which the hub writes a README, and how to tell what stands in it.

A reader of other people's documents has to guess; one that wrote the document need not. So a
written document opens with a comment that nobody sees, and what follows is a small grammar:

    <!-- nexus:readme -->
    # Title
    ## Section                      one of `SECTIONS`, repeated where kinds alternate
    ### Name                        a record, with its text below
    - Statement                     a record in a list, with its text indented below
    | Technology | Notes |          records as rows

Every function here that changes a text has its inverse beside it. Names are plain text, so their
Markdown marks are escaped; texts are Markdown and stay as they are, but for the few lines that
would be taken for the grammar's own (`kept_apart`) and for pipes and line ends in cells.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from .fences import CLOSING, OPENING
from .records import LearningKind

MARK = "<!-- nexus:readme -->"
# Says in addition that damage in the text is meant: somebody wrote about mojibake.
VERBATIM_MARK = "<!-- nexus:readme verbatim -->"

CHALLENGES = "Challenges"
FUTURE_GOALS = "Future Goals"
SECTIONS: dict[LearningKind, str] = {
    LearningKind.TECHNOLOGY: "Technologies",
    LearningKind.CONCEPT: "Concepts",
    LearningKind.BEST_PRACTICE: "Best Practices",
    LearningKind.TAKEAWAY: "Takeaways",
    LearningKind.GOAL: "Goals",
}
NAME_COLUMNS: dict[str, str] = {
    "Technologies": "Technology",
    "Concepts": "Concept",
    "Best Practices": "Best practice",
    "Takeaways": "Takeaway",
    "Goals": "Goal",
    CHALLENGES: "Challenge",
}
NOTES, PROBLEM, SOLUTION = "Notes", "Problem", "Solution"
LABELS = {PROBLEM: "**Problem:**", SOLUTION: "**Solution:**"}
CHALLENGE_LABEL = "**Challenge:**"


class Shape(StrEnum):
    """What a written README looks like."""

    HEADINGS = "HEADINGS"
    TABLE = "TABLE"
    PAIRS = "PAIRS"


# -- names

_MARKS = re.compile(
    r"[\\`*\[\]<]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word it marks nothing
    r"|~(?=~)|(?<=~)~"
    r"|&(?=#?\w+;)"
    r"|(?<=\s)#(?=#*$)"  # would close a heading
)
_LEADING_MARK = re.compile(r"^(?:([#>+\-=])|(\d{1,9})([.)]))")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def escaped(name: str) -> str:
    """Return plain text, on one line, as Markdown that shows it."""
    return _MARKS.sub(r"\\\g<0>", " ".join(name.split("\n")))


def escaped_opening(name: str) -> str:
    """Return plain text as Markdown for the begin of a line, where more marks count."""
    return _LEADING_MARK.sub(_as_text, escaped(name))


def _as_text(mark: re.Match[str]) -> str:
    return f"\\{mark[1]}" if mark[1] else f"{mark[2]}\\{mark[3]}"


def unescaped(markdown: str) -> str:
    """Return the plain text of a name that was escaped."""
    return _ESCAPE.sub(r"\1", markdown)


# -- texts below a heading

_OWN_LINE = re.compile(
    r"^\\*(?:#{1,3} |\*\*(?:Problem|Solution):\*\*)"
    r"|^\s*\\*(?:(?:[-*+>]|\d{1,3}[.)])\s+)*(?:`{3,}|~{3,})[^`]*$"
)
_INDENTATION = re.compile(r"^\s*")
_BLOCK = re.compile(r"^\s*(?:[-*+>|<=#]|\d{1,9}[.)]|`{3}|~{3})(?!\*)|^\s")


def kept_apart(lines: Sequence[str]) -> list[str]:
    """Return a text's lines, a backslash before those that the grammar would take for its own."""
    kept: list[str] = []
    for line, is_code in with_code(lines):
        indentation = _INDENTATION.match(line)
        if not is_code and indentation and _OWN_LINE.match(line):
            line = f"{indentation[0]}\\{line[indentation.end() :]}"  # noqa: PLW2901
        kept.append(line)
    return kept


def put_together(lines: Sequence[str]) -> list[str]:
    """Undo `kept_apart`."""
    return [
        line.replace("\\", "", 1)
        if not is_code and _OWN_LINE.match(line) and line.lstrip().startswith("\\")
        else line
        for line, is_code in with_code(lines)
    ]


def with_code(lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield the lines, saying which are code. A fence that is never closed opens none."""
    number = 0
    unclosed: dict[str, int] = {}  # the shortest such fence so far, by its mark: search no longer
    while number < len(lines):
        fence = fence_of(lines[number])
        end = None
        if fence and len(fence) < unclosed.get(fence[0], len(fence) + 1):
            end = end_of_code(lines, number + 1, fence)
            if end is None:
                unclosed[fence[0]] = len(fence)
        for line in lines[number : end or number + 1]:
            yield line, end is not None
        number = end or number + 1


def fence_of(line: str) -> str:
    """Return the marks by which a line opens a block of code, or nothing."""
    opening = OPENING.match(line)
    return opening["mark"] if opening else ""


def end_of_code(lines: Sequence[str], start: int, fence: str) -> int | None:
    """Return the line after the one that closes a fence; None where none does."""
    for number in range(start, len(lines)):
        closing = CLOSING.match(lines[number])
        if closing and closing[1][0] == fence[0] and len(closing[1]) >= len(fence):
            return number + 1
    return None


def opens_block(line: str) -> bool:
    """Say whether a line is a list item, code, a table or the like: it cannot follow a label."""
    return bool(_BLOCK.match(line))


# -- texts in a list

INDENT = "  "


def indented(lines: Sequence[str]) -> list[str]:
    """Put lines under a list item. Nothing in them can end it."""
    return [f"{INDENT}{line}" if line else "" for line in lines]


def unindented(lines: Sequence[str]) -> list[str]:
    """Undo `indented`."""
    return [line.removeprefix(INDENT) for line in lines]


# -- texts in a table

_CELL_LENGTH = 600  # characters
_BREAK = "<br>"
_NO_CELL = re.compile(
    r"<br|\\\n|^\s*(?:`{3}|~{3}|#|\||>|<)|^ {4}|^\t", re.IGNORECASE | re.MULTILINE
)
_PIPE = re.compile(r"(?<!\\)\|")
_OPEN_BREAK = re.compile(rf"(?<!\\){_BREAK}")  # in a name, it is escaped


def fits_cell(text: str) -> bool:
    """Say whether a table can show a text: code, tables, headings and long texts need room."""
    return len(text) <= _CELL_LENGTH and not _NO_CELL.search(text)


def row(cells: Sequence[str]) -> str:
    """Return a table row of Markdown texts."""
    inner = (cell.replace("|", r"\|").replace("\n", _BREAK) for cell in cells)
    return f"| {' | '.join(inner)} |"


def cells(line: str) -> list[str]:
    """Undo `row`."""
    inner = (cell[1:-1] for cell in _PIPE.split(line.rstrip()[1:-1]))
    return [_OPEN_BREAK.sub("\n", cell.replace(r"\|", "|")) for cell in inner]
