"""What an import's report says to its author: the review by the brief that concerns them."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from accounts.models import User
from learnings import briefing
from learnings.importing import reviewing
from learnings.importing.parsing import Reading
from learnings.importing.planning import Action, Plan
from learnings.importing.reviewing import STANDARD, BadRubric, Rubric
from learnings.models import Brief

logger = logging.getLogger(__name__)


def findings(
    planned: Plan, reading: Reading, *, content: bytes, author: User, at: datetime
) -> list[dict[str, Any]]:
    """What the author could mend, each `{code, line, why, mend}`; line 0 is the whole document."""
    found = reviewing.review(content, reading, rubric_for(author, at=at))
    found += (
        reviewing.edited_on_the_hub(step.record.span.first_line)
        for step in planned.steps()
        if step.action is Action.CONFLICT
    )
    return [finding.as_dict() for finding in reviewing.chosen(found)]


def rubric_for(author: User, *, at: datetime) -> Rubric:
    """The rubric of the brief that concerns a person, else the standard one."""
    return rubric_of(briefing.brief_for(author, at=at))


def rubric_of(brief: Brief | None) -> Rubric:
    """A brief's rubric: the standard with what the brief changes.

    The admin site lets nothing else be saved than what makes a rubric; if somebody wrote to the
    database directly, their learners are reviewed by the standard rather than not at all.
    """
    try:
        return STANDARD if brief is None else STANDARD.changed_by(brief.rubric)
    except BadRubric:
        logger.exception("The rubric of brief %s is not one; using the standard", brief)
        return STANDARD
