import pytest

from learnings.importing.parsing import titles
from learnings.importing.parsing.titles import Kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("🛠 Key Technologies Covered", Kind.TECHNOLOGIES),
        ("Tech Stack", Kind.TECHNOLOGIES),
        ("Important Backend Development Concepts", Kind.CONCEPTS),
        ("Major Learnings", Kind.LEARNINGS),
        ("Core Learnings & Tech Stack", Kind.LEARNINGS),
        ("5. Challenges, Solutions & Lessons Learned", Kind.CHALLENGES),
        ("My Struggles and Debugging Lessons", Kind.CHALLENGES),
        ("Real Problems I Had to Solve", Kind.CHALLENGES),
        ("Solutions Implemented", Kind.SOLUTIONS),
        ("Best Practices and Personal Takeaways", Kind.PRACTICES),
        ("Key Takeaways", Kind.TAKEAWAYS),
        ("Personal Growth", Kind.TAKEAWAYS),
        ("Project Objective", Kind.GOALS),
        ("Future Learning Goals", Kind.FUTURE),
        ("Areas to Continue Learning", Kind.FUTURE),
        ("Collaboration – Key to Success", Kind.ELSEWHERE),
        ("Setup and Tools", Kind.ELSEWHERE),
        ("3. Commit and Push the Changes:", Kind.TASK),
        ("Problem Statement", Kind.UNKNOWN),
        ("Full-Stack Work", Kind.UNKNOWN),
    ],
)
def test_words_promise_what_a_section_holds(title, kind):
    assert titles.promised(title) is kind


@pytest.mark.parametrize(
    "line",
    ["Key Technologies Covered", "💡 Core Backend Concepts", "Best Practices:", "Project Details"],
)
def test_a_line_of_title_words_is_a_title(line):
    assert titles.is_section_title(line)


@pytest.mark.parametrize(
    "line",
    [
        "Best practices and personal takeaways.",
        "used tools",
        "Used tools like Postman",
        "Security",
        "API Development",
        "Some challenges we met while the cache was cold",
        "",
    ],
)
def test_other_lines_are_none(line):
    assert not titles.is_section_title(line)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("**Challenge 1: Slow queries**", "Slow queries"),
        ("Challenge #2 – Tokens", "Tokens"),
        ("2. Deployment Issues", "Deployment Issues"),
        ("Challenge 3", "Challenge 3"),
        ("Challenging weeks", "Challenging weeks"),
    ],
)
def test_a_challenge_is_called_by_its_own_name(title, name):
    assert titles.without_pretitle(title) == name
