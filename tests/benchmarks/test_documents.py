import xml.etree.ElementTree as ET

import pytest

from benchmarks import charts, documents, plots, tables
from benchmarks.plots import Chart, Line
from tests.benchmarks.test_figures import case

RESULTS = {
    "cases": {"hits/bare": case(2000), "hits/nexus": case(3000), "hits/stock": case(9, void=True)}
}
POINTS = {
    "10000": {"hits/bare": case(2000), "computed/none": case(200)},
    "100000": {"hits/bare": case(1000), "computed/none": case(50)},
}
SVG = "{http://www.w3.org/2000/svg}"


def test_tables_stand_between_their_marks_and_nothing_else_changes():
    document = "a\n<!-- bench:goals -->\nold\n<!-- /bench:goals -->\nb\n"

    filled = documents.fill(document, {"goals": "new"})

    assert filled == "a\n<!-- bench:goals -->\n\nnew\n\n<!-- /bench:goals -->\nb\n"
    assert documents.fill(filled, {"goals": "new"}) == filled


def test_a_place_without_a_table_keeps_what_it_has():
    document = "<!-- bench:rows -->\nold\n<!-- /bench:rows -->\n"

    assert documents.fill(document, {}) == document


def test_a_mark_that_is_not_closed_is_an_error():
    with pytest.raises(ValueError, match="1 places begin, 0 of them end"):
        documents.fill("<!-- bench:rows -->\n", {})


def test_the_document_has_a_place_for_every_table():
    document = documents.DOCUMENT.read_text()

    assert documents.fill(document, {}) == document
    for name in (
        "machine", "goals", "works", "memory", "rows", "connections", "start", "serving",
        "slow-clients", "profiles",
    ):  # fmt: skip
        assert f"<!-- bench:{name} -->" in document


def test_a_void_figure_is_called_void_and_compared_with_nothing():
    lines = {line.split("|")[1].strip(): line for line in tables.works(RESULTS).splitlines()}

    assert "| **1.5** |" in lines["**Nexus**"]
    assert "void: 1 failed" in lines["Stock `cache_page`"]


def test_servers_that_are_not_installed_are_named_below_the_table():
    section = {"heads": ["server", "×"], "rows": [["one", 1.0]], "absent": ["another"]}

    assert tables.listed(section).splitlines()[-3:] == [
        "| one | 1 |",
        "",
        "Not installed: another.",
    ]
    assert "Not installed" not in tables.listed({**section, "absent": []})


def test_costs_by_rows_are_in_empty_views_of_the_same_run():
    chart = charts.by_rows(POINTS)

    assert chart.lines == [Line("Nexus, nothing kept", [(10_000.0, 10.0), (100_000.0, 20.0)])]


def test_a_chart_is_a_picture_with_a_title_named_lines_and_both_schemes():
    drawn = plots.svg(charts.by_rows(POINTS))
    texts = [text.text for text in ET.fromstring(drawn).iter(f"{SVG}text")]

    assert "What a list page costs, by rows in the table" in texts
    assert "Nexus, nothing kept " in texts
    assert "prefers-color-scheme: dark" in drawn


def test_names_of_a_chart_cannot_break_out_of_it():
    drawn = plots.svg(Chart('<&"', "x", "y", [Line("<script>", [(1, 1), (2, 2)])]))

    assert "<script>" not in drawn
    assert ET.fromstring(drawn).get("aria-label") == '<&"'


def test_what_a_logarithm_cannot_show_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        plots.svg(Chart("t", "x", "y", [Line("a", [(1, 0)])]))


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(1, 10, [1, 2, 5, 10]), (0.3, 4, [0.2, 0.5, 1, 2, 5]), (3, 3, [2, 5])],
)
def test_marks_of_an_axis_enclose_what_is_drawn(low, high, marks):
    assert plots.decades(low, high) == pytest.approx(marks)


def test_names_at_the_same_height_are_moved_apart_in_their_order():
    placed = plots.spread_out([100, 100, 300], apart=20, low=0, high=400)

    assert placed == [100, 120, 300]


def test_names_never_leave_the_chart():
    placed = plots.spread_out([390, 399, 400], apart=20, low=0, high=400)

    assert placed == [360, 380, 400]
