import pytest

from benchmarks.growth import section


def told(*questions, sizes=(10_000, 100_000, 1_000_000)):
    return {"sizes": list(sizes), "questions": list(questions)}


def asked(name, goal, *costs):
    return {
        "name": name,
        "goal": goal,
        "costs": [{"milliseconds": time, "pages": pages} for time, pages in costs],
    }


def test_lists_are_compared_with_ten_thousand_rows_and_searches_with_a_hundred_thousand():
    found = section(
        told(
            asked("challenges: newest", "list", (1, 10), (2, 20), (4, 40)),
            asked("search: a rare word", "search", (1, 10), (2, 20), (4, 40)),
        )
    )

    assert found["lists"]["first"] == 4
    assert found["search"]["rare"] == 2


def test_the_worst_of_a_kind_counts_and_deep_pages_are_a_kind():
    found = section(
        told(
            asked("challenges: newest", "list", (1, 10), (1, 10), (1, 10)),
            asked("users: newest", "list", (1, 10), (1, 10), (1.2, 12)),
            asked("challenges: newest, 90% deep", "list", (1, 10), (1, 10), (9, 90)),
        )
    )

    assert found["lists"] == {"first": 1.2, "deep": 9}


def test_an_uncommon_word_is_no_common_one():
    found = section(told(asked("search: an uncommon word", "search", (1, 1), (1, 1), (9, 9))))

    assert found["search"] == {"common": None, "rare": None, "absent": None}


@pytest.mark.parametrize(("large", "ratio"), [((50, 10), 1), ((1, 500), 50)])
def test_growth_is_judged_by_pages_and_not_by_time(large, ratio):
    found = section(told(asked("users: newest", "list", (1, 10), (1, 10), large)))

    assert found["lists"]["first"] == ratio


def test_the_ratio_of_time_stands_beside_that_of_pages():
    found = section(told(asked("users: newest", "list", (2, 10), (2, 10), (5, 12))))

    assert found["heads"][-1] == "× pages (× time)"
    assert found["rows"][0][-1] == "1.20 (2.50)"


def test_without_a_million_rows_nothing_is_said_about_growth():
    found = section(told(asked("a", "list", (1, 10), (1, 10)), sizes=(10_000, 100_000)))

    assert found["lists"]["first"] is None
    assert found["rows"] == [["a", "1.00 (10)", "1.00 (10)", "–"]]
