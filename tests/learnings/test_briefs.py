"""Briefs: whom they concern, how they are read and edited, and the reminders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from foundation.models import ScheduleSlot
from learnings import briefing, tasks
from learnings.importing.judging import rubric_for
from learnings.importing.reviewing import STANDARD
from learnings.models import Brief
from notifications.models import Announcement, Delivery, Event, Notification
from tests.curating import signed_in
from tests.factories.accounts import CohortFactory, MembershipFactory, UserFactory
from tests.factories.learnings import ImportRunFactory

DEADLINE = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)
OPEN = {"findings": [{"code": "too_few", "line": 3, "why": "W.", "mend": "M."}]}
COHORTS = "/api/v1/cohorts/"


def before(**left) -> datetime:
    return DEADLINE - timedelta(**left)


@pytest.fixture
def cohort(learner):
    return MembershipFactory(user=learner).cohort


@pytest.fixture
def brief(cohort):
    return Brief.objects.create(cohort=cohort, title="Learning log", deadline=DEADLINE)


def imported(author, report=OPEN, **fields):
    return ImportRunFactory(author=author, status="DONE", report=report, **fields)


# -- whom a brief concerns


def test_the_next_brief_concerns_a_person_and_after_all_the_last(learner, brief):
    later = CohortFactory()
    MembershipFactory(user=learner, cohort=later)
    second = Brief.objects.create(
        cohort=later, title="Second", deadline=DEADLINE + timedelta(days=9)
    )

    assert briefing.brief_for(learner, at=before(days=1)) == brief
    assert briefing.brief_for(learner, at=DEADLINE + timedelta(days=1)) == second
    assert briefing.brief_for(learner, at=DEADLINE + timedelta(days=99)) == second


def test_nobody_elses_brief_concerns_a_person(other_learner, brief):
    assert briefing.brief_for(other_learner, at=before(days=1)) is None
    assert rubric_for(other_learner, at=before(days=1)) is STANDARD


def test_a_rubric_that_somebody_broke_in_the_database_leaves_the_standard(learner, brief, caplog):
    Brief.objects.update(rubric={"sections": 3})
    assert rubric_for(learner, at=before(days=1)) is STANDARD
    assert "not one" in caplog.text


# -- reminders


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (timedelta(days=7, seconds=1), None),
        (timedelta(days=7), 7),
        (timedelta(days=3, seconds=1), 7),
        (timedelta(days=3), 3),
        (timedelta(days=1, seconds=1), 3),
        (timedelta(days=1), 1),
        (timedelta(seconds=1), 1),
        (timedelta(), None),
        (timedelta(days=-1), None),
    ],
)
def test_each_reminder_is_due_until_the_next_one_is(left, due):
    brief = Brief(deadline=DEADLINE)
    assert briefing.days_due(brief, at=DEADLINE - left) == due


def test_open_findings_are_reminded_of_three_times_in_the_app_and_by_mail(
    learner, brief, work_off, mailoutbox
):
    run = imported(learner)
    for hours in range(10 * 24, -30, -1):
        briefing.remind(at=before(hours=hours))
    work_off()

    told = Notification.objects.filter(user=learner).order_by("created_at")
    assert [each.created_at for each in told] == [before(days=7), before(days=3), before(days=1)]
    assert {each.announcement.event for each in told} == {Event.BRIEF_REMINDER}
    assert told[0].announcement.text == (
        "Learning log is due in 7 days (30 June, 17:00 UTC), "
        "and one point is still open in your README's review"
    )
    assert "in 24 hours" in told[2].announcement.text
    assert told[0].announcement.target == f"/api/v1/imports/{run.pk}/"
    assert len(mailoutbox) == 3
    assert mailoutbox[0].to == [learner.email]


def test_a_beat_that_was_down_makes_up_for_the_last_reminder_only(learner, brief):
    assert briefing.remind(at=before(days=2)) == 1
    assert Announcement.objects.get().key == f"brief:{brief.pk}:{learner.pk}:3"
    assert "in 2 days" in Announcement.objects.get().text
    assert briefing.remind(at=before(days=2, hours=-1)) == 0


def test_nothing_imported_is_open_too(learner, brief):
    assert briefing.remind(at=before(days=6)) == 1
    announcement = Announcement.objects.get()
    assert announcement.text.endswith("and you have not imported your README yet")
    assert announcement.target == f"{COHORTS}{brief.cohort_id}/brief/"


def test_whoever_mended_everything_hears_nothing(learner, brief):
    at = before(days=6)
    imported(learner, created_at=at - timedelta(hours=2))
    imported(learner, {"findings": []}, created_at=at - timedelta(hours=1))
    assert briefing.remind(at=at) == 0


def test_an_import_that_failed_or_waits_hides_no_finding(learner, brief):
    at = before(days=6)
    imported(learner, created_at=at - timedelta(hours=3))
    ImportRunFactory(author=learner, status="FAILED", error="E", created_at=at)
    ImportRunFactory(author=learner, created_at=at)
    assert briefing.remind(at=at) == 1


def test_a_conflict_with_the_hub_is_no_finding_of_the_brief(learner, brief):
    imported(learner, {"findings": [{**OPEN["findings"][0], "code": "edited_on_the_hub"}]})
    assert briefing.remind(at=before(days=6)) == 0


def test_only_active_learners_of_the_cohort_are_reminded(learner, other_learner, curator, brief):
    gone = UserFactory(is_active=False)
    for person in (gone, curator, UserFactory(role=Role.ADMIN)):
        MembershipFactory(user=person, cohort=brief.cohort)
    imported(other_learner)

    assert briefing.remind(at=before(days=6)) == 1
    assert Announcement.objects.get().recipients == [learner.pk]


def test_whoever_is_deactivated_before_the_mail_goes_gets_none(
    learner, brief, work_off, mailoutbox
):
    briefing.remind(at=before(days=6))
    learner.is_active = False
    learner.save()
    work_off()
    assert not Delivery.objects.exists()
    assert mailoutbox == []


def test_a_hundred_learners_cost_as_many_questions_as_one(brief, django_assert_num_queries):
    def remind_again(number):
        with django_assert_num_queries(3):  # briefs, people, reminders sent
            assert briefing.remind(at=before(days=6, minutes=-number)) == 0

    briefing.remind(at=before(days=6))
    remind_again(1)
    for _ in range(20):
        MembershipFactory(cohort=brief.cohort)
    briefing.remind(at=before(days=6))
    remind_again(2)


def test_the_beat_reminds_once_an_hour(learner, cohort):
    now = timezone.now()
    Brief.objects.create(cohort=cohort, title="Log", deadline=now + timedelta(days=2))
    tasks.remind()
    tasks.remind()
    assert Announcement.objects.count() == 1
    assert ScheduleSlot.objects.filter(job="remind").count() == 1


# -- over HTTP


def test_cohorts_are_listed_with_their_active_members(api, learner, cohort):
    MembershipFactory(cohort=cohort)
    MembershipFactory(cohort=cohort, user=UserFactory(is_active=False))
    client = api(learner)

    first = client.get(COHORTS)
    (listed,) = first.json()["results"]
    assert listed == {
        "id": cohort.pk,
        "name": cohort.name,
        "slug": cohort.slug,
        "starts_on": "2026-01-12",
        "ends_on": "2026-11-27",
        "members_count": 2,
    }
    assert client.get(f"{COHORTS}{cohort.pk}/").json() == listed
    assert first["X-Cache"] == "MISS"
    assert client.get(COHORTS)["X-Cache"] == "HIT"


@pytest.mark.parametrize("change", ["rename", "join", "leave", "delete"])
def test_a_change_shows_on_the_next_read(api, learner, cohort, on_commit, change):
    client = api(learner)
    client.get(COHORTS)
    with on_commit():
        match change:
            case "rename":
                cohort.name = "Renamed"
                cohort.save()
            case "join":
                MembershipFactory(cohort=cohort)
            case "leave":
                cohort.memberships.get().delete()
            case "delete":
                cohort.delete()
    told = [(each["name"], each["members_count"]) for each in client.get(COHORTS).json()["results"]]
    assert (
        told
        == {
            "rename": [("Renamed", 1)],
            "join": [(cohort.name, 2)],
            "leave": [(cohort.name, 0)],
            "delete": [],
        }[change]
    )


def test_a_list_of_cohorts_costs_the_same_for_one_and_for_twenty(
    api, learner, cohort, django_assert_max_num_queries
):
    client = api(learner)
    client.get(COHORTS)  # the reader's state is remembered from here on
    with django_assert_max_num_queries(1):
        assert len(client.get(f"{COHORTS}?page_size=50").json()["results"]) == 1
    CohortFactory.create_batch(20)
    with django_assert_max_num_queries(1):
        assert len(client.get(f"{COHORTS}?page_size=60").json()["results"]) == 21


def test_a_brief_is_read_with_its_whole_rubric(api, learner, brief):
    Brief.objects.update(
        rubric={"sections": {"challenges": {"minimum": 5}}, "checks": {"mojibake": False}}
    )
    told = api(learner).get(f"{COHORTS}{brief.cohort_id}/brief/").json()
    assert (told["cohort"], told["title"]) == (brief.cohort_id, "Learning log")
    assert told["deadline_at"] == "2026-06-30T17:00:00Z"
    asked = {section["code"]: section["minimum"] for section in told["rubric"]["sections"]}
    assert asked == {"technologies": 3, "concepts": 3, "challenges": 5, "practices": 3}
    assert "placeholder" in told["rubric"]["checks"]
    assert "mojibake" not in told["rubric"]["checks"]


def test_a_cohort_without_a_brief_answers_as_if_there_were_none(api, learner, cohort):
    client = api(learner)
    assert client.get(f"{COHORTS}{cohort.pk}/brief/").json()["code"] == "not_found"
    assert client.get(f"{COHORTS}999999/brief/").status_code == 404
    assert client.get(f"{COHORTS}999999/").status_code == 404
    assert client.get(f"{COHORTS}?colour=red").status_code == 400
    assert client.post(COHORTS, {"name": "N"}).status_code == 405


# -- in the admin site


def form(cohort, rubric):
    return {
        "cohort": cohort.pk,
        "title": "Log",
        "deadline_0": "2026-06-30",
        "deadline_1": "17:00",
        "rubric": rubric,
    }


@pytest.mark.parametrize("rubric", ["{}", "", '{"sections": {"challenges": {"minimum": 5}}}'])
def test_an_admin_writes_a_brief(admin_user, cohort, rubric):
    page = reverse("admin:learnings_brief_add")
    answer = signed_in(admin_user).post(page, form(cohort, rubric))
    assert answer.status_code == 302, answer.context["errors"]
    assert Brief.objects.get().title == "Log"
    listed = signed_in(admin_user).get(reverse("admin:learnings_brief_changelist"))
    assert "Challenges and solutions" in listed.content.decode()


@pytest.mark.parametrize(
    ("rubric", "told"),
    [
        ('{"sections": {"challenges": {"minimum": "many"}}}', "sections.challenges.minimum"),
        ('{"checks": {"spelling": true}}', "spelling"),
        ("[1]", "the rubric"),
        ("{", "JSON"),
    ],
)
def test_a_rubric_that_is_none_is_refused_with_the_place(admin_user, cohort, rubric, told):
    page = reverse("admin:learnings_brief_add")
    answer = signed_in(admin_user).post(page, form(cohort, rubric))
    assert answer.status_code == 200
    assert told in str(answer.context["adminform"].form.errors["rubric"])
    assert not Brief.objects.exists()


def test_curators_read_briefs_and_do_not_write_them(curator, brief):
    client = signed_in(curator)
    page = reverse("admin:learnings_brief_change", args=(brief.pk,))
    assert client.get(page).status_code == 200
    assert client.post(page, form(brief.cohort, "{}")).status_code == 403
