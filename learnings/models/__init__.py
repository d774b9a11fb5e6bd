"""Topics, entries, marks, imports, changes to decide about, followed sources and briefs.

Everything a person reads passes through `visible_to(user)`. Rules that the data must always obey
are constraints of the database; what happens on the way from draft to published is `publishing`.
"""

from learnings.models.about import ENTRY_MODELS, EntryType
from learnings.models.briefs import Brief
from learnings.models.changes import ImportConflict, Keep, Revision, RevisionStatus
from learnings.models.entries import Entry, EntryGone, Status, Viewer, digest_of
from learnings.models.imports import ImportRun, ImportStatus
from learnings.models.kinds import MAX_FOREMOST, Challenge, Learning, LearningKind, Solution
from learnings.models.marks import Bookmark, Vote
from learnings.models.sources import Source
from learnings.models.topics import Topic, TopicAlias, TopicKind, TopicTally

__all__ = [
    "ENTRY_MODELS",
    "MAX_FOREMOST",
    "Bookmark",
    "Brief",
    "Challenge",
    "Entry",
    "EntryGone",
    "EntryType",
    "ImportConflict",
    "ImportRun",
    "ImportStatus",
    "Keep",
    "Learning",
    "LearningKind",
    "Revision",
    "RevisionStatus",
    "Solution",
    "Source",
    "Status",
    "Topic",
    "TopicAlias",
    "TopicKind",
    "TopicTally",
    "Viewer",
    "Vote",
    "digest_of",
]
