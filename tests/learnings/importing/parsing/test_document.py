from learnings.importing.parsing.document import ItemList, Paragraph, Table, parse


def sections(text: str) -> list[tuple[int, str, int, int]]:
    return [
        (s.level, s.title, s.span.first_line, s.span.last_line)
        for s in parse(text).root.walk()
        if s.level
    ]


def test_sections_nest_and_know_their_lines():
    text = "# A\n\none\n\n## B\n\ntwo\n\n## C\n\nthree"

    assert sections(text) == [(1, "A", 1, 11), (2, "B", 5, 7), (2, "C", 9, 11)]


def test_setext_headings_are_sections():
    assert sections("Title\n=====\n\nPart\n----\ntext") == [(1, "Title", 1, 6), (2, "Part", 4, 6)]


def test_lists_know_the_lines_and_numbers_of_their_items():
    (block,) = parse("\n3. a\n   more\n4. b\n").root.blocks

    assert isinstance(block, ItemList)
    assert [(i.number, i.span.first_line, i.span.last_line) for i in block.items] == [
        (3, 2, 3),
        (4, 4, 4),
    ]


def test_a_pipe_table_keeps_escaped_pipes_in_their_cells():
    (block,) = parse("| a | b |\n|---|---|\n| x \\| y | `z` |").root.blocks

    assert isinstance(block, Table)
    assert [row.cells for row in block.rows] == [("a", "b"), ("x | y", "`z`")]
    assert block.rows[1].span.first_line == 3


def test_lines_parted_by_tabs_or_wide_gaps_are_a_table():
    for gap in ("\t", "     "):
        (block,) = parse(f"Challenge{gap}Solution\nslow page{gap}an index").root.blocks

        assert isinstance(block, Table)
        assert block.rows[1].cells == ("slow page", "an index")


def test_pipe_rows_without_a_rule_are_a_table():
    (block,) = parse("| a | b |\n| c | d |").root.blocks

    assert isinstance(block, Table)


def test_the_text_after_an_unclosed_fence_is_read():
    document = parse("## A\n```\ncode\n## B\ntext")

    assert [s.title for s in document.root.sections] == ["A", "B"]
    assert document.root.sections[1].blocks[0].span.first_line == 5


def test_the_source_of_a_span_loses_only_shared_indentation():
    document = parse("- a\n  - b\n    - c\n")
    (block,) = document.root.blocks
    nested = block.items[0].blocks[1]

    assert document.source(nested.span) == "- b\n  - c"


def test_headings_inside_items_are_text():
    (block,) = parse("* ## Goal one\n* plain\n").root.blocks

    assert isinstance(block.items[0].blocks[0], Paragraph)
    assert block.items[0].blocks[0].text == "Goal one"
