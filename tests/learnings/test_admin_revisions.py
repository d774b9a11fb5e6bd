"""Revisions and conflicts in the admin: what a curator sees of them, and decides."""

from __future__ import annotations

import pytest
from django.urls import reverse

from learnings.admin.comparing import compare
from learnings.models import Challenge
from tests.curating import CANARY, QUEUE, queries_of, signed_in, told
from tests.factories.learnings import (
    ChallengeFactory,
    ImportConflictFactory,
    ImportRunFactory,
    LearningFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db


def page_of(revision):
    return reverse("admin:learnings_revision_change", args=(revision.pk,))


def step(revision, name):
    return reverse(f"admin:learnings_revision_{name}", args=(revision.pk,))


def a_conflict(**fields):
    challenge = ChallengeFactory(title="It hangs")
    return ImportConflictFactory(
        learning=None,
        challenge=challenge,
        import_run__author=challenge.author,
        hub={"title": "It hangs", "problem": "On Mondays"},
        readme={"title": "It hangs", "problem": f"On Fridays {CANARY}"},
        **fields,
    )


def conflict_address(conflict):
    args = (conflict.import_run_id, conflict.number)
    return reverse("admin:learnings_importrun_resolve", args=args)


def test_what_is_published_stands_beside_what_is_proposed(curator):
    learning = LearningFactory(published=True, title="Use a cache", body="Old words stay.")
    changes = {"title": "Use a cache", "body": f"New words stay. {CANARY}"}
    revision = RevisionFactory(learning=learning, changes=changes)

    html = signed_in(curator).get(page_of(revision)).content.decode()

    assert "<del>Old</del> words stay." in html
    assert "<ins>New</ins> words stay." in html
    assert CANARY not in html
    assert 'aria-label="Title"' not in html  # it does not differ


def test_a_curator_approves_with_a_button(curator):
    revision = RevisionFactory()
    client = signed_in(curator)
    assert step(revision, "approve") in client.get(page_of(revision)).content.decode()

    client.post(step(revision, "approve"), {"_form_submitted": "1"})

    revision.refresh_from_db()
    assert (revision.status, revision.learning.title) == ("APPROVED", "Better")
    assert step(revision, "approve") not in client.get(page_of(revision)).content.decode()


def test_a_curator_rejects_with_a_reason(curator):
    revision = RevisionFactory()
    client = signed_in(curator)
    client.post(step(revision, "reject"), {"_form_submitted": "1", "reason": ""})
    revision.refresh_from_db()
    assert revision.status == "PROPOSED"

    client.post(step(revision, "reject"), {"_form_submitted": "1", "reason": "Say why."})

    revision.refresh_from_db()
    assert (revision.status, revision.reason) == ("REJECTED", "Say why.")


def test_nobody_is_offered_their_own(curator):
    revision = RevisionFactory(learning__author=curator)
    html = signed_in(curator).get(page_of(revision)).content.decode()
    assert step(revision, "approve") not in html
    assert step(revision, "reject") not in html


def test_the_queue_leads_to_what_is_proposed(curator):
    client = signed_in(curator)
    assert "of published entries" not in client.get(QUEUE).content.decode()
    RevisionFactory()
    html = client.get(QUEUE).content.decode()
    address = f"{reverse('admin:learnings_revision_changelist')}?status__exact=PROPOSED"
    assert address in html
    assert "1 proposed change of published entries" in html
    assert client.get(address).status_code == 200


def test_both_texts_of_a_conflict_stand_in_the_report(curator):
    conflict = a_conflict()
    page = reverse("admin:learnings_importrun_change", args=(conflict.import_run_id,))

    html = signed_in(curator).get(page).content.decode()

    assert "On <del>Mondays</del>" in html
    assert "<ins>Fridays" in html
    assert CANARY not in html
    assert f'action="{conflict_address(conflict)}"' in html


@pytest.mark.parametrize(("keep", "problem"), [("HUB", "On Mondays"), ("README", "On Fridays")])
def test_a_curator_decides_a_conflict_once(curator, keep, problem):
    conflict = a_conflict()
    Challenge.objects.update(problem="On Mondays")
    client = signed_in(curator)

    client.post(conflict_address(conflict), {"keep": keep})
    again = client.post(conflict_address(conflict), {"keep": "README"})

    conflict.refresh_from_db()
    assert conflict.keep == keep
    assert conflict.challenge.problem.startswith(problem)
    assert "Not decided." in told(again)[-1]


def test_a_conflict_is_decided_by_a_post_with_a_word_that_means_something(curator, learner):
    address = conflict_address(a_conflict())
    assert signed_in(curator).get(address).status_code == 405
    assert signed_in(curator).post(address, {"keep": "BOTH"}).status_code == 400
    assert signed_in(curator).post(f"{address[:-2]}9/", {"keep": "HUB"}).status_code == 404
    assert signed_in(learner).post(address, {"keep": "HUB"}).status_code == 302  # to the log-in


def test_a_report_with_many_conflicts_costs_as_much_as_one_with_one(curator):
    client = signed_in(curator)
    one, many = ImportConflictFactory(), ImportRunFactory()
    for number in range(1, 21):
        ImportConflictFactory(import_run=many, number=number)
    address = "admin:learnings_importrun_change"
    assert queries_of(client, reverse(address, args=(many.pk,))) == queries_of(
        client, reverse(address, args=(one.import_run_id,))
    )


def test_a_very_long_text_is_compared_without_marks():
    (difference,) = compare({"body": "a b " * 5000}, {"body": "b a " * 5000})
    assert [len(pieces) for pieces in difference[1:]] == [1, 1]
