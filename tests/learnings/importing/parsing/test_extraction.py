"""Shapes of single sections; whole documents stand in `tests/readmes`."""

import pytest

from learnings.importing.parsing import read


def preview(section: str) -> dict:
    return read(f"# Title\n\n## Overview\n\nText.\n\n{section}").preview()


def pairs(section: str) -> list[tuple[str, str | None]]:
    return [(c["title"], c["solution"]) for c in preview(section)["challenges"]]


EXPECTED_PAIRS = [("Slow pages", "Added an index"), ("Flaky tests", "Froze the clock")]


@pytest.mark.parametrize(
    "body",
    [
        "- **Slow pages** - Added an index\n- **Flaky tests** - Froze the clock",
        "**Slow pages** - Added an index\n\n**Flaky tests** - Froze the clock",
        "- Slow pages → Added an index\n- Flaky tests ➜ Froze the clock",
        (
            "- Challenge: Slow pages\n- Solution: Added an index\n"
            "- Challenge: Flaky tests\n- Solution: Froze the clock"
        ),
        (
            "- **Challenge**: Slow pages → **Solution**: Added an index\n"
            "- **Problem**: Flaky tests **Fix**: Froze the clock"
        ),
        (
            "1. **Challenge:** Slow pages\n\n   **Solution:** Added an index\n\n"
            "2. **Challenge:** Flaky tests\n\n   **Solution:** Froze the clock"
        ),
        (
            "### Problem\nSlow pages\n\n### Solution\nAdded an index\n\n"
            "### Problem\nFlaky tests\n\n### Solution\nFroze the clock"
        ),
        (
            "### Challenge 1: Slow pages\n**Solution:** Added an index\n\n"
            "### Challenge 2: Flaky tests\n**Solution:**\nFroze the clock"
        ),
        (
            "- **Challenge 1: Slow pages**\n  Added an index\n"
            "- **Challenge 2: Flaky tests**\n  Froze the clock"
        ),
        (
            "1) **Slow pages**\n- What I did: Added an index\n\n"
            "2) **Flaky tests**\n- What I did: Froze the clock"
        ),
        (
            "| Issue Faced | How I Solved It |\n|--|--|\n"
            "| Slow pages | Added an index |\n| Flaky tests | Froze the clock |"
        ),
        (
            "| # | Challenge | Solution |\n|--|--|--|\n"
            "| 1 | Slow pages | Added an index |\n| 2 | Flaky tests | Froze the clock |"
        ),
        (
            "Slow pages\n\nProblem: They timed out.\n\nSolution: Added an index\n\n"
            "Flaky tests\n\nProblem: They failed.\n\nSolution: Froze the clock"
        ),
        "- Slow pages\n- Flaky tests\n\n## Solutions\n\n- Added an index\n- Froze the clock",
        "- Slow pages\n- Flaky tests\n\n### Solutions\n\n- Added an index\n- Froze the clock",
        (
            "#### Backend\n- **Slow pages**: Added an index\n\n#### Frontend\n"
            "- **Flaky tests**: Froze the clock"
        ),
    ],
)
def test_a_pair_is_read_however_it_is_written(body):
    assert pairs(f"## Challenges & Solutions\n\n{body}\n") == EXPECTED_PAIRS


def test_text_between_title_and_solution_is_the_problem():
    (challenge,) = preview(
        "## Challenges\n\n### Slow pages\nEvery card asked for its author.\n\n"
        "**Impact:** Timeouts.\n\nWhat impact means is said above.\n\n**Solution:** One join.\n"
    )["challenges"]

    assert challenge == {
        "title": "Slow pages",
        "problem": "Every card asked for its author.",
        "solution": "One join.",
    }


def test_unlabelled_prose_is_cut_where_it_turns_to_what_was_done():
    (challenge,) = preview(
        "## Challenges\n\n### Logins\nUsers were logged out. I fixed this by keeping sessions.\n"
    )["challenges"]

    assert challenge["problem"] == "Users were logged out."
    assert challenge["solution"] == "I fixed this by keeping sessions."


@pytest.mark.parametrize(
    "body",
    [
        "> **Challenge:** Slow pages\n> **Solution:** Added an index\n",
        "- 🐛 **Slow pages** — *Solution:* Added an index\n",
        "#### Challenge\nSlow pages\n\n#### Solution\nAdded an index\n",
    ],
)
def test_a_single_pair_is_read_in_rarer_shapes_too(body):
    assert pairs(f"## Challenges\n\n{body}") == EXPECTED_PAIRS[:1]


def test_the_solution_after_a_name_may_be_told_with_its_problem():
    (challenge,) = preview(
        "## Challenges\n\n- **Time:** Work left me no evenings. I solved this by planning weeks.\n"
    )["challenges"]

    assert challenge == {
        "title": "Time",
        "problem": "Work left me no evenings.",
        "solution": "I solved this by planning weeks.",
    }


def test_challenges_without_solutions_have_none():
    assert pairs("## Challenges\n\nSome that I met:\n\n- Slow pages\n- Flaky tests\n") == [
        ("Slow pages", None),
        ("Flaky tests", None),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "*(This section will be updated.)*",
        "- [Briefly describe a challenge]",
        "- TODO",
        "| Challenge | Solution |\n|--|--|\n| [Challenge] | [Solution] |",
        "Coming soon",
    ],
)
@pytest.mark.parametrize("title", ["Challenges", "Best Practices", "Key Takeaways", "Technologies"])
def test_placeholders_yield_nothing(title, body):
    found = preview(f"## {title}\n\n{body}\n")

    assert not any(found[field] for field in found if field != "title")


@pytest.mark.parametrize(
    "body",
    [
        "- Python\n- Django\n- Redis",
        "- **Python**: easy\n- **Django**: quick\n- **Redis**: warm",
        "Python, Django, Redis",
        "**Languages:** Python\n**Stores:** Django, Redis",
        "- **Python**, **Django** and **Redis**",
        "### Python\n- is easy to read\n\n### Django\n- has batteries\n\n### Redis\n- keeps pages",
        "### Languages\n- Python\n\n### Tools & Frameworks\n- Django\n- Redis",
        "- Backend Tools\n  - Python\n  - Django\n- Data Tools\n  - Redis",
        "| Technology | Use |\n|--|--|\n| Python | all |\n| Django | web |\n| Redis | cache |",
        "I wrote **Python** with **Django**, and later **Redis** helped. It was fun.",
        "![Python](https://i.example/p) ![Django](https://i.example/d) ![Redis](https://i.example/r)",
        "- Python for the server side\n- Django with its admin pages\n- Redis as a page cache",
    ],
)
def test_technologies_are_read_however_they_are_written(body):
    assert preview(f"## Technologies\n\n{body}\n")["technologies"] == ["Python", "Django", "Redis"]


def test_one_sections_style_decides_between_names_and_categories():
    names = "- **Mobile Development** – React Native & Expo\n- **Web Development** – Next.js\n"
    categories = "- **Mobile**: React Native, Expo\n- **Web**: Next.js, React\n"

    assert preview(f"## Key Technologies\n\n{names}")["technologies"] == [
        "Mobile Development",
        "Web Development",
    ]
    assert preview(f"## Key Technologies\n\n{categories}")["technologies"] == [
        "React Native",
        "Expo",
        "Next.js",
        "React",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "- **Locks**: rows wait\n- **Indexes**: sorted copies",
        "1. **Locks**\n   - rows wait\n2. **Indexes**\n   - sorted copies",
        "### Locks\nRows wait.\n\n### Indexes\nSorted copies.",
        "**Locks**\nRows wait.\n\n**Indexes**\nSorted copies.",
        "### Additional Concepts\n- Locks\n- Indexes",
    ],
)
def test_concepts_are_read_however_they_are_written(body):
    assert preview(f"## Core Concepts\n\n{body}\n")["concepts"] == ["Locks", "Indexes"]


def test_a_practice_with_a_sentence_of_its_own_keeps_its_details():
    (practice, other) = read(
        "# T\n\n## Best Practices\n\n- Write tests before you ship\n  - unit\n  - journey\n"
        "- Naming\n  - Say what a module is about\n"
    ).learnings

    assert (practice.title, practice.body) == ("Write tests before you ship", "- unit\n- journey")
    assert other.title == "Say what a module is about"


def test_labels_split_practices_from_takeaways():
    found = preview(
        "## Best Practices and Takeaways\n\n**Best Practices**:\n- Name things well\n\n"
        "**Personal Takeaways**:\n- Asking helps\n"
    )

    assert (found["best_practices"], found["takeaways"]) == (["Name things well"], ["Asking helps"])


def test_a_long_statement_is_cut_in_the_title_and_whole_in_the_body():
    statement = "Measure " + "again and " * 60 + "again"
    (practice,) = read(f"# T\n\n## Best Practices\n\n- {statement}\n").learnings
    (challenge,) = read(f"# T\n\n## Challenges\n\n- {statement}\n").challenges

    for record, whole in ((practice, practice.body), (challenge, challenge.problem)):
        assert len(record.title) <= 300
        assert record.title.endswith("…")
        assert whole == statement
