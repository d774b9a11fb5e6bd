"""Curation: the review queue, entries, topics and imports in the admin site."""

from learnings.admin import entries, imports, topics

__all__ = ["entries", "imports", "topics"]
