import pytest

from learnings.importing.parsing import labels
from learnings.importing.parsing.labels import Part


@pytest.mark.parametrize(
    ("statement", "part", "rest"),
    [
        ("**Challenge**: slow pages", Part.PROBLEM, "slow pages"),
        ("**Challenge 2:** slow pages", Part.PROBLEM, "slow pages"),
        ("Root cause – no index", Part.PROBLEM, "no index"),
        ("*What I saw:* a jump", Part.PROBLEM, "a jump"),
        ("**Problems with proxies:**", Part.PROBLEM, ""),
        ("**✅ Solution**: an index", Part.SOLUTION, "an index"),
        ("**Solution Implemented:**", Part.SOLUTION, ""),
        ("**Solution:**\nan index", Part.SOLUTION, "an index"),
        ("How I solved it: an index", Part.SOLUTION, "an index"),
        ("**Result:** fast", Part.ASIDE, "fast"),
        ("Key Learnings", Part.ASIDE, ""),
    ],
)
def test_a_label_announces_a_part(statement, part, rest):
    assert labels.read(statement) == labels.Label(part, rest)


@pytest.mark.parametrize(
    "statement",
    [
        "**Caching**: keeps pages",
        "Solution space was large",
        "Problem solving",
        "**N+1** issues: many",
    ],
)
def test_other_statements_have_no_label(statement):
    assert labels.read(statement) is None


@pytest.mark.parametrize(
    ("line", "problem", "solution"),
    [
        ("Challenge: slow. Solution: index.", "Challenge: slow.", "Solution: index."),
        ("**Problem**: slow → **Fix**: index", "**Problem**: slow", "**Fix**: index"),
        ("Practice: name the Solution: yes", "Practice: name the Solution: yes", ""),
    ],
)
def test_a_pair_on_one_line_is_cut_in_two(line, problem, solution):
    assert labels.split_inline(line) == (problem, solution)
