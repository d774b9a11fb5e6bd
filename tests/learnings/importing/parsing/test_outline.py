from learnings.importing.parsing.document import parse
from learnings.importing.parsing.entries import Entry, Shape
from learnings.importing.parsing.outline import outline


def entries(text: str) -> list[Entry]:
    root = parse(text).root
    return outline(parse(text), root.blocks, root.sections)


def tree(found: list[Entry] | tuple[Entry, ...]) -> list:
    return [(e.text, tree(e.children)) if e.children else e.text for e in found]


def test_nested_bullets_are_children():
    assert tree(entries("- a\n  - b\n  - c\n- d\n")) == [("a", ["b", "c"]), "d"]


def test_a_heading_holds_what_is_under_it():
    (heading,) = entries("## Python\n- fast\n- easy\n")

    assert (heading.shape, heading.text, tree(heading.children)) == (
        Shape.HEADING,
        "Python",
        ["fast", "easy"],
    )
    assert (heading.own.last_line, heading.span.last_line) == (1, 3)


def test_a_bold_line_holds_what_follows_up_to_the_next():
    found = entries("# T\n## A\n## B\n\n**One**\n- a\n\n**Two**\n\ntext of two\n")

    assert tree(found[0].children[1].children) == [
        ("**One**", ["a"]),
        ("**Two**", ["text of two"]),
    ]


def test_labels_on_the_lines_of_one_item_are_its_parts():
    (item,) = entries("- **Challenge**: slow\n  **Solution**: index\n")

    assert tree([item]) == [("**Challenge**: slow", ["**Solution**: index"])]


def test_bare_lines_after_a_list_are_not_part_of_its_last_item():
    assert tree(entries("* Python - fast\nDocker - boxed\nRedis - warm\n")) == [
        "Python - fast",
        "Docker - boxed",
        "Redis - warm",
    ]


def test_wrapped_prose_stays_one_statement():
    assert tree(entries("This sentence goes on\nand on over\nthree lines.\n")) == [
        "This sentence goes on\nand on over\nthree lines."
    ]


def test_a_numbered_list_that_code_breaks_apart_is_put_together():
    found = entries("1. One\n```\nx\n```\n- detail\n\n2. Two\n\ntext\n")

    assert tree(found) == [("One", ["", "detail"]), ("Two", ["text"])]
    assert [e.span.last_line for e in found] == [5, 9]


def test_an_ordinary_numbered_list_stays_a_list():
    found = entries("1. One\n2. Two\n\nafter\n")

    assert [(e.shape, e.text) for e in found][:2] == [(Shape.ITEM, "One"), (Shape.ITEM, "Two")]
