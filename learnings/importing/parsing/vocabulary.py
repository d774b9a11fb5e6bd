"""Words that tell a technology's name from a category's, and a name from an instruction.

The words themselves stand in `words.toml`.
"""

import re
import tomllib
from pathlib import Path

from . import plain

_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def _known(name: str) -> frozenset[str]:
    return frozenset(_WORDS[name].split())


_TECHNOLOGIES = _known("technologies")
_PHRASES = frozenset(_WORDS["technology_phrases"])
_AMBIGUOUS_ENDINGS = _known("ambiguous_endings")
_CATEGORIES = _known("categories")
_COLLECTIONS = _known("collections")
_INSTRUCTIONS = _known("instructions")
TITLE_FILLERS = _known("title_fillers")

_WORD = re.compile(r"[\w+#./\-]*[\w+#]")
_BRACKETS = re.compile(r"\([^()]*\)")
_LENGTH = 80  # characters
_NAME_WORDS = 6
_CONNECTIVES = frozenset({"and", "the", "for", "used"})
_GENERAL_CONCEPTS = re.compile(
    r"^(?:(?:additional|other|core|key|main|major|important|general|advanced|more|backend|frontend"
    r"|back-end|front-end|full-?stack|web|mobile|development|engineering|software|technical|and|&)"
    r"\s*)*"
    r"(?:concepts?|topics?|skills?|principles|areas?|learnings?|practices|development|engineering)"
    r"(?:\s+(?:learned|covered|applied|and practices))?$",
    re.IGNORECASE,
)


def names_technology(markdown: str) -> bool:
    """Say whether a name is, or is built on, a technology that we know."""
    words = _words(markdown)
    if not words:
        return False
    openings = {" ".join(words[:count]) for count in (1, 2, 3)}
    if openings & _PHRASES - {"api"} or words[0] in _TECHNOLOGIES or words == ["api"]:
        return True
    return words[-1] in _TECHNOLOGIES - _AMBIGUOUS_ENDINGS


def is_technology(markdown: str) -> bool:
    """Say whether a statement is a technology's name and nothing else: not "Django basics"."""
    words = _BRACKETS.sub(" ", plain.heading(markdown)).split()
    is_name = all(not w[0].islower() or w in _CONNECTIVES or w in _TECHNOLOGIES for w in words)
    return is_name and len(words) <= _NAME_WORDS and names_technology(markdown)


def names_category(markdown: str) -> bool:
    """Say whether a name is made of category words only: "Languages & Frameworks"."""
    words = [word for word in _words(markdown) if word not in _CONNECTIVES]
    return bool(words) and not names_technology(markdown) and _CATEGORIES.issuperset(words)


def names_collection(markdown: str) -> bool:
    """Say whether a name announces a collection by one of its words: "Styling Tools"."""
    return not names_technology(markdown) and not _COLLECTIONS.isdisjoint(_words(markdown))


def names_concepts_at_large(markdown: str) -> bool:
    """Say whether a heading stands for concepts in general: "Additional Concepts"."""
    name = _BRACKETS.sub("", plain.heading(markdown)).strip()
    return len(name) <= _LENGTH and bool(_GENERAL_CONCEPTS.match(name))


def is_instruction(markdown: str) -> bool:
    """Say whether a statement tells what to do: "Write tests first"."""
    first, *others = plain.plain(markdown).split() or [""]
    # "Version Control" and "Test Coverage" are names.
    is_name = bool(others) and others[0][0].isupper()
    return not is_name and first.lower().rstrip(":") in _INSTRUCTIONS


def _words(markdown: str) -> list[str]:
    return _WORD.findall(_BRACKETS.sub(" ", plain.heading(markdown)).lower())
