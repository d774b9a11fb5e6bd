"""Curation: the review queue, entries, topics and imports in the admin site."""

from learnings.admin import challenges, entries, imports, revisions, sources, topics

__all__ = ["challenges", "entries", "imports", "revisions", "sources", "topics"]
