from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnings.exporting.writing import write
from learnings.importing.parsing import (
    ChallengeRecord,
    LearningKind,
    LearningRecord,
    Reading,
    Span,
    UnreadableDocument,
    read,
)
from learnings.importing.parsing.form import MARK, VERBATIM_MARK, Shape

READMES = sorted((Path(__file__).parents[2] / "readmes").glob("*.md"))


def words(reading):
    """Everything a reading says, without where it stands."""
    return (
        reading.title,
        [(one.kind, one.title, one.body) for one in reading.learnings],
        [(one.title, one.problem, one.solution) for one in reading.challenges],
        reading.future_goals,
    )


def reading_of(*records, title="Notes"):
    """A reading of `(kind, title, body)` and `(title, problem, solution)`, in this order."""
    learnings, challenges = [], []
    for line, (first, second, third) in enumerate(records, 1):
        span = Span(first_line=line, last_line=line)
        if isinstance(first, LearningKind):
            learnings.append(LearningRecord(kind=first, title=second, body=third, span=span))
        else:
            challenges.append(
                ChallengeRecord(
                    title=first, problem=second, solution=third, span=span,
                    solution_span=span if third else None,
                )
            )  # fmt: skip
    return Reading(title=title, learnings=tuple(learnings), challenges=tuple(challenges))


ORDINARY = reading_of(
    (LearningKind.TECHNOLOGY, "Redis", "keeps pages"),
    (LearningKind.TECHNOLOGY, "C#", ""),
    (LearningKind.BEST_PRACTICE, "Write the test first.", ""),
    ("Slow pages", "One query per card.", "- a join\n- a count"),
    ("Port taken", "", "Read it from `PORT`."),
)


def test_headings_carry_names_and_challenges_and_statements_are_listed():
    assert write(ORDINARY, Shape.HEADINGS) == (
        "<!-- nexus:readme -->\n\n# Notes\n\n"
        "## Technologies\n\n### Redis\n\nkeeps pages\n\n### C#\n\n"
        "## Best Practices\n\n- Write the test first.\n\n"
        "## Challenges\n\n"
        "### Slow pages\n\n**Problem:** One query per card.\n\n"
        "**Solution:**\n\n- a join\n- a count\n\n"
        "### Port taken\n\n**Solution:** Read it from `PORT`.\n"
    )


def test_tables_have_the_columns_that_hold_something():
    assert write(ORDINARY, Shape.TABLE) == (
        "<!-- nexus:readme -->\n\n# Notes\n\n"
        "## Technologies\n\n| Technology | Notes |\n| --- | --- |\n"
        "| Redis | keeps pages |\n| C# |  |\n\n"
        "## Best Practices\n\n| Best practice |\n| --- |\n| Write the test first. |\n\n"
        "## Challenges\n\n| Challenge | Problem | Solution |\n| --- | --- | --- |\n"
        "| Slow pages | One query per card. | - a join<br>- a count |\n"
        "| Port taken |  | Read it from `PORT`. |\n"
    )


def test_pairs_label_every_part():
    assert write(ORDINARY, Shape.PAIRS) == (
        "<!-- nexus:readme -->\n\n# Notes\n\n"
        "## Technologies\n\n- **Redis**: keeps pages\n- **C#**\n\n"
        "## Best Practices\n\n- Write the test first.\n\n"
        "## Challenges\n\n"
        "- **Challenge:** Slow pages\n  - **Problem:** One query per card.\n"
        "  - **Solution:**\n\n    - a join\n    - a count\n\n"
        "- **Challenge:** Port taken\n  - **Solution:** Read it from `PORT`.\n"
    )


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.stem)
def test_a_readme_that_is_written_back_holds_the_same_records(readme, shape):
    reading = read(readme.read_bytes())

    assert words(read(write(reading, shape))) == words(reading)


@pytest.mark.parametrize("shape", Shape)
def test_records_read_back_stand_on_their_lines(shape):
    text = write(ORDINARY, shape)
    lines = text.split("\n")
    back = read(text)

    for record in back.learnings:
        assert record.title in lines[record.span.first_line - 1]
        assert record.body in lines[record.span.last_line - 1]
    slow = back.challenges[0]
    assert slow.title in lines[slow.span.first_line - 1]
    assert "a count" in lines[slow.span.last_line - 1]
    assert "a join" in "".join(
        lines[slow.solution_span.first_line - 1 : slow.solution_span.last_line]
    )


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("snake_case stays", "snake_case stays"),
        ("__init__ and *args", r"\_\_init\_\_ and \*args"),
        ("`code` and [link](x)", r"\`code\` and \[link\](x)"),
        ("<script> &amp; co", r"\<script> \&amp; co"),
        ("AT&T ~ ~~gone~~", r"AT&T ~ \~\~gone\~\~"),
        (r"C:\temp", r"C:\\temp"),
        ("Learn C #", r"Learn C \#"),
        ("🚀 Ship it", "🚀 Ship it"),
        ("two\nlines", "two lines"),
    ],
)
def test_marks_in_names_are_escaped_and_nothing_else(title, shown):
    text = write(reading_of((LearningKind.CONCEPT, title, "")), Shape.HEADINGS)

    assert f"### {shown}\n" in text


@pytest.mark.parametrize(
    ("title", "shown"),
    [("# no heading", r"\# no heading"), ("- no item", r"\- no item"), ("> no quote", r"\> no"),
     ("1. no number", r"1\. no number"), ("+1", r"\+1")],
)  # fmt: skip
def test_a_statement_begins_nothing_by_accident(title, shown):
    text = write(reading_of((LearningKind.GOAL, title, "")), Shape.HEADINGS)

    assert f"\n- {shown}" in text


def test_pipes_and_line_ends_are_kept_in_cells():
    reading = reading_of((LearningKind.CONCEPT, "a | <br>", "x | y\nz"))
    text = write(reading, Shape.TABLE)

    assert r"| a \| \<br> | x \| y<br>z |" in text
    assert words(read(text)) == words(reading)


def test_what_a_table_cannot_show_stands_below_it():
    code = "Like this:\n\n```py\n# a | b\n```"
    reading = reading_of(
        (LearningKind.CONCEPT, "One", "short"),
        (LearningKind.CONCEPT, "Two", code),
        (LearningKind.CONCEPT, "Three", "short"),
    )
    text = write(reading, Shape.TABLE)

    assert f"### Two\n\n{code}\n\n## Concepts\n\n| Concept" in text
    assert words(read(text)) == words(reading)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize(
    "body",
    [
        "# no heading\n## nor this\n\\# nor that",
        "**Solution:** of the problem itself",
        "text\n**Solution:** below\n\\**Problem:** escaped",
        "```py\n## a comment\n**Solution:** none\n```",
        "```py\nnever closed\n## a heading",
        "- ```\n  code\n  ```\n- more",
        "~~~~\n```\n~~~\n## inside\n~~~~",
        "a<br>b | c\\|d\\",
        "| a | b |\n| - | - |\n| c | d |",
        "---\n\nrule",
        "a\n\n\nb  \nc",
        "שלום | עולם 🚀\n\u200f\u0645\u0631\u062d\u0628\u0627",
        "\u2028odd\u2028line\x0bends\x85",
        "\x01\x02\x03\x04 controls \ufffd\ufffd\ufffd\ufffd",
        "mojibake explained: Ã© is é, â€™ is ’",
        "<!-- nexus:readme -->",
    ],
)
def test_texts_of_every_kind_come_back(body, shape):
    body = body.strip()
    reading = reading_of(
        (LearningKind.TECHNOLOGY, "Redis", body),
        ("A challenge", body, body),
        (LearningKind.TAKEAWAY, "A statement", body),
        ("Another", "", body),
        (LearningKind.CONCEPT, "Paging", ""),
    )

    assert words(read(write(reading, shape))) == words(reading)


def test_only_a_document_that_would_be_mended_says_that_it_is_meant():
    damaged = reading_of((LearningKind.CONCEPT, "Encodings", "Ã© is é"))

    assert write(ORDINARY).startswith(f"{MARK}\n")
    assert write(damaged).startswith(f"{VERBATIM_MARK}\n")


# -- for every record that the reader can produce

FRAGMENTS = st.sampled_from(
    ["# ", "## ", "### ", "- ", "  - ", "    - ", "1. ", "* ", "> ", "**", "*", "_", "__", "`",
     "```", "```py\n", "~~~", "\n", "\n\n", "\n\n", "|", " | ", "\n| --- | --- |\n", ": ", " – ",
     " → ", "\\", "\\|", "\\#", "<br>", "<b>", "<!-- ", " -->", "[x](y)", "[ ] ", "&amp;", "~~",
     "Challenges\n", "## Challenges\n\n", "## Technologies\n\n", "## Concepts\n\n", "### Name\n",
     "## Best Practices\n\n", "## Takeaways\n\n", "## Goals\n\n", "## Future Goals\n\n",
     "**Challenge:** ", "**Problem:** ", "**Solution:** ", "\n- **Redis**: ", "Solution:\n",
     "Python, Django", "Slow pages", "it was hard.", "We solved it by caching.", "🚀", "👩\u200d💻",
     "שלום", "\u0645\u0631\u062d\u0628 \u200f", "日本語", "\t", "    ", "\u2028",
     "\x0b", "\x0c", "\x85", "\xa0", "\x1f", "\ufffd", "Ã©", "Ã", "©", "â€™",
     "<!-- nexus:readme -->\n", "---\n", "===\n", "a"]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS | st.text(max_size=6), max_size=60).map("".join)
SECTIONED = st.tuples(
    st.sampled_from(["", "# Log\n\n", f"{MARK}\n\n# Log\n\n", f"{VERBATIM_MARK}\n# Log\n"]),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["## Technologies\n\n- ", "## Concepts\n\n### ", "## Challenges\n\n### ",
                 "## Best Practices\n- ",
                 "## Challenges\n\n- **X**: ", "## Challenges\n\n**Challenge:** ",
                 "## Challenges\n| Challenge | Problem | Solution |\n|---|---|---|\n| ",
                 "## Takeaways\n- ", "## Goals\n- ", "## Next Steps\n- "]
            ),
            TEXTS,
        ).map("".join),
        min_size=1,
        max_size=4,
    ).map("\n\n".join),
).map("".join)  # fmt: skip


def came_back(text, shape):
    try:
        reading = read(text)
    except UnreadableDocument:
        return
    written = write(reading, shape)
    assert words(read(written)) == words(reading)
    assert words(read(written.encode())) == words(reading)
    assert write(read(written), shape) == written


@pytest.mark.parametrize("shape", Shape)
@given(text=TEXTS | SECTIONED)
@settings(max_examples=150, deadline=None)
def test_reading_what_was_written_gives_the_same_records(text, shape):
    came_back(text, shape)


NAMES = st.text(min_size=1, max_size=20).map(lambda text: " ".join(text.split()) or "x")
BODIES = TEXTS.map(lambda text: text.replace("\r", "").replace("\x00", "").strip())


@pytest.mark.parametrize("shape", Shape)
@given(
    records=st.lists(
        st.tuples(st.sampled_from(LearningKind), NAMES, BODIES) | st.tuples(NAMES, BODIES, BODIES),
        max_size=5,
    )
)
@settings(max_examples=100, deadline=None)
def test_records_that_were_typed_on_the_hub_come_back_too(records, shape):
    clean = [
        tuple(
            part if isinstance(part, LearningKind)
            else "".join(c for c in part if c not in "\x00\r" and not "\ud800" <= c <= "\udfff")
            for part in record
        )
        for record in records
    ]  # fmt: skip
    reading = reading_of(*clean)

    assert words(read(write(reading, shape))) == words(reading)
