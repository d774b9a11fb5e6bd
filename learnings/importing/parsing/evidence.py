"""What looks like content and is none: placeholders, lead-ins, links to elsewhere."""

import re

from . import plain

_PLACEHOLDER = re.compile(
    r"^[(\[*_ ]*(?:this section|to be (?:added|updated|continued|completed|determined)|tbd\b|todo\b"
    r"|coming soon|work in progress|wip\b|will be (?:added|updated)|add (?:your|more)\b"
    r"|insert\b|placeholder|lorem ipsum|n/?a$|none(?: yet)?$|your \w+ here)"
    r"|\bwill be (?:updated|added|documented|filled)\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^\W*\[[^\[\]]*\]\W*$")
_LINK_ONLY = re.compile(r"^\W*!?\[[^\[\]]*\]\([^()]*\)\W*$")


_SELF_DESCRIPTION = re.compile(
    r"^(?:highlights?|includes?|covers?|describes?|documents?|outlines?|captures?)\b[^.]*"
    r"\b(?:best practices|challenges|insights|takeaways|learnings)\b",
    re.IGNORECASE,
)


def is_placeholder(markdown: str) -> bool:
    """Say whether a statement stands where its author meant to write one."""
    text = markdown.strip()
    if _BRACKETED.match(text) and "](" not in text:
        return True
    shown = plain.plain(text)
    if not any(c.isalnum() for c in shown):
        return True
    return bool(_PLACEHOLDER.search(shown[:120]) or _SELF_DESCRIPTION.match(shown[:120]))


def is_pointer(markdown: str) -> bool:
    """Say whether a line only links to another page."""
    return bool(_LINK_ONLY.match(markdown.strip()))


def is_lead_in(markdown: str) -> bool:
    """Say whether a line only announces what follows."""
    return plain.plain(markdown).endswith(":")
