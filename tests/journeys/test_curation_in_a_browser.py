"""A curator works through the review queue, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from learnings.models import Status
from notifications.models import Announcement, Event
from tests.factories.accounts import PASSWORD
from tests.factories.learnings import ChallengeFactory, LearningFactory, SolutionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def log_in(page, user):
    page.goto("/admin/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def status(entry):
    entry.refresh_from_db()
    return entry.status


def titles(client):
    return {row["title"] for row in client.get("/api/v1/challenges/").json()["results"]}


def test_a_curator_publishes_two_entries_and_sends_one_back(
    page, curator, learner, other_learner, api
):
    first = ChallengeFactory(in_review=True, author=learner, title="Port 5432 refuses")
    second = ChallengeFactory(in_review=True, author=learner, title="The worker forgets tasks")
    third = LearningFactory(in_review=True, author=learner, title="Something")
    reader = api(other_learner)
    assert titles(reader) == set()

    log_in(page, curator)
    page.get_by_role("link", name="Review queue 3").click()
    page.get_by_label("Tick Port 5432 refuses").check()
    page.get_by_label("Tick The worker forgets tasks").check()
    page.get_by_role("button", name="Publish", exact=False).first.click()
    expect(page.get_by_text("2 entries published.")).to_be_visible()

    page.get_by_label("Tick Something").check()
    page.get_by_role("button", name="Reject…").click()
    page.get_by_label("What is to be mended?").fill("Say what it was.")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("1 entry rejected.")).to_be_visible()
    expect(page.get_by_text("All done.")).to_be_visible()

    assert [status(first), status(second)] == [Status.PUBLISHED, Status.PUBLISHED]
    assert titles(reader) == {"Port 5432 refuses", "The worker forgets tasks"}
    assert (status(third), third.review_reason) == (Status.REJECTED, "Say what it was.")
    told = Announcement.objects.filter(recipients=[learner.pk]).values_list("event", flat=True)
    assert sorted(told) == [Event.ENTRY_PUBLISHED, Event.ENTRY_PUBLISHED, Event.ENTRY_REJECTED]


def test_a_curator_reads_an_entry_then_publishes_it_and_accepts_its_solution(
    page, curator, learner
):
    challenge = ChallengeFactory(
        in_review=True, author=learner, title="It is slow", problem="It asks *twice*."
    )
    log_in(page, curator)

    page.get_by_role("link", name=re.compile("Review queue")).click()
    page.get_by_role("link", name="It is slow").click()
    expect(page.locator("em", has_text="twice")).to_be_visible()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("1 entry published.")).to_be_visible()

    solution = SolutionFactory(challenge=challenge, published=True, body="Ask once.")
    page.reload()
    page.get_by_role("link", name="Accept").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("✓ accepted")).to_be_visible()

    assert status(challenge) == Status.PUBLISHED
    solution.refresh_from_db()
    assert solution.accepted


def test_what_somebody_wrote_runs_no_script(page, curator, learner):
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    ChallengeFactory(in_review=True, author=learner, title=attack, problem=attack)
    log_in(page, curator)

    page.get_by_role("link", name=re.compile("Review queue")).click()
    page.get_by_role("heading", name="onerror").get_by_role("link").click()
    expect(page.get_by_role("link", name="Publish")).to_be_visible()

    assert "owned" not in page.title().replace(attack, "")
