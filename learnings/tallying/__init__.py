"""How much is published under each topic: noted by the database, whoever writes, and folded.

Triggers note each change as a row of `TopicTally`; nobody ever changes a row, so writers never
wait for each other. `fold` makes one of many. `mend` compares with a true count. That PostgreSQL
and SQLite know different triggers stays in here. Why so: docs/decisions/0019.
"""

from learnings.tallying.keeping import complete, drop, fold, mend

__all__ = ["complete", "drop", "fold", "mend"]
