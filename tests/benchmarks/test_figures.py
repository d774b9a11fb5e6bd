import pytest

from benchmarks.goals import MET, MISSED, UNKNOWN, VOID, Goal, at, cases, heaviest, judge
from benchmarks.measuring import Figures
from benchmarks.slow_clients import percentile
from benchmarks.spread import Spread
from benchmarks.wrk import Load


def load(*, requests=100, seconds=2.0, failed=0, p99=5.0):
    return Load(requests, seconds, bytes=requests * 1000, failed=failed, p50=1.0, p99=p99)


def case(median, *, void=False):
    rate = {"median": median, "low": median, "high": median}
    return {"rate": rate, "p99": rate, "bytes": 1000, "failed": int(void), "void": void}


def test_one_slow_round_moves_the_spread_and_not_the_median():
    assert Spread.of([900.0, 1000.0, 20.0]) == Spread(median=900.0, low=20.0, high=1000.0)


def test_a_spread_needs_samples():
    with pytest.raises(ValueError, match="no samples"):
        Spread.of([])


def test_rounds_become_one_figure_with_what_each_answer_weighs():
    seen = Figures([load(requests=100), load(requests=300), load(requests=200)]).as_json()

    assert seen["rate"] == {"median": 100.0, "low": 50.0, "high": 150.0}
    assert (seen["requests"], seen["bytes"], seen["void"]) == (600, 1000, False)


@pytest.mark.parametrize("bad", [load(failed=1), load(requests=0)])
def test_a_single_failed_request_or_an_idle_round_makes_a_figure_void(bad):
    assert Figures([load(), bad]).as_json()["void"] is True


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentiles_are_samples_that_were_seen(share, expected):
    assert percentile(list(range(100, 0, -1)), share) == expected


@pytest.mark.parametrize(
    ("reached", "bounds", "word"),
    [
        (1.3, {"at_least": 1.3}, MET),
        (1.29, {"at_least": 1.3}, MISSED),
        (100, {"at_most": 100}, MET),
        (101, {"at_most": 100}, MISSED),
        (None, {"at_most": 100}, UNKNOWN),
    ],
)
def test_a_goal_is_met_at_its_bound_and_missed_beyond(reached, bounds, word):
    (verdict,) = judge({}, [Goal("list", lambda _: reached, "×", **bounds)])

    assert verdict.word == word


def test_a_ratio_compares_medians_of_one_run():
    results = {"cases": {"hits/nexus": case(3000), "hits/bare": case(2000)}}

    assert cases("hits/nexus", "hits/bare")(results) == 1.5


@pytest.mark.parametrize("known", [{}, {"hits/nexus": case(3000)}, {"hits/bare": case(2000)}])
def test_nothing_is_claimed_of_a_case_that_was_not_measured(known):
    assert cases("hits/nexus", "hits/bare")({"cases": known}) is None


@pytest.mark.parametrize("void", ["hits/nexus", "hits/bare"])
def test_a_goal_about_a_void_case_is_void_and_not_unmeasured(void):
    known = {name: case(1000, void=name == void) for name in ("hits/nexus", "hits/bare")}
    goal = Goal("list", cases("hits/nexus", "hits/bare"), "×", at_least=1)

    (verdict,) = judge({"cases": known}, [goal])

    assert (verdict.reached, verdict.met, verdict.word) == (None, None, VOID)


def test_a_goal_can_be_about_any_number_in_the_results():
    results = {"start": {"again": {"median": 2.5}}}

    assert at("start", "again", "median")(results) == 2.5
    assert at("start", "first")(results) is None
    assert at("start", "again")(results) is None


def test_the_heaviest_worker_of_nexus_counts_and_nobody_elses():
    results = {"memory": {"nexus": {"pss": 70}, "nexus-none": {"pss": 90}, "stock": {"pss": 200}}}

    assert heaviest(results) == 90
    assert heaviest({}) is None
