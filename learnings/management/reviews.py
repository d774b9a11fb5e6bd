"""A README's review as a person reads it on a terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from learnings.importing.reviewing import Finding

WIDTH: Final = 100  # columns; a longer line is no pleasure to read


def told(findings: Sequence[Finding], strengths: Sequence[str], *, width: int | None = None) -> str:
    """Return the review: what is good first, then what to mend, in the order of the lines."""
    shown = io.StringIO()
    console = Console(file=shown, width=min(width or WIDTH, WIDTH), highlight=False)
    if strengths:
        console.print(Text(" ".join(_printable(each) for each in strengths)))
    if not findings:
        console.print(Text("Nothing to mend: hand it in."))
    for finding in findings:
        where = f"Line {finding.line}" if finding.line else "The whole document"
        console.print()
        console.print(Text(f"{where} ({finding.code})"))
        console.print(Padding(Text(_printable(finding.why)), (0, 0, 0, 2)))
        console.print(Padding(Text(f"→ {_printable(finding.mend)}"), (0, 0, 0, 2)))
    return "\n".join(line.rstrip() for line in shown.getvalue().split("\n")).strip()


def _printable(text: str) -> str:
    """Return text without what a terminal would take for a command."""
    return "".join(c if c.isprintable() else "�" for c in text)
