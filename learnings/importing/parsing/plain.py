"""Markdown of one line or statement to plain text, and the small cuts that readers make by eye.

The input may be 200 kB of brackets or blanks, so patterns take what they match for good (`*+`)
wherever giving it back could make them scan the same characters again and again.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import TypeVar

from .records import TITLE_LIMIT

EMOJI = (
    "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff"
    "\ufe0e\ufe0f\u200d\u20e3\u2022\u00b7\ue000-\uf8ff\U000e0020-\U000e007f"
)
# Control characters, zero widths and direction marks would make titles that only look alike.
_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
)
_NO_TEXT = re.compile(f"[{EMOJI}{_UNSEEN}]+")
_SPECIAL = re.compile(r"[^\x20-\x7e\s]|[\\`*_~<\[&]")
_CHECKBOX = re.compile(r"^\s*\[[ xX]\]\s+")
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_TARGET = r"(?:\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)|\[[^\[\]]*+\])"
_IMAGE = re.compile(rf"!\[([^\[\]]*+)\]{_TARGET}")
_LINK = re.compile(rf"\[([^\[\]]*+)\]{_TARGET}")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^<>\s]*)>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--[^<>]*-->")
_STRONG = re.compile(r"\*+|__+|~~")
_UNDERSCORE = re.compile(r"(?<!\w)_(?=\S)|(?<=\S)_(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ASIDE = 0xF0000  # the start of a plane for private use
_ESCAPED = {_ASIDE + code: chr(code) for code in range(128)}
_CODE = re.compile(r"(`+[^`]*`+)")
_NUMBER = re.compile(
    r"^\W{0,3}(?:(?:step|part|week|day)\s+)?\d{1,2}(?:\.\d{1,2}){0,2}\s*[.):\-\u2013\u2014]+\s+"
    r"|^[A-Z][.)]\s+",
    re.IGNORECASE,
)
_EDGES = " \t-\u2013\u2014:*_|>\u2192"


_Found = TypeVar("_Found")
_SHORT = 200  # characters; longer texts are rarely asked about twice, and would fill the memory
_REMEMBERED = 2048  # texts per question


def remembered(question: Callable[[str], _Found]) -> Callable[[str], _Found]:
    """Remember the answers about short texts: each stage asks the same about the same lines."""
    of_short = lru_cache(maxsize=_REMEMBERED)(question)

    @wraps(question)
    def ask(text: str) -> _Found:
        return of_short(text) if len(text) <= _SHORT else question(text)

    return ask


@remembered
def plain(markdown: str) -> str:
    """Return the text as a person sees it, on one line: no marks, tags, links or emoji."""
    if not _SPECIAL.search(markdown):
        return " ".join(markdown.split())
    pieces = _CODE.split(_KEYCAP.sub(" ", _CHECKBOX.sub("", markdown)))
    # Odd pieces are code spans: what looks like a mark in there is text.
    text = "".join(
        piece.strip("`") if index % 2 else _without_marks(piece)
        for index, piece in enumerate(pieces)
    )
    return " ".join(_NO_TEXT.sub(" ", text).split())


def _without_marks(text: str) -> str:
    text = _ESCAPE.sub(_set_aside, text)
    for pattern, kept in ((_IMAGE, ""), (_LINK, r"\1"), (_AUTOLINK, r"\1"), (_TAG, " ")):
        text = pattern.sub(kept, text)
    text = _UNDERSCORE.sub("", _STRONG.sub("", text.replace("`", "")))
    return html.unescape(text).translate(_ESCAPED)


def _set_aside(escape: re.Match[str]) -> str:
    """Return a character that stands for an escaped mark until all other marks are gone."""
    return chr(_ASIDE + ord(escape[1]))


@remembered
def heading(markdown: str) -> str:
    """Return a heading or name as plain text, without numbering and dangling separators."""
    text = plain(markdown)
    unnumbered = _NUMBER.sub("", text).strip(_EDGES)
    return unnumbered or text.strip(_EDGES)


def title(markdown: str) -> str:
    """Return plain text cut at a word boundary to the length that a title may have."""
    text = plain(markdown).strip(" \t-\u2013\u2014:*|>")
    if len(text) <= TITLE_LIMIT:
        return text
    head, space, _ = text[: TITLE_LIMIT - 1].rpartition(" ")
    return (head if space else text[: TITLE_LIMIT - 1]).rstrip(" ,;:") + "\u2026"


def fits_title(markdown: str) -> bool:
    """Say whether a statement's title holds all of it."""
    return len(markdown) <= TITLE_LIMIT or len(plain(markdown)) <= TITLE_LIMIT


@dataclass(frozen=True, slots=True)
class Lead:
    """A statement that opens with a name: "**Name**: rest", "Name - rest", "**Name** rest".

    `name` and `rest` are Markdown. `separator` is empty when only the bold face marks the name.
    """

    name: str
    separator: str
    rest: str
    is_bold: bool

    @property
    def explains(self) -> bool:
        """Whether something is said about the name."""
        return bool(self.separator and self.rest)


_OPENING = rf"[\s{EMOJI}\u2192\-]*+(?:\d{{1,2}}[.)]\s++)?"
_ARROWS = "\u2192\u21d2\u2794\u279c\u27a1"
# After a bold name, the end of its line parts it from what follows as well as any mark.
_SEPARATOR = rf"[ \t]*(?P<sep>:|\uff1a|\u2013|\u2014|[{_ARROWS}]\ufe0f?|->|=>|-(?=\s)|=|\n)?"
_BOLD_LEAD = re.compile(
    rf"^{_OPENING}(?:\*\*|__)(?P<name>[^*\n]+)(?:\*\*|__){_SEPARATOR}\s*(?P<rest>.*)$", re.DOTALL
)
_ITALIC_LEAD = re.compile(
    rf"^{_OPENING}(?P<mark>[*_])(?P<name>[^*_\n]+)(?P=mark){_SEPARATOR}\s*(?P<rest>.*)$",
    re.DOTALL,
)
_LINKED_LEAD = re.compile(
    rf"^{_OPENING}(?P<name>(?:\[[^\[\]]*\]\([^()\s]*\)|`[^`\n]+`)){_SEPARATOR}\s*(?P<rest>.*)$",
    re.DOTALL,
)
_PLAIN_LEAD = re.compile(
    rf"^{_OPENING}(?P<name>[^:\n]{{1,90}}?)"
    rf"(?:(?P<colon>:)(?:\s+|$)|\s+(?P<sep>\u2013|\u2014|[{_ARROWS}]\ufe0f?|-|->|=>)\s+)"
    r"(?P<rest>.*)$",
    re.DOTALL,
)
_LEAD_WORDS = 9


@remembered
def split_lead(markdown: str) -> Lead | None:
    """Split a statement after the name that it opens with, if it does."""
    match = _BOLD_LEAD.match(markdown) or _LINKED_LEAD.match(markdown)
    is_bold = match is not None
    match = match or _ITALIC_LEAD.match(markdown)
    if match:
        name, separator = match["name"].strip(), match["sep"] or ""
        if name.endswith(":"):
            name, separator = name[:-1], ":"
        if name and (is_bold or separator):
            return Lead(name, separator, match["rest"].strip(), is_bold=is_bold)
    match = _PLAIN_LEAD.match(markdown)
    if match is None or ". " in match["name"] or len(match["name"].split()) > _LEAD_WORDS:
        return None
    return Lead(
        match["name"].strip(), match["colon"] or match["sep"], match["rest"].strip(), is_bold=False
    )


_BOLD_LINE = re.compile(rf"^{_OPENING}(?:\*\*|__)[^*\n]+(?:\*\*|__)\s*+:?\s*+$")


def is_bold_line(markdown: str) -> bool:
    """Say whether the whole line is one bold phrase: a heading in everything but its mark."""
    return bool(_BOLD_LINE.match(markdown))


_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*|__([^_\n]{1,80})__")


def bold_phrases(markdown: str) -> list[str]:
    """Return the bold phrases of a text as Markdown, in order."""
    return [match[1] or match[2] for match in _BOLD.finditer(markdown)]


def image_texts(markdown: str) -> list[str]:
    """Return what the images of a text, such as badges, say in words."""
    return [match[1] for match in _IMAGE.finditer(markdown) if match[1]]


_SENTENCE_END = re.compile(r"(?<=[.!?])[\"\u201d')]*+\s++(?=[\"\u201c'(`*\[]*[A-Z0-9])")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Dr|No)\.$", re.IGNORECASE)


def sentences(markdown: str) -> list[str]:
    """Split prose into its sentences; abbreviations and version numbers end none."""
    found: list[str] = []
    for piece in _SENTENCE_END.split(markdown.strip()):
        if found and _ABBREVIATION.search(found[-1][-6:]):
            found[-1] += f" {piece}"
        elif piece:
            found.append(piece)
    return found
