"""The rubric: what is expected of a README, as data.

The standard stands in `rubric.toml`. A cohort's brief keeps only what differs from it, in the same
shape: `{"sections": {"challenges": {"minimum": 5}}, "checks": {"skipped_level": false}}`. A brief
may describe sections of its own too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

MAX_SECTIONS: Final = 20
MAX_TEXT: Final = 300  # characters of any text in a brief
MAX_WORDS: Final = 30
MAX_MINIMUM: Final = 100
COUNTED: Final = ("TECHNOLOGY", "CONCEPT", "CHALLENGE", "BEST_PRACTICE", "TAKEAWAY", "GOAL")
_SECTION_CODES: Final = ("missing_section", "too_few", "nothing_found")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class BadRubric(ValueError):
    """A brief's rubric says what no rubric can say; the sentence names the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One section of the rubric. `units` are its records' names, of one and of many."""

    code: str
    title: str
    expected: bool = True
    minimum: int = 0
    counts: tuple[str, ...] = ()
    units: tuple[str, str] = ("entry", "entries")
    words: tuple[str, ...] = ()
    why: str = "This cohort's brief asks for it."
    mend: str = "Add it under a heading of its own."

    def is_named_by(self, heading: str) -> bool:
        """Say whether a heading, as plain text in lower case, announces this section."""
        return any(re.search(rf"\b{re.escape(word)}", heading) for word in self.words)

    def counted(self, number: int) -> str:
        """Return a number with the name of what is counted."""
        return f"{number} {self.units[0 if number == 1 else 1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """All that is expected, and what counts as unfinished."""

    sections: tuple[Expectation, ...]
    checks: frozenset[str]
    solution_words: int
    phrases: tuple[str, ...]
    openings: frozenset[str]
    empty_words: frozenset[str]

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the findings that this rubric can lead to."""
        return self.checks.union(_SECTION_CODES)

    def changed_by(self, changes: Any) -> Rubric:
        """Return this rubric with what a brief changes of it.

        Raises:
            BadRubric: it names what does not exist, or a value is of the wrong kind.
        """
        top = _mapping(changes, "the rubric", {"sections", "checks", "solution_words"})
        checks = _mapping(top.get("checks", {}), "checks", _CHECKS)
        wanted = {code for code, is_on in checks.items() if _truth(is_on, f"checks.{code}")}
        return replace(
            self,
            sections=self._sections(top.get("sections", {})),
            checks=(self.checks - checks.keys()) | wanted,
            solution_words=_number(
                top.get("solution_words", self.solution_words), "solution_words"
            ),
        )

    def _sections(self, changes: Any) -> tuple[Expectation, ...]:
        known = {section.code: section for section in self.sections}
        for code, change in _mapping(changes, "sections").items():
            if not isinstance(code, str) or not _CODE.fullmatch(code):
                raise BadRubric(f"“{code}” is no name for a section: use a-z, 0-9 and _.")
            known[code] = _changed(known.get(code), code, change)
        if len(known) > MAX_SECTIONS:
            raise BadRubric(f"A rubric may have {MAX_SECTIONS} sections; this has {len(known)}.")
        return tuple(known.values())


_FIELDS = frozenset(Expectation.__dataclass_fields__) - {"code"}


def _changed(section: Expectation | None, code: str, change: Any) -> Expectation:
    where = f"sections.{code}"
    given = _mapping(change, where, _FIELDS)
    read: dict[str, Any] = {
        name: _READ[name](value, f"{where}.{name}") for name, value in given.items()
    }
    if section is not None:
        return replace(section, **read)
    if not read.get("title") or not (read.get("words") or read.get("counts")):
        raise BadRubric(f"{where} is new, so it needs a title, and words or counts to find it by.")
    return Expectation(code=code, **read)


def _mapping(value: Any, where: str, names: frozenset[str] | set[str] = frozenset()) -> Any:
    if not isinstance(value, Mapping):
        raise BadRubric(f"{where} should be an object, such as {{…}}.")
    unknown = sorted(str(name) for name in value if names and name not in names)
    if unknown:
        raise BadRubric(f"{where} knows no “{unknown[0][:40]}”: use {', '.join(sorted(names))}.")
    return value


def _truth(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadRubric(f"{where} should be true or false.")
    return value


def _number(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_MINIMUM:
        raise BadRubric(f"{where} should be a whole number from 0 to {MAX_MINIMUM}.")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise BadRubric(f"{where} should be a text of at most {MAX_TEXT} characters.")
    return " ".join(value.split())


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_WORDS:
        raise BadRubric(f"{where} should be a list of at most {MAX_WORDS} texts.")
    return tuple(_text(item, f"{where}.{number}").lower() for number, item in enumerate(value))


def _kinds(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or any(kind not in COUNTED for kind in value):
        raise BadRubric(f"{where} should be a list of {', '.join(COUNTED)}.")
    return tuple(value)


def _units(value: Any, where: str) -> tuple[str, str]:
    one, *more = _texts(value, where) or ("",)
    if len(more) != 1:
        raise BadRubric(f'{where} should name one and many, such as ["challenge", "challenges"].')
    return one, more[0]


_READ: Final[dict[str, Callable[[Any, str], Any]]] = {
    "title": _text,
    "expected": _truth,
    "minimum": _number,
    "counts": _kinds,
    "units": _units,
    "words": _texts,
    "why": _text,
    "mend": _text,
}


def _standard() -> Rubric:
    path = Path(__file__).parent.with_name("rubric.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    sections = (_changed(None, code, section) for code, section in data["sections"].items())
    return Rubric(
        sections=tuple(sections),
        checks=frozenset(code for code, is_on in data["checks"].items() if is_on),
        solution_words=data["solution_words"],
        phrases=tuple(data["placeholders"]["phrases"]),
        openings=frozenset(data["placeholders"]["openings"]),
        empty_words=frozenset(data["solutions"]["empty_words"]),
    )


STANDARD: Final = _standard()
_CHECKS: Final = STANDARD.checks
