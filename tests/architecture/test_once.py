"""What runs on one set-up only has nothing to learn from the other."""

from __future__ import annotations

import pytest

from tests import setups, spreading
from tests.architecture.sources import ROOT
from tests.spreading import LONG, WHATEVER_THE_HUB, WITHOUT_PARTS


def test_what_runs_once_has_no_database_cache_or_broker(request):
    items = [item for item in request.session.items if spreading.is_without_parts(item)]

    assert items  # at least this one
    assert [item.nodeid for item in items if spreading.has_parts(item)] == []


def test_a_test_with_a_database_is_noticed(request, monkeypatch):
    monkeypatch.setattr(request.node, "fixturenames", ["db"])

    assert spreading.has_parts(request.node)


@pytest.mark.parametrize("address", [*WITHOUT_PARTS, *WHATEVER_THE_HUB, *LONG])
def test_every_address_leads_to_tests(address):
    path, _, name = address.partition("::")

    assert (ROOT / path).exists()
    assert name.partition("[")[0] in (ROOT / path).read_text() if name else True


def test_marks_are_given_by_address_only(request):
    listed = (*WITHOUT_PARTS, *WHATEVER_THE_HUB)
    marked = [item.nodeid for item in request.session.items if item.get_closest_marker("once")]

    assert [each for each in marked if not each.startswith(listed)] == []


@pytest.mark.parametrize(
    ("first", "second", "code"), [(0, 5, 0), (5, 5, 5), (0, 1, 1), (1, 5, 1), (0, 0, 0)]
)
def test_that_nothing_is_left_for_the_second_set_up_is_no_failure(monkeypatch, first, second, code):
    services = setups.Setup("services", "all three", {}, ("-m", "not once"))
    monkeypatch.setattr(setups, "with_services", lambda _environ: services)
    monkeypatch.setattr(
        setups, "run", lambda setup, _arguments: second if setup is services else first
    )

    assert setups.main(["tests/architecture"]) == code
