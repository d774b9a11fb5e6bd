import pytest

from learnings.importing.parsing import fences
from learnings.importing.parsing.marking import mark_headings, unescape


def marked(text: str) -> list[str]:
    lines = text.split("\n")
    return mark_headings(lines, fences.find(lines))


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("##Title", "## Title"),
        ("#Hub Notes#", "# Hub Notes"),
        ('<h3 align="center">Challenges</h3>', "### Challenges"),
        ("🧠 Core Backend Concepts", "## 🧠 Core Backend Concepts"),
        ("**Key Technologies**", "## **Key Technologies**"),
        (
            "Challenges Faced and Solutions Implemented",
            "## Challenges Faced and Solutions Implemented",
        ),
    ],
)
def test_a_heading_that_markdown_would_miss_gets_its_mark(line, heading):
    assert marked(f"intro\n\n{line}\n\ntext")[2] == heading


@pytest.mark.parametrize(
    "line",
    [
        "#project-hub",
        "#one #two #three",
        "- Challenges",
        "Solution: added an index",
        "**Solution:**",
        "We faced challenges with our tools every day.",
        "| Challenge | Solution |",
        "    Best Practices",
    ],
)
def test_what_only_resembles_a_heading_is_left_alone(line):
    assert marked(f"intro\n\n{line}\n\ntext")[2] == line


def test_comments_in_code_are_no_headings():
    text = "```bash\n#Install it\nBest Practices\n```"

    assert marked(text) == text.split("\n")


def test_a_repeated_emoji_is_a_bullet_and_a_single_one_a_title():
    lines = marked("x\n\n🎓 School Platform\n\n🔹 fast pages\n🔹 good tests\n")

    assert lines[2] == "## 🎓 School Platform"
    assert lines[4:6] == ["🔹 fast pages", "🔹 good tests"]


def test_an_underline_makes_a_heading_of_a_title_but_not_of_prose():
    assert marked("Title\n=====")[1] == "====="
    assert marked("This is a sentence, not a title.\n---")[1] == "***"
    assert marked("- an item\n---")[1] == "***"


def test_merge_residue_is_blanked_without_moving_lines():
    lines = marked("<<<<<<< HEAD\n# Mine\n=======\n# Theirs\n>>>>>>> branch")

    assert lines == ["", "# Mine", "", "# Theirs", ""]


def test_a_part_of_a_challenge_stays_inside_it():
    text = "# A\n## B\n## Challenges\n### Challenge 1: Slow\n**Key Learnings:**\n- x"

    assert marked(text)[4] == "**Key Learnings:**"


def test_escaped_markdown_is_undone_only_where_all_of_it_is_escaped():
    escaped = [r"\# Title", r"\## Part", r"\- \*\*item\*\*"]

    assert unescape(escaped) == ["# Title", "## Part", "- **item**"]
    assert unescape([r"\# once", "# Title"]) == [r"\# once", "# Title"]
