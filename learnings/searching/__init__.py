"""Finding entries by words, on whichever database there is.

Callers see `matching`, `find` and `similar_to`; that PostgreSQL and SQLite index differently stays
in here. What is found, how it is ranked, where the two differ: docs/search.md. Why so:
docs/decisions/0015.
"""

from learnings.searching.membership import containing, matching

__all__ = ["containing", "matching"]
