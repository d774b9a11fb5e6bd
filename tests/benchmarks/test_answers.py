import gzip
import json

import pytest

from benchmarks import answers
from benchmarks.answers import Answer, WrongAnswer
from benchmarks.works import Expected


def page(ids=(1, 2), *, status=200, text="text", **headers):
    rows = [{"id": number, "title": text} for number in ids]
    return Answer(status, headers, json.dumps({"results": rows}).encode())


def test_a_right_answer_passes_compressed_or_not():
    plain = page()
    packed = Answer(200, {"content-encoding": "gzip"}, gzip.compress(plain.body))

    answers.check(plain, Expected(rows=2))
    answers.check(packed, Expected(rows=2, encoding="gzip"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(status=429), "429, not 200"),
        (page([1]), "1 rows, not 2"),
        (page(**{"x-cache": "MISS"}), "x-cache is MISS"),
        (page(**{"x-cache": "HIT", "content-encoding": "gzip"}), "nobody asked"),
    ],
)
def test_a_wrong_answer_is_not_measured(answer, said):
    with pytest.raises(WrongAnswer, match=said):
        answers.check(
            answer, Expected(rows=2, cache="HIT" if "x-cache" in answer.headers else None)
        )


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (page([2, 1]), "other entries"),
        (
            Answer(200, {}, b'{"results": [{"id": 1}, {"id": 2}]}'),
            "other fields than Nexus has: title",
        ),
        (page(text="text" * 9), "bytes where Nexus has"),
    ],
)
def test_contenders_that_do_other_work_are_not_compared(theirs, said):
    with pytest.raises(WrongAnswer, match=said):
        answers.check_alike(theirs, page())


def test_contenders_that_do_the_same_work_are_compared():
    answers.check_alike(page(), page())
