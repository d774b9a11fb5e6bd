from learnings.importing.parsing import fences


def code_lines(text: str) -> list[int]:
    lines = text.split("\n")
    found = fences.find(lines)
    return [number for number in range(len(lines)) if found.holds(number)]


def test_a_closed_block_is_code_from_fence_to_fence():
    assert code_lines("a\n```py\nx\n```\nb") == [1, 2, 3]


def test_a_longer_fence_holds_a_shorter_one():
    assert code_lines("````\n```\nx\n```\n````\nb") == [0, 1, 2, 3, 4]


def test_an_unclosed_fence_ends_where_the_next_section_starts():
    text = "```\n# comment\n## Section\ntext"

    assert code_lines(text) == [0, 1]
    assert fences.find(text.split("\n")).resumptions == (2,)


def test_an_unclosed_fence_without_sections_runs_to_the_end():
    assert code_lines("a\n~~~\nb\nc") == [1, 2, 3]


def test_a_fence_forgotten_before_another_block_does_not_swallow_the_sections_between():
    assert code_lines("```\nx\n## Part\n```py\ny\n```\nz") == [0, 1, 3, 4, 5]


def test_fences_in_list_items_and_inline_code_are_told_apart():
    assert code_lines("- ```sh\n  x\n  ```\n```inline``` text") == [0, 1, 2]
