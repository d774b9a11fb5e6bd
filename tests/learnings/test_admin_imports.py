"""Import runs in the admin site: a report that a person can read."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.curating import queries_of, signed_in
from tests.factories.learnings import ChallengeFactory, ImportRunFactory

pytestmark = pytest.mark.django_db


def report(entries):
    finding = {"code": "no_solution", "line": 12, "why": "It has none.", "mend": "Add one."}
    return {
        "status": "DONE",
        "report": {
            "created": 2, "updated": 0, "unchanged": 5, "gone": 0, "conflicts": 0,
            "findings": [finding],
        },
        "entries": [
            {"type": "challenge", "id": pk, "action": "created", "first_line": 3, "last_line": 9}
            for pk in entries
        ],
    }  # fmt: skip


def page_of(run):
    return reverse("admin:learnings_importrun_change", args=(run.pk,))


def test_a_report_is_shown_with_numbers_findings_and_links(curator):
    challenge = ChallengeFactory(title="Port 5432 refuses")
    run = ImportRunFactory(**report([challenge.pk, 999]))

    page = signed_in(curator).get(page_of(run))

    assert dict(page.context["counts"])["unchanged"] == 5
    html = page.content.decode()
    assert all(text in html for text in ("It has none.", "Add one.", "no_solution", "3–9"))
    here = reverse("admin:learnings_challenge_change", args=(challenge.pk,))
    assert f'<a class="nx-link" href="{here}">Port 5432 refuses</a>' in html
    assert "/challenge/999/" not in html  # it was deleted meanwhile


def test_a_failed_import_says_why(curator):
    run = ImportRunFactory(status="FAILED", error="It is not UTF-8.")

    assert "It is not UTF-8." in signed_in(curator).get(page_of(run)).content.decode()


def test_a_long_report_costs_as_much_as_a_short_one(curator):
    client = signed_in(curator)
    short = ImportRunFactory(**report([ChallengeFactory().pk]))
    long = ImportRunFactory(**report([entry.pk for entry in ChallengeFactory.create_batch(20)]))

    assert queries_of(client, page_of(long)) == queries_of(client, page_of(short))


def test_the_list_tells_each_report_in_a_line(curator):
    ImportRunFactory(**report([]))

    page = signed_in(curator).get(reverse("admin:learnings_importrun_changelist"))

    assert "2 created, 5 unchanged, 1 finding" in page.content.decode()
