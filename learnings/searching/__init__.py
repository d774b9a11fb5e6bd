"""Finding entries by words, on whichever database there is.

`matching` is for lists, `find` ranks all kinds together, `similar_to` answers whether anyone has
met a problem before. That PostgreSQL and SQLite index differently stays in here. What is found
and where the two differ: docs/search.md. Why so: docs/decisions/0015.
"""

from learnings.searching.highlighting import highlight
from learnings.searching.membership import containing, matching
from learnings.searching.ranking import Key, Page, find, is_key
from learnings.searching.similarity import Match, Similar, similar_to
from learnings.searching.timely import spanned, within
from learnings.searching.topical import under_any
from learnings.searching.words import read

__all__ = [
    "Key",
    "Match",
    "Page",
    "Similar",
    "containing",
    "find",
    "highlight",
    "is_key",
    "matching",
    "read",
    "similar_to",
    "spanned",
    "under_any",
    "within",
]
