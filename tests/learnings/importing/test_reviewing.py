"""What the review of a README says to its author."""

from __future__ import annotations

import time

import pytest

from learnings import briefing
from learnings.importing import reviewing
from learnings.importing.parsing import read
from learnings.importing.reviewing import STANDARD, BadRubric, review, strengths
from learnings.management.reviews import told
from nexus.settings.environment import ROOT

COMPLETE = """\
# What I learned

This repository documents what I learned about backend work in one summer.

## Key Technologies

- **Django**: serves the pages and the API
- **Redis**: keeps answers for a minute
- **Celery**: sends the e-mails afterwards

## Core Concepts

- **Caching**: keep what was computed while it is true
- **Idempotency**: a second message does no harm
- **Migrations**: the schema has a history too

## Challenges

### Slow lists
**Problem:** A list of 40 rows asked 41 queries.
**Solution:** `select_related("author")`, and a test that counts queries.

### Lost messages
**Problem:** The worker died and its task was gone.
**Solution:** `task_acks_late`, and a row for every promise.

### Two clocks
**Problem:** A token came from the future.
**Solution:** Both machines ask the same time server now.

## Best Practices

- Read the log before the code
- Commit before lunch
- Write the test that would have caught it
"""


def found_in(text: str | bytes, rubric=STANDARD):
    return review(text, read(text), rubric)


def codes(text, rubric=STANDARD):
    return [finding.code for finding in found_in(text, rubric)]


def only(text, code, rubric=STANDARD):
    return [finding for finding in found_in(text, rubric) if finding.code == code]


def test_a_complete_readme_has_nothing_to_mend():
    assert found_in(COMPLETE) == []


def test_every_finding_says_where_why_and_how_to_mend_it():
    text = COMPLETE.replace(
        '`select_related("author")`, and a test that counts queries.', "Fixed it."
    )
    [finding] = found_in(text)
    assert finding.code == "solution_says_little"
    assert text.split("\n")[finding.line - 1] == "**Solution:** Fixed it."
    assert "“Fixed it”" in finding.why
    assert "“Slow lists”" in finding.why
    assert "Name what you changed" in finding.mend


@pytest.mark.parametrize(
    "said", ["solved", "Fixed.", "I fixed it by googling", "Yes, it works now!"]
)
def test_a_solution_that_says_nothing_is_noticed(said):
    text = COMPLETE.replace("Both machines ask the same time server now.", said)
    assert codes(text) == ["solution_says_little"]


@pytest.mark.parametrize(
    "said", ["Set a timeout.", "`--pool=solo`", "Used Redis caching", "重启数据库连接池"]
)
def test_a_short_solution_that_says_something_is_let_be(said):
    assert codes(COMPLETE.replace("Both machines ask the same time server now.", said)) == []


def test_a_challenge_without_a_solution_is_named_with_its_line():
    text = COMPLETE.replace("**Solution:** Both machines ask the same time server now.\n", "")
    [finding] = found_in(text)
    assert (finding.code, text.split("\n")[finding.line - 1]) == (
        "challenge_without_solution", "### Two clocks",
    )  # fmt: skip
    assert "“Two clocks”" in finding.why


def test_a_missing_section_is_about_the_whole_document():
    text = COMPLETE.partition("## Best Practices")[0]
    [finding] = found_in(text)
    assert (finding.code, finding.line) == ("missing_section", 0)
    assert "Best practices and takeaways" in finding.why


def test_a_thin_section_is_told_with_what_is_there_and_what_is_asked():
    text = COMPLETE.replace("- **Redis**: keeps answers for a minute\n", "")
    [finding] = found_in(text)
    assert (finding.code, text.split("\n")[finding.line - 1]) == ("too_few", "## Key Technologies")
    assert "2 technologies here; the brief asks for at least 3" in finding.why


def test_an_announced_section_without_content_is_one_finding_not_two():
    text = COMPLETE.partition("- Read the log")[0]
    [finding] = found_in(text)
    assert finding.code == "too_few"
    assert "“Best Practices” is announced" in finding.why


def test_a_document_without_records_is_told_so_once():
    text = "# Shop\n\nA shop for plants, with a cart and a checkout in five languages.\n"
    [finding] = found_in(text)
    assert (finding.code, finding.line) == ("nothing_found", 0)
    assert "“Challenges and solutions”" in finding.mend


@pytest.mark.parametrize(
    "left",
    [
        "[Briefly describe the problem]",
        "[Your GitHub Profile]",
        "TODO: write about Docker",
        "Lorem ipsum dolor sit amet, consectetur",
        "This part will be updated as I progress.",
        "Details coming soon",
        "- Contact <your name>",
        "| Deployment | [Add your notes here] |",
    ],
)
def test_a_placeholder_is_found_on_its_line(left):
    text = f"{COMPLETE}\n## About me\n\n{left}\n"
    [finding] = only(text, "placeholder")
    assert text.split("\n")[finding.line - 1] == left


@pytest.mark.parametrize(
    "meant",
    [
        "- [x] Add tests",
        "[Your turn](https://example.org/quiz)",
        "```\ngit clone https://github.com/[your-name]/hub\n# TODO: run it\n```",
        "Run `git clone https://example.org/<your-name>/hub`.",
        "TODO app in React",
        "<!-- TODO: ask Ana\n[Your name] -->",
        "## Future work\n\n- Dark mode will be added",
    ],
)
def test_what_only_looks_like_a_placeholder_is_let_be(meant):
    assert only(f"{COMPLETE}\n## About me\n\nI am Lin.\n\n{meant}\n", "placeholder") == []


def test_an_empty_section_an_open_fence_and_a_skipped_level_have_their_lines():
    text = (
        f"{COMPLETE}\n## Structure\n\n## Run it\n\n#### By hand\n\n```bash\npython manage.py up\n"
    )
    lines = text.split("\n")
    told = {finding.code: lines[finding.line - 1] for finding in found_in(text)}
    assert told == {
        "empty_section": "## Structure",
        "skipped_level": "#### By hand",
        "unclosed_fence": "```bash",
    }


def test_a_link_to_an_anchor_that_does_not_exist_is_told_with_the_one_that_was_meant():
    text = COMPLETE.replace("in one summer.", "in one [summer](#chalenges), [see](#core-concepts).")
    [finding] = found_in(text)
    assert finding.code == "dead_anchor"
    assert finding.mend == "Did you mean #challenges?"


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("[demo]()", "link_without_address"),
        ("![chart](C:\\Users\\lin\\chart.png)", "broken_address"),
        ("[demo](htps://example.org)", "broken_address"),
        ("[demo](www.example.org)", "broken_address"),
        ("![chart](docs\\chart.png)", "broken_address"),
        ("![chart](my chart.png)", "broken_address"),
        ("(demo)[https://example.org]", "broken_address"),
    ],
)
def test_an_address_that_cannot_lead_anywhere_is_told_by_its_form(link, code):
    assert codes(COMPLETE.replace("in one summer.", f"in one summer: {link}")) == [code]


@pytest.mark.parametrize(
    "link",
    [
        "[demo](https://example.org/a_(b))",
        "[licence](LICENSE)",
        '![chart](docs/chart.png "The chart")',
        "[![build](https://example.org/b.svg)](https://example.org)",
        "[top](#)".replace("#", "#top"),
        "`[demo]()`",
    ],
)
def test_an_address_that_may_be_right_is_never_fetched_nor_blamed(link):
    assert codes(COMPLETE.replace("in one summer.", f"in one summer: {link}")) == []


def test_a_repaired_encoding_is_told_once_with_the_first_damage():
    text = COMPLETE.replace("**: ", "** â€“ ")
    [finding] = found_in(text.encode())
    assert (finding.code, text.split("\n")[finding.line - 1][:12]) == ("mojibake", "- **Django**")
    assert "6 lines were" in finding.why
    assert "“â€“” where you typed “–”" in finding.why
    assert codes(COMPLETE.encode("utf-16")) == ["not_utf8"]


def test_names_without_a_word_about_them_are_one_finding():
    text = COMPLETE
    for line in COMPLETE.split("\n"):
        if line.startswith("- **"):
            text = text.replace(line, line.partition(":")[0])
    [finding] = found_in(text)
    assert finding.code == "names_only"
    assert "3 technologies and 3 concepts" in finding.why


def test_findings_stand_in_the_order_of_the_lines_and_never_flood():
    holes = "".join(f"\n## Part {n}\n\n[Describe part {n}]\n\n#### Deep {n}\n" for n in range(200))
    findings = found_in(COMPLETE + holes)

    assert [f.line for f in findings] == sorted(f.line for f in findings)
    assert len(findings) == len(set(findings)) <= 50
    assert any(f.why.startswith("And 192 more of this kind") for f in findings)


def test_a_brief_changes_what_is_expected():
    rubric = STANDARD.changed_by(
        {
            "sections": {
                "challenges": {"minimum": 5},
                "practices": {"expected": False},
                "deployment": {"title": "Deployment", "words": ["Deploy", "hosting"]},
            },
            "checks": {"placeholder": False},
        }
    )
    text = COMPLETE.partition("## Best")[0] + "\nTODO: more\n"
    assert codes(text, rubric) == ["missing_section", "too_few"]
    assert codes(text + "\n## Hosting\n\nOn one machine.\n", rubric) == ["too_few"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ([], "the rubric"),
        ({"section": {}}, "section"),
        ({"sections": {"challenges": 3}}, "sections.challenges"),
        ({"sections": {"challenges": {"minimum": "3"}}}, "sections.challenges.minimum"),
        ({"sections": {"challenges": {"minimum": -1}}}, "sections.challenges.minimum"),
        ({"sections": {"challenges": {"minimum": True}}}, "sections.challenges.minimum"),
        ({"sections": {"Deploy it": {}}}, "Deploy it"),
        ({"sections": {"deployment": {}}}, "sections.deployment"),
        ({"sections": {"goals": {"counts": [["GOAL"]]}}}, "sections.goals.counts"),
        ({"sections": {"goals": {"units": ["one"]}}}, "sections.goals.units"),
        ({"sections": {"goals": {"why": "x" * 301}}}, "sections.goals.why"),
        ({"checks": {"spelling": True}}, "spelling"),
        ({"checks": {"placeholder": 1}}, "checks.placeholder"),
        ({"sections": {f"s{n}": {"title": "T", "words": ["w"]} for n in range(30)}}, "20 sections"),
    ],
)
def test_a_rubric_that_is_none_is_refused_by_the_place(changes, named):
    with pytest.raises(BadRubric, match=named):
        STANDARD.changed_by(changes)


def test_braces_in_a_document_or_a_brief_are_only_text():
    rubric = STANDARD.changed_by({"sections": {"x": {"title": "{y}", "words": ["{z}"]}}})
    assert codes(COMPLETE.replace("Slow lists", "Slow {lists}"), rubric) == ["missing_section"]


def test_what_is_good_is_said_first():
    assert strengths(read(COMPLETE)) == [
        "All of your 3 challenges say what worked.",
        (
            "Your solution of “Slow lists” names the very thing that helped, which is what the "
            "next person will search for."
        ),
    ]
    assert strengths(read("# Shop\n\nPlants.\n")) == []


def test_the_documentation_shows_the_review_as_it_is():
    source = (ROOT / "demo/work-in-progress.md").read_bytes()
    reading = read(source)
    shown = told(review(source, reading), strengths(reading))
    written = (ROOT / "docs/review.md").read_text(encoding="utf-8")
    assert f"```text\n{shown}\n```" in written


def test_the_documentation_names_every_code_and_no_other():
    written = (ROOT / "docs/review.md").read_text(encoding="utf-8")
    table = written.partition("## What else")[2].partition("## A cohort")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {code.strip(" `") for cell in cells for code in cell.split(",")}
    assert named == {*STANDARD.codes, briefing.EDITED_ON_THE_HUB}


def test_a_review_on_a_terminal_cannot_steer_it():
    text = COMPLETE.replace("Slow lists", "Slow \x1b[31mlists").replace("`select", "x`select")
    assert "\x1b" not in told(found_in(text), strengths(read(text)))
    assert told([], []) == "Nothing to mend: hand it in."


def test_the_code_that_reminders_pass_over_is_one_of_ours():
    assert reviewing.edited_on_the_hub(3).code == briefing.EDITED_ON_THE_HUB


@pytest.mark.parametrize(
    "piece", ["[", "<!-- ", "[a](", "[![a](b)](", "` ", "[your ", "<your-", "(a)[http", "â€“ "]
)
def test_hostile_lines_take_no_longer_than_they_are_long(piece):
    text = f"{COMPLETE}\n{piece * (300_000 // len(piece))}"
    reading = read(text)
    started = time.process_time()
    review(text, reading)
    assert time.process_time() - started < 3


def test_reviews_of_real_readmes_keep_to_their_form(labelled_readmes):
    reviewed = 0
    for path in sorted((labelled_readmes / "raw").glob("*.md")):
        source = path.read_bytes()
        findings = found_in(source)
        lines = [finding.line for finding in findings]
        last = source.count(b"\n") + source.count(b"\r") + 1
        assert lines == sorted(lines), path
        assert all(0 <= line <= last for line in lines), path
        assert len(findings) == len(set(findings)) <= 50, path
        for finding in findings:
            assert finding.why[-1] in ".?", finding
            assert finding.mend[-1] in ".?", finding
            assert len(finding.why) < 500, finding
            assert "{" not in finding.mend, finding
        reviewed += 1
    assert reviewed


@pytest.mark.parametrize("number", range(5))
def test_the_seeds_are_not_told_that_a_section_or_a_solution_is_missing(labelled_readmes, number):
    found = codes((labelled_readmes / "raw" / f"seed_{number}.md").read_bytes())
    assert {"missing_section", "too_few", "challenge_without_solution"}.isdisjoint(found)
