"""Documents that the hub wrote, and what people make of them."""

import time

import pytest

from learnings.importing.parsing import Span, read, written
from learnings.importing.parsing.form import MARK

DOCUMENT = f"""{MARK}

# Notes

## Technologies

### Redis

keeps pages

## Challenges

### Impact

**Problem:** One query per card.

**Solution:**

- a join
"""


def test_names_that_the_reader_would_guess_about_are_taken_by_their_place():
    (challenge,) = read(DOCUMENT).challenges

    assert (challenge.title, challenge.problem) == ("Impact", "One query per card.")
    assert challenge.solution == "- a join"
    assert challenge.span == Span(first_line=13, last_line=19)
    assert challenge.solution_span == Span(first_line=17, last_line=19)


def test_what_is_edited_within_the_form_is_still_in_it():
    edited = DOCUMENT.replace("### Redis", "### Redis 8\n\n### Celery").replace("a join", "a count")
    reading = written.read(edited)

    assert [one.title for one in reading.learnings] == ["Redis 8", "Celery"]
    assert reading.challenges[0].solution == "- a count"


@pytest.mark.parametrize(
    "edited",
    [
        DOCUMENT.replace(MARK, ""),
        DOCUMENT.replace("## Technologies", "## Technologies\n\nThese are mine:"),
        DOCUMENT.replace("# Notes", "# Notes\n\nWritten in a train."),
        DOCUMENT + "\n## Installation\n\n- pip install\n",
        DOCUMENT.replace("### Impact", "### Impact\n\nIt was late."),
        DOCUMENT + "\n```py\n",
        DOCUMENT.replace("# Notes", ""),
    ],
)
def test_what_left_the_form_is_read_as_any_other_readme(edited):
    assert written.read(edited) is None
    assert [one.title for one in read(edited).learnings] == ["Redis"]


PATTERNS = (
    "### a\n", "### a\n```x\n", "### a\n~~~~\n~~~\n", "- a\n", "- **Challenge:** a\n",
    "- **Challenge:** a\n  - **Solution:**\n", "**Solution:** a\n", "| a | b |\n",
    "| Challenge |\n",
    "  x\n", "\n", "\\", "- **", "`" * 80 + "\n", "## Challenges\n", "\\## a\n", "  - - > ```\n",
)  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("opening", ["", "### a\n", "| Challenge | Solution |\n| --- | --- |\n"])
def test_hostile_text_behind_the_mark_costs_seconds_at_most(opening, pattern):
    text = f"{MARK}\n# T\n## Challenges\n{opening}" + pattern * (200_000 // len(pattern))
    started_at = time.process_time()

    written.read(text)  # in the form or not

    assert time.process_time() - started_at < 5  # seconds; quadratic patterns take far longer
