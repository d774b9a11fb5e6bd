"""Markdown to HTML that is safe to show.

Rendered when saved, not when read. markdown-it-py is asked to pass no HTML through, and nh3
cleans its output again with an allow-list: two independent walls.
"""

from __future__ import annotations

from typing import Final

import nh3
from markdown_it import MarkdownIt

MAX_LENGTH: Final = 20_000  # characters; nested brackets cost quadratic time beyond any patience

_renderer = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
    ["table", "strikethrough"]
)
_TAGS: Final = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES: Final = {"a": {"href", "title"}, "code": {"class"}, "ol": {"start"}}


def render(text: str) -> str:
    """Render Markdown as sanitised HTML; images and raw HTML are left out, links get `nofollow`."""
    return nh3.clean(
        _renderer.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
