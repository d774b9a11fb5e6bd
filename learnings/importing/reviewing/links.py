"""What addresses tell by their form. Nothing is fetched, so a link may be dead all the same."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote

from learnings.importing.parsing import plain

from .findings import OF_A_KIND, Finding, finding, quoted
from .manuscript import Manuscript, without_code

_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:!\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)|[^\[\]]){0,300})\]"
    r"\((?P<address>[^()]{0,500}(?:\([^()]{0,200}\)[^()]{0,300})?)\)"
)
_SWAPPED = re.compile(
    r"\((?P<text>[^()\[\]]{2,80})\)\[(?P<address>(?:https?://|www\.)[^\[\]\s]{3,300})\]"
)
_APART = re.compile(r"\[(?P<text>[^\[\]]{2,80})\] \((?P<address>https?://[^()\s]{3,300})\)")
_TITLE = re.compile(r"""\s+(?:"[^"]*"|'[^']*')\s*$""")
_ANCHOR = re.compile(r"""(?:\bid|\bname)\s*=\s*["']?([^"'\s<>]{1,200})""", re.IGNORECASE)
_ALWAYS_THERE: Final = frozenset({"", "top", "readme", "readmemd"})
_MOST_ANCHORS: Final = 500  # compared when looking for the one that was meant

# What an address begins with or holds, why it leads nowhere, what to write instead.
_BROKEN: Final = (
    (
        re.compile(r"^(?:[A-Za-z]:[\\/]|file:|/(?:home|Users)/)", re.IGNORECASE),
        "{address} is a place on your own computer, which nobody else can reach",
        (
            "Commit the file to the repository and write its path from the README, such as "
            "docs/diagram.png."
        ),
    ),
    (
        re.compile(r"\\"),
        "{address} has backslashes, and addresses know only /",
        "Write it with / instead of \\.",
    ),
    (
        re.compile(r"^(?:https?(?:/|:/(?!/)|//)|htps?:|htttps?:|ttps?:|http;)", re.IGNORECASE),
        "{address} does not begin with http:// or https://, though it nearly does",
        "Write https:// before the host's name.",
    ),
    (
        re.compile(r"^www\.", re.IGNORECASE),
        "without https:// in front, {address} is taken for a file of this repository",
        "Write https:// in front of it.",
    ),
    (
        re.compile(r"^[^<\s]\S*\s+\S"),
        "there is a blank in {address}, so it is shown as plain text instead of a link",
        "Write %20 for each blank, or rename the file without blanks.",
    ),
)


class Link(NamedTuple):
    """An inline link or image."""

    text: str
    address: str


def findings(manuscript: Manuscript) -> Iterator[Finding]:
    """Yield links and images that cannot lead anywhere."""
    anchors = _anchors(manuscript)
    dead = 0
    for number, line in manuscript.prose():
        if "](" not in line and "] (" not in line and ")[" not in line:
            continue
        shown = without_code(line)
        for link in _links(shown):
            found = _judged(link, number, anchors, hint=dead <= OF_A_KIND)
            if found:
                dead += found.code == "dead_anchor"
                yield found
        yield from _malformed(shown, number)


def _links(line: str) -> Iterator[Link]:
    for match in _LINK.finditer(line):
        address = _TITLE.sub("", match["address"]).strip()
        text = match["text"]
        inner = _LINK.fullmatch(text)
        if inner:  # a badge: an image that is a link
            yield Link(inner["text"] or "the image", _TITLE.sub("", inner["address"]).strip())
            text = inner["text"]
        yield Link(plain.plain(text) or ("the image" if match["image"] else text), address)


def _judged(link: Link, line: int, anchors: dict[str, str], *, hint: bool) -> Finding | None:
    text = quoted(link.text) or "the link"
    if link.address in {"", "#", "<>"}:
        return finding("link_without_address", line, text=text)
    if link.address.startswith("#"):
        return _anchored(link, line, anchors, text=text, hint=hint)
    for pattern, reason, mend in _BROKEN:
        if pattern.search(link.address):
            told = reason.format(address=quoted(link.address))
            return finding("broken_address", line, text=text, reason=told, hint=mend)
    return None


def _anchored(
    link: Link, line: int, anchors: dict[str, str], *, text: str, hint: bool
) -> Finding | None:
    key = _key(unquote(link.address[1:]))
    if key in anchors or key in _ALWAYS_THERE:
        return None
    near = difflib.get_close_matches(key, list(anchors)[:_MOST_ANCHORS], n=1) if hint else []
    advice = "Write the heading's words in lower case, with a hyphen for each blank"
    mend = f"Did you mean #{anchors[near[0]]}?" if near else f"{advice}, or add the section."
    return finding("dead_anchor", line, text=text, anchor=quoted(link.address[1:]), hint=mend)


def _malformed(line: str, number: int) -> Iterator[Finding]:
    for pattern, reason, mend in (
        (
            _SWAPPED,
            "its brackets are swapped",
            "Write [text](address): the square ones come first.",
        ),
        (_APART, "there is a blank between its brackets", "Write [text](address) without it."),
    ):
        for match in pattern.finditer(line):
            text = quoted(match["text"])
            yield finding("broken_address", number, text=text, reason=reason, hint=mend)


def _anchors(manuscript: Manuscript) -> dict[str, str]:
    """Return every anchor of the document under a key that ignores how it is punctuated."""
    found: dict[str, str] = {}
    for section in manuscript.document.root.walk():
        if section.level:
            slug = re.sub(r"[^\w\- ]", "", plain.plain(section.title).lower()).replace(" ", "-")
            found.setdefault(_key(section.title), slug)
            found.setdefault(_key(plain.plain(section.title)), slug)
    for _, line in manuscript.prose():
        for match in _ANCHOR.finditer(line) if "=" in line else ():
            found.setdefault(_key(match[1]), match[1])
    # GitHub numbers the anchors of headings that repeat: "setup", "setup-1".
    found |= {f"{key}{n}": f"{slug}-{n}" for key, slug in tuple(found.items()) for n in (1, 2, 3)}
    return found


def _key(anchor: str) -> str:
    """Return the letters and digits: emoji and punctuation leave marks that vary."""
    return "".join(character for character in anchor.lower() if character.isalnum())
