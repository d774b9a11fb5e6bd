"""What the columns of a table hold, told from their heads."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import plain

_NAME = re.compile(r"technolog|tool|framework|language|name|concept|topic|stack", re.IGNORECASE)
_SOLUTION = re.compile(
    r"solution|resolution|fix|\bhow\b|approach|action|resolved|solved|mitigation", re.IGNORECASE
)
_PROBLEM = re.compile(
    r"description|went wrong|details?|cause|context|symptom|what happened", re.IGNORECASE
)
_CHALLENGE = re.compile(
    r"challenge|problem|issue|obstacle|error|bug|struggle|difficult", re.IGNORECASE
)
_PAIR = 2


@dataclass(frozen=True, slots=True)
class ChallengeColumns:
    """Column numbers, from 0; None where the table has no such column."""

    title: int
    problem: int | None
    solution: int | None


def of_challenges(head: Sequence[str]) -> ChallengeColumns:
    """Tell the columns of a table of challenges; without telling words two columns are a pair."""
    found: dict[re.Pattern[str], int] = {}
    for number, cell in enumerate(map(plain.plain, head)):
        role = next((r for r in (_SOLUTION, _PROBLEM, _CHALLENGE) if r.search(cell)), None)
        if role:
            found.setdefault(role, number)
    problem, solution = found.get(_PROBLEM), found.get(_SOLUTION)
    title = found.get(_CHALLENGE)
    if title is None:
        title, problem = problem or 0, None
    if solution is None and len(head) == _PAIR:
        solution = 1 - title
    return ChallengeColumns(title, problem, solution)


def of_names(head: Sequence[str]) -> int:
    """Return the column that holds technologies or concepts: the first unless others say so."""
    named = (number for number, cell in enumerate(head) if _NAME.search(plain.plain(cell)))
    return next(named, 0)
