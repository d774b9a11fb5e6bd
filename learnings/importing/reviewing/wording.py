"""What single lines tell: words that were to be replaced, residue of merges, wrong encodings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnings.importing.parsing import plain, titles

from .findings import Finding, finding, quoted
from .manuscript import Manuscript, without_code
from .rubrics import Rubric

_BRACKETS = re.compile(r"\[([^\[\]]{3,200})\](?![(\[:])")
_YOURS = re.compile(r"(?<![/=@:.\"'])[<{](?:your|my)[-_ ][^<>{}]{1,60}[>}]", re.IGNORECASE)
_NOTE = re.compile(
    r"^\W{0,6}(?:TODO|TBD|FIXME|WIP)\b(?!['\u2019]?\s*-?(?:app|list|api|project|manager)s?\b)"
    r"|\((?:TODO|TBD|FIXME)\)",
)
_STATEMENT_WORDS = 14  # in a longer one the phrase may be the author's own
_RESIDUE = re.compile(r"^(?:<{7}|>{7}) \S")
_SHOWN = 12  # characters of damaged text


def findings(manuscript: Manuscript, rubric: Rubric) -> Iterator[Finding]:
    """Yield what the lines show."""
    plans = _plans(manuscript)
    for number, line in manuscript.prose():
        if _RESIDUE.match(line):
            yield finding("merge_residue", number, text=quoted(line[:QUOTE]))
            continue
        for piece in without_code(line).split("|"):
            found = _placeholder(piece, rubric, is_plan=number in plans)
            if found:
                yield finding("placeholder", number, text=quoted(found))
                break
    yield from _encoding(manuscript)


QUOTE = 40  # characters of a marker of a merge


def _plans(manuscript: Manuscript) -> frozenset[int]:
    """Return the lines of sections on the future, where "will be added" is a plan."""
    return frozenset(
        line
        for heading in manuscript.headings
        if titles.promised(heading.section.title) is titles.Kind.FUTURE
        for line in range(heading.line, heading.section.span.last_line + 1)
    )


def _placeholder(statement: str, rubric: Rubric, *, is_plan: bool) -> str:
    """Return what stands in a statement instead of its author's words, or nothing."""
    for match in _BRACKETS.finditer(statement):
        first, *_ = re.findall(r"[\w\-]+", match[1].lower()) or [""]
        if first in rubric.openings or _phrase(match[1], rubric):
            return match[0]
    yours = _YOURS.search(statement)
    if yours:
        return yours[0]
    if _NOTE.search(statement):
        return statement.strip()
    is_short = len(statement.split()) <= _STATEMENT_WORDS
    return statement.strip() if is_short and not is_plan and _phrase(statement, rubric) else ""


def _phrase(statement: str, rubric: Rubric) -> bool:
    shown = statement.lower()
    return any(phrase in shown for phrase in rubric.phrases)


def _encoding(manuscript: Manuscript) -> Iterator[Finding]:
    """Yield what the file's encoding did to its text."""
    source = manuscript.source
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            source = "\x00"
    if "\x00" in source:
        yield finding("not_utf8", 0)
        return
    sent = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    pairs = enumerate(zip(sent, manuscript.document.lines, strict=False), 1)
    damaged = [number for number, (before, after) in pairs if before != after]
    if damaged:
        first = damaged[0]
        before, after = sent[first - 1], manuscript.document.lines[first - 1]
        lines = "This line was" if len(damaged) == 1 else f"{len(damaged)} lines were"
        yield finding("mojibake", first, lines=lines, **_damage(before, after))


def _damage(before: str, after: str) -> dict[str, str]:
    """Return what stands in a line, and what was meant."""
    start = next(
        (n for n, (b, a) in enumerate(zip(before, after, strict=False)) if b != a), len(after)
    )
    end = next(
        (
            n
            for n in range(start + 1, min(len(before), start + _SHOWN))
            if before[n : n + 4] == after[start + 1 : start + 5]
        ),
        min(len(before), start + 3),
    )
    meant = after[start : start + 1]
    is_sign = meant and meant not in before[start:end] and not meant.isalnum() and meant.strip()
    is_emoji = bool(meant) and not plain.plain(meant)
    instead = "an emoji" if is_emoji else f"“{meant}”"
    return {
        "damaged": before[start:end].strip(),
        "meant": f" where you typed {instead}" if is_sign else "",
    }
