import pytest

from learnings.importing.parsing import sections
from learnings.importing.parsing.document import parse
from learnings.importing.parsing.titles import Kind


def kinds(text: str) -> list[tuple[Kind, str]]:
    return [(region.kind, region.title) for region in sections.divide(parse(text))]


def test_a_sub_section_shares_the_kind_of_the_one_around_it():
    assert kinds("# T\n\n## Technologies\n\n### Backend\n- Django\n") == [
        (Kind.TECHNOLOGIES, "Technologies")
    ]


def test_a_sub_section_may_turn_to_another_kind():
    text = "# T\n\n## Best Practices\n\n### Code\n- a\n\n### Personal Takeaways\n- b\n"

    assert kinds(text) == [
        (Kind.PRACTICES, "Best Practices"),
        (Kind.TAKEAWAYS, "Personal Takeaways"),
    ]


def test_a_challenge_named_like_a_section_stays_a_challenge():
    text = "# T\n\n## Challenges\n\n### Deployment\nx\n\n### API Testing\ny\n"

    assert kinds(text) == [(Kind.CHALLENGES, "Challenges")]


def test_the_title_of_the_document_promises_nothing():
    assert kinds("# My Learnings and Challenges at School\n\ntext\n\n## Notes\n\nmore") == []


def test_key_learnings_are_takeaways_as_a_list_and_concepts_as_sub_sections():
    assert kinds("# T\n\n## Key Learnings\n- a\n- b\n") == [(Kind.TAKEAWAYS, "Key Learnings")]
    assert kinds("# T\n\n## Key Learnings\n\n### Locks\n- a\n\n### Indexes\n- b\n") == [
        (Kind.LEARNINGS, "Key Learnings")
    ]


def test_what_was_learned_is_told_from_its_sentences():
    statements = "# T\n\n## What I Learned\n- Testing early saves a lot of time\n"
    names = "# T\n\n## What I Learned\n- **Docker**: images\n"

    assert kinds(statements)[0][0] is Kind.TAKEAWAYS
    assert kinds(names)[0][0] is Kind.LEARNINGS


def test_an_apps_parts_list_steps_back_behind_the_technologies_learned():
    text = "# T\n\n## Tech Stack\n- Vue\n\n## Key Technologies Covered\n- Python\n"

    assert kinds(text) == [(Kind.TECHNOLOGIES, "Key Technologies Covered")]


@pytest.mark.parametrize("title", ["Features", "Getting Started", "Contributing", "Known Issues"])
def test_an_ordinary_section_holds_no_records(title):
    assert kinds(f"# T\n\n## {title}\n\n- **Challenges**: a list\n") == []
