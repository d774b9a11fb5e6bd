"""Curation: the review queue, entries, topics and imports in the admin site."""

from learnings.admin import briefs, challenges, entries, imports, revisions, sources, topics

__all__ = ["briefs", "challenges", "entries", "imports", "revisions", "sources", "topics"]
