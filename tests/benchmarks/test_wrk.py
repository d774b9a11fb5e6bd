import pytest

from benchmarks import wrk
from benchmarks.wrk import LoadFailed, Request

REPORT = """Running 2s test @ http://127.0.0.1:8000/list
  1 threads and 16 connections
Requests/sec:   5776.11
RESULT {"requests": 11552, "microseconds": 2000000, "bytes": 258741, "failed": 3, "p50": 2100, "p99": 10500}
"""  # noqa: E501


def test_the_report_of_a_run_is_read_in_seconds_and_milliseconds():
    load = wrk.parse(REPORT.splitlines())

    assert (load.rate, load.failed, load.p50, load.p99) == (5776.0, 3, 2.1, 10.5)


def test_a_run_without_a_report_is_an_error_that_says_what_was_written():
    with pytest.raises(LoadFailed, match="unable to connect"):
        wrk.parse(["unable to connect to 127.0.0.1:8000"])


def test_a_plain_get_costs_the_load_nothing_to_make():
    script = wrk.script(Request("/list", headers={"Authorization": "Bearer a"}), salt="")

    assert "request = function" not in script
    assert 'wrk.headers["Authorization"] = "Bearer a"' in script


def test_each_body_has_a_number_of_its_own_and_quotes_are_escaped():
    script = wrk.script(
        Request("/entries", method="POST", body='{"title": "Slow, {n}"}'), salt="7-"
    )

    assert r'"{\"title\": \"Slow, " .. "7-" .. n .. "\"}"' in script


def test_requests_take_turns_where_one_follows_another():
    read = Request("/list")
    script = wrk.script(Request("/entries", method="POST", body="{}", then=read), salt="")

    assert script.index('"POST", "/entries"') < script.index('"GET", "/list"')
    assert "n % #turns" in script


def test_entity_tags_reach_the_load_with_their_quotes():
    script = wrk.script(Request("/", headers={"If-None-Match": '"abc"'}), salt="")

    assert r'wrk.headers["If-None-Match"] = "\"abc\""' in script
