"""The kinds of entries that are tallied, as triggers name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from learnings.models import Challenge, Learning, Status, TopicTally

TALLIES: Final = TopicTally._meta.db_table
PUBLISHED: Final = f"'{Status.PUBLISHED.value}'"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entries, and where it is linked to topics."""

    name: str  # as in `TopicTally.kind`
    entries: str  # table
    links: str  # table

    @property
    def entry_id(self) -> str:
        """The links' column that names the entry."""
        return f"{self.name}_id"


def _kind(model: Any) -> Kind:
    return Kind(model._meta.model_name, model._meta.db_table, model.topics.through._meta.db_table)


KINDS: Final = tuple(_kind(model) for model in (Learning, Challenge))
