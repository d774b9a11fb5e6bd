import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnings.importing.parsing import (
    MAX_BYTES,
    MAX_RECORDS,
    LearningKind,
    Reading,
    Span,
    UnreadableDocument,
    read,
)

DOCUMENT = """\
# Notes

## Technologies

- **Redis**: keeps pages
  warm for readers

## Challenges

### Slow pages
**Problem:** One query
per card.

**Solution:**
- a join
- a count
"""


def test_records_know_the_lines_that_they_stand_on():
    reading = read(DOCUMENT)
    (technology,) = reading.learnings
    (challenge,) = reading.challenges

    assert technology.span == Span(first_line=5, last_line=6)
    assert challenge.span == Span(first_line=10, last_line=16)
    assert challenge.solution_span == Span(first_line=14, last_line=16)


def test_lines_are_those_of_the_document_that_was_sent():
    damaged = DOCUMENT.replace("\n", "\r\n").encode("utf-16")

    assert read(damaged) == read(DOCUMENT)


def test_titles_are_plain_and_bodies_keep_their_markdown():
    (technology,) = read("# T\n\n## Technologies\n\n- 🚀 **`Redis`** – keeps *pages*\n").learnings

    assert technology.kind is LearningKind.TECHNOLOGY
    assert (technology.title, technology.body) == ("Redis", "keeps *pages*")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("intro\n\n## Second\n\n# **First** 🚀\n", "First"),
        ("intro\n\n## Only\n", "Only"),
        ("📗 Log\n\n📌 Overview\n\ntext\n", "Log"),
        ("***\n", "Untitled"),
    ],
)
def test_the_title_is_the_first_that_the_document_offers(text, title):
    assert read(text).title == title


def test_repeated_names_are_one_record():
    text = "# T\n\n## Technologies\n- Redis\n- Celery\n\n## Tools Used\n- **Redis**: again\n"

    assert read(text).preview()["technologies"] == ["Redis", "Celery"]


def test_technologies_and_concepts_under_one_title_are_told_apart():
    items = "- Django\n- Keyset paging\n- **Redis**: keeps pages\n- Row locks\n"
    preview = read(f"# T\n\n## Technologies and Concepts\n\n{items}").preview()

    assert preview["technologies"] == ["Django", "Redis"]
    assert preview["concepts"] == ["Keyset paging", "Row locks"]


def test_what_the_author_means_to_learn_is_shown_and_no_record():
    reading = read("# T\n\n## Next Steps\n\n- Learn Kafka\n- Read more logs\n")

    assert reading.preview()["future_goals"] == ["Learn Kafka", "Read more logs"]
    assert reading.learnings == ()


def test_a_challenge_label_over_a_problem_label_names_the_challenge():
    item = "- **Challenge:** Slow pages\n  - **Problem:** a query per card\n"
    reading = read(f"# T\n\n## Challenges\n\n{item}  - **Solution:** a join\n")

    (one,) = reading.challenges
    assert (one.title, one.problem, one.solution) == ("Slow pages", "a query per card", "a join")


def test_a_preview_holds_every_field():
    assert read("nothing to see").preview() == {
        "title": "nothing to see",
        "technologies": [],
        "concepts": [],
        "challenges": [],
        "best_practices": [],
        "takeaways": [],
        "goals": [],
        "future_goals": [],
    }


def test_a_document_with_too_many_records_is_refused():
    items = "".join(f"- practice {number}\n" for number in range(MAX_RECORDS + 1))

    with pytest.raises(UnreadableDocument) as refusal:
        read(f"# T\n\n## Best Practices\n\n{items}")
    assert refusal.value.code == "too_many_records"


# -- any bytes whatever


def well_formed(reading: Reading, lines: int) -> bool:
    records = [*reading.learnings, *reading.challenges]
    return all(
        0 < len(record.title) <= 300
        and "\n" not in record.title
        and 1 <= record.span.first_line <= record.span.last_line <= lines
        for record in records
    )


MARKS = st.sampled_from(
    ["# ", "## ", "- ", "  - ", "1. ", "**", "*", "`", "```", "\n", "\n\n", "|", "> ", ": ", " – ",
     "Challenges", "Solution", "Technologies", "Best Practices", "\t", "   ", "🚀", "\r\n", "[",
     "](", "---", "===", "<h2>", "\\", "\u2028", "Python, ", "(", ")", "\ud800", "\x00", "â€"]
)  # fmt: skip


CODES = {None, "empty", "binary", "too_large", "too_many_records"}


def refusal_of(source: bytes | str) -> str | None:
    """Read a source and return the code of its refusal, if it is refused."""
    try:
        read(source)
    except UnreadableDocument as refusal:
        return refusal.code
    return None


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(source):
    assert refusal_of(source) in CODES


@given(st.lists(MARKS | st.text(max_size=12), max_size=80).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_markdown_gives_well_formed_records(text):
    try:
        reading = read(text)
    except UnreadableDocument:
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert well_formed(reading, lines)


HOSTILE = {
    "brackets": "[",
    "emphasis": "*",
    "quotes": ">",
    "deep quotes": "> ",
    "deep lists": "- ",
    "pipes": "|",
    "code": "`",
    "links": "[x](a",
    "images": "![](",
    "commas": ", a",
    "open brackets": "(a, ",
    "headings": "a\n=\n",
    "empty items": "-\n",
    "pairs": "- **Challenge**: a\n  - **Solution**: b\n",
    "grouped solutions": "Solution:\n- a\n- b\n\n",
    "fences": "```a\n## b\n",
    "html": "<div\n",
    "blanks": "a" + " " * 5_000,
}
TITLES = ("Challenges", "Technologies", "Concepts")
SECTIONS = ("", *(f"# T\n\n## {title}\n\n" for title in TITLES))


@pytest.mark.parametrize("pattern", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("opening", SECTIONS, ids=["Bare", *TITLES])
def test_hostile_text_costs_seconds_at_most(opening, pattern):
    text = opening + pattern * (30_000 // len(pattern))
    started_at = time.process_time()

    assert refusal_of(text) in CODES
    assert time.process_time() - started_at < 5  # seconds; quadratic patterns take far longer


def test_a_megabyte_of_ordinary_readme_is_read_in_seconds():
    part = DOCUMENT.replace("Slow", "Slow and long-winded") + "\nProse that fills pages. " * 200
    text = "# All notes\n\n" + part * (MAX_BYTES // len(part) - 1)
    started_at = time.process_time()

    reading = read(text)

    assert len(reading.challenges) > 100
    assert time.process_time() - started_at < 10  # seconds, on a busy machine


def test_no_part_of_the_reader_knows_django():
    script = (
        "import sys; from learnings.importing import parsing; parsing.read('# T'); "
        "sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
