"""What is good already: a mentor says that first."""

from __future__ import annotations

from learnings.importing.parsing import LearningKind, Reading

from .contents import says_something
from .findings import quoted
from .rubrics import STANDARD, Rubric

_FEW = 3
_MANY = 12


def strengths(reading: Reading, rubric: Rubric = STANDARD) -> list[str]:
    """Return at most two sentences on what the document does well; none where it holds little."""
    told = []
    solved = [c for c in reading.challenges if says_something(c.solution, rubric)]
    shown = next((c for c in solved if "`" in c.solution), None)
    if len(solved) >= _FEW and len(solved) == len(reading.challenges):
        told.append(f"All of your {len(solved)} challenges say what worked.")
    if shown is not None:
        told.append(
            f"Your solution of “{quoted(shown.title)}” names the very thing that helped, which is "
            "what the next person will search for."
        )
    names = [r for r in reading.learnings if r.kind is not LearningKind.GOAL]
    explained = [record for record in names if record.body]
    if len(explained) >= _FEW and len(explained) * 2 >= len(names):
        told.append("You explain what you learned instead of only naming it.")
    elif len(names) >= _MANY:
        told.append(f"There is a lot to draw on: {len(names)} learnings in one document.")
    return told[:2]
