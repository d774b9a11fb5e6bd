"""Names in the documentation: of resources, operations and their summaries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_VERBS: Final = {
    "list": "list",
    "create": "create",
    "retrieve": "get",
    "update": "replace",
    "partial_update": "update",
    "destroy": "delete",
}
_SUMMARIES: Final = {
    "list": "List {many}",
    "create": "Create {one}",
    "retrieve": "Read {one}",
    "update": "Replace {one}",
    "partial_update": "Change {one}",
    "destroy": "Delete {one}",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An address below the API's base, and the action that answers there.

    `action` is one of REST framework's (`list`, `partial_update`, …) or a view's own.
    """

    path: str
    action: str

    @property
    def is_plain(self) -> bool:
        """Whether this is one of the six things that every resource can do."""
        return self.action in _VERBS

    @property
    def has_variable(self) -> bool:
        """Whether the address leads to or through one row."""
        return "{" in self.path

    @property
    def writes_the_row(self) -> bool:
        """Whether what is written here is the row of the address rather than a mark on it."""
        return self._words[-1] not in {"vote", "bookmark"}

    @property
    def _words(self) -> list[str]:
        return [step for step in self.path.strip("/").split("/") if "{" not in step]

    @property
    def resource(self) -> str:
        """What is dealt with here: `solutions` at `/challenges/{id}/solutions/`."""
        return self._words[-1] if self.is_plain else self._words[0]

    @property
    def operation_id(self) -> str:
        """A name for clients to call: `listChallengeSolutions`, `submitChallenge`, `getMe`."""
        is_many = self.action == "list" or not (self.has_variable or self.is_plain)
        *owners, last = self._words if self.is_plain else self._words[:1]
        is_one = not is_many
        steps = [*map(singular, owners), singular(last) if is_one else last]
        return camel_case(" ".join([_VERBS.get(self.action, self.action), *steps]))

    @property
    def summary(self) -> str:
        """What happens here, for views that do not say it themselves."""
        one = singular(self.resource)
        article = "an" if one[0] in "aeio" else "a"
        return _SUMMARIES[self.action].format(many=self.resource, one=f"{article} {one}")


def singular(plural: str) -> str:
    """`entries` → `entry`, `topics` → `topic`; other words stay."""
    if plural.endswith("ies"):
        return f"{plural.removesuffix('ies')}y"
    return plural.removesuffix("s")


def camel_case(words: str) -> str:
    """`list challenge solutions` → `listChallengeSolutions`."""
    first, *others = re.split(r"[\s_\-]+", words)
    return first + "".join(word.capitalize() for word in others)
