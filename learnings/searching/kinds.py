"""Which columns of which entries are searched."""

from __future__ import annotations

from typing import Any, Final

from learnings.models import Challenge, Learning, Solution

# The title first where there is one: what stands there weighs more.
COLUMNS: Final[dict[type[Any], tuple[str, ...]]] = {
    Learning: ("title", "body"),
    Challenge: ("title", "problem"),
    Solution: ("body",),
}


def has_title(model: type[Any]) -> bool:
    """Whether entries of this kind have a title of their own."""
    return COLUMNS[model][0] == "title"


def text_column(model: type[Any]) -> str:
    """The column of the long text."""
    return COLUMNS[model][-1]
