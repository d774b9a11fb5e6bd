"""What looks like content and is none: placeholders, lead-ins, links to elsewhere."""

import re

from . import plain

_LENGTH = 300  # characters; whatever is longer was written by somebody
_PLACEHOLDER = re.compile(
    r"^[(\[*_ ]*(?:to be (?:added|updated|continued|completed|determined|documented)|tbd\b|todo\b"
    r"|coming soon|work in progress|wip\b|placeholder|lorem ipsum|add (?:your|more here)\b"
    r"|insert (?:your|here|text)\b|n/?a$|none(?: yet)?$|your \w+ here"
    r"|(?:this|these|more|details?|challenges|solutions|practices|takeaways|content)\b.{0,80}"
    r"\bwill be (?:updated|added|documented|filled|completed))",
    re.IGNORECASE,
)
# The task text describes what a section should hold: "Highlights best practices and insights."
_SELF_DESCRIPTION = re.compile(
    r"^(?:highlights|includes|covers|describes|documents|outlines|captures)\b[^.]*"
    r"\b(?:best practices|challenges|insights|takeaways|learnings)\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^\W*\[[^\[\]]*\]\W*$")
_LINK_ONLY = re.compile(r"^\W*!?\[[^\[\]]*\]\([^()]*\)\W*$")


def is_placeholder(markdown: str) -> bool:
    """Say whether a statement stands where its author meant to write one."""
    text = markdown.strip()
    shown = plain.plain(text)
    if not any(character.isalnum() for character in shown):
        return True
    if len(text) > _LENGTH:
        return False
    is_bracketed = "](" not in text and _BRACKETED.match(text)
    return bool(is_bracketed or _PLACEHOLDER.match(shown) or _SELF_DESCRIPTION.match(shown))


def is_pointer(markdown: str) -> bool:
    """Say whether a line only links to another page."""
    return len(markdown) <= _LENGTH and bool(_LINK_ONLY.match(markdown.strip()))


def is_lead_in(markdown: str) -> bool:
    """Say whether a line only announces what follows."""
    return plain.plain(markdown).endswith(":")
