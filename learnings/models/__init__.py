"""Topics, entries (learnings, challenges, solutions), votes, bookmarks and import runs.

Everything a person reads passes through `visible_to(user)`. Rules that the data must always obey
are constraints of the database; what happens on the way from draft to published is `publishing`.
"""

from learnings.models.entries import (
    Challenge,
    Entry,
    EntryGone,
    Learning,
    LearningKind,
    Solution,
    Status,
    Viewer,
)
from learnings.models.imports import ImportRun, ImportStatus
from learnings.models.marks import Bookmark, Vote
from learnings.models.topics import Topic, TopicAlias, TopicKind

__all__ = [
    "Bookmark",
    "Challenge",
    "Entry",
    "EntryGone",
    "ImportRun",
    "ImportStatus",
    "Learning",
    "LearningKind",
    "Solution",
    "Status",
    "Topic",
    "TopicAlias",
    "TopicKind",
    "Viewer",
    "Vote",
]
