"""The page that every problem's `type` leads to: what each error code means."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it import MarkdownIt

from nexus.settings.environment import ROOT

SOURCE: Final = ROOT / "docs" / "errors.md"


def errors(request: HttpRequest) -> HttpResponse:
    """Show `docs/errors.md` with an anchor at each code."""
    return render(request, "nexus/manual.html", {"title": "Errors", "text": _rendered()})


@cache
def _rendered() -> SafeString:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(SOURCE.read_text(encoding="utf-8"))
    for heading, words in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", slugify(words.content))
    # Our own text, with HTML switched off.
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    return SafeString(html)
