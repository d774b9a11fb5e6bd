"""Every page of the admin site: whom it opens for, what it costs, what it never does."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from foundation.models import Promise
from notifications.models import Channel, Delivery
from tests.curating import CANARY, QUEUE, queries_of, signed_in
from tests.factories.accounts import PASSWORD, CohortFactory, MembershipFactory, UserFactory
from tests.factories.learnings import (
    BriefFactory,
    ChallengeFactory,
    ImportRunFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    SourceFactory,
    TopicFactory,
)
from tests.factories.notifications import (
    AnnouncementFactory,
    NotificationFactory,
    SubscriptionFactory,
)

pytestmark = pytest.mark.django_db


def a_promise():
    now = timezone.now()
    number = Promise.objects.count()
    return Promise.objects.create(task="t", key=f"k:{number}", made_at=now, due_at=now)


def a_delivery():
    return Delivery.objects.create(notification=NotificationFactory(), channel=Channel.EMAIL)


def a_cohort():
    return MembershipFactory().cohort


def a_person():
    return MembershipFactory().user


def a_challenge():
    challenge = ChallengeFactory(published=True, topics=[TopicFactory()])
    SolutionFactory(challenge=challenge, published=True)
    return challenge


ROWS = {
    "learnings_learning": lambda: LearningFactory(in_review=True, topics=[TopicFactory()]),
    "learnings_challenge": a_challenge,
    "learnings_solution": lambda: SolutionFactory(in_review=True, topics=[TopicFactory()]),
    "learnings_topic": TopicFactory,
    "learnings_importrun": ImportRunFactory,
    "learnings_revision": RevisionFactory,
    "learnings_source": SourceFactory,
    "learnings_brief": BriefFactory,
    "accounts_user": a_person,
    "accounts_cohort": a_cohort,
    "notifications_announcement": AnnouncementFactory,
    "notifications_notification": NotificationFactory,
    "notifications_delivery": a_delivery,
    "notifications_subscription": SubscriptionFactory,
    "foundation_promise": a_promise,
}
ALL, LOOK, NOTHING = (200, 200, 200), (200, 403, 200), (403, 403, 403)  # list, add, change
OPEN_FOR = {
    "learnings_learning": {Role.ADMIN: ALL, Role.CURATOR: ALL},
    "learnings_challenge": {Role.ADMIN: ALL, Role.CURATOR: ALL},
    "learnings_solution": {Role.ADMIN: ALL, Role.CURATOR: ALL},
    "learnings_topic": {Role.ADMIN: ALL, Role.CURATOR: ALL},
    "learnings_importrun": {Role.ADMIN: LOOK, Role.CURATOR: LOOK},
    "learnings_revision": {Role.ADMIN: LOOK, Role.CURATOR: LOOK},
    "learnings_source": {Role.ADMIN: LOOK, Role.CURATOR: LOOK},
    "learnings_brief": {Role.ADMIN: ALL, Role.CURATOR: LOOK},
    "accounts_user": {Role.ADMIN: ALL, Role.CURATOR: LOOK},
    "accounts_cohort": {Role.ADMIN: ALL, Role.CURATOR: LOOK},
    "notifications_announcement": {Role.ADMIN: LOOK, Role.CURATOR: NOTHING},
    "notifications_notification": {Role.ADMIN: LOOK, Role.CURATOR: NOTHING},
    "notifications_delivery": {Role.ADMIN: LOOK, Role.CURATOR: NOTHING},
    "notifications_subscription": {Role.ADMIN: LOOK, Role.CURATOR: NOTHING},
    "foundation_promise": {Role.ADMIN: LOOK, Role.CURATOR: NOTHING},
}


def addresses(model, row):
    return (
        reverse(f"admin:{model}_changelist"),
        reverse(f"admin:{model}_add"),
        reverse(f"admin:{model}_change", args=(row.pk,)),
    )


def test_the_table_names_every_model_of_the_site():
    registered = {f"{m._meta.app_label}_{m._meta.model_name}" for m in admin.site._registry}

    assert registered == set(ROWS) == set(OPEN_FOR)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CURATOR])
@pytest.mark.parametrize("model", ROWS)
def test_a_page_opens_for_those_who_may_see_it(model, role):
    client = signed_in(UserFactory(role=role))

    answers = [client.get(address).status_code for address in addresses(model, ROWS[model]())]

    assert tuple(answers) == OPEN_FOR[model][role]


@pytest.mark.parametrize("model", ROWS)
def test_a_learner_is_led_to_the_log_in(model, learner):
    client = signed_in(learner)

    for address in (*addresses(model, ROWS[model]()), "/admin/", QUEUE):
        assert client.get(address)["Location"] == f"/admin/login/?next={address}"


@pytest.mark.parametrize("model", ROWS)
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model, admin_user):
    client = signed_in(admin_user)
    address = reverse(f"admin:{model}_changelist")
    ROWS[model]()
    for_one = queries_of(client, address)

    for _ in range(19):
        ROWS[model]()

    assert queries_of(client, address) == for_one


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CURATOR])
def test_the_overview_counts_and_leads_on(role):
    LearningFactory.create_batch(2, in_review=True)
    LearningFactory(published=True, published_at=timezone.now())
    LearningFactory(published=True)  # long ago
    ImportRunFactory(status="FAILED", error="Not UTF-8.")

    page = signed_in(UserFactory(role=role)).get("/admin/")

    figures = {figure["label"]: figure["number"] for figure in page.context["figures"]}
    assert figures == {
        "Waiting for review": 2,
        "Published this week": 1,
        "Failed imports this week": 1,
        "Deliveries owed": 0,
    }


def test_the_sidebar_begins_with_the_queue_and_its_number(curator):
    LearningFactory.create_batch(3, in_review=True)

    first, *_others = signed_in(curator).get("/admin/").context["sidebar_navigation"]

    assert (first["items"][0]["title"], first["items"][0]["badge"]) == ("Review queue", 3)


def test_people_log_in_with_their_address_in_any_case(curator):
    page = Client().post("/admin/login/", {"username": curator.email.upper(), "password": PASSWORD})

    assert page["Location"] == "/admin/"


def test_a_learner_with_the_right_password_is_told_what_a_stranger_is_told(learner):
    def attempt(email):
        page = Client().post("/admin/login/", {"username": email, "password": PASSWORD})
        return page.context["form"].errors["__all__"]

    told = "No curator or admin has this address and password."
    assert attempt(learner.email) == attempt("nobody@example.org") == [told]


def test_guessing_passwords_is_limited_over_both_doors(curator, api, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "log-in": (10, 60)}
    wrong = {"email": curator.email, "password": "wrong"}
    for _ in range(5):
        assert api().post("/api/v1/auth/token/", wrong).status_code == 401
        Client().post("/admin/login/", {"username": curator.email, "password": "wrong"})

    page = Client().post("/admin/login/", {"username": curator.email, "password": PASSWORD})

    told = "Too many attempts. Wait a while, then try again."
    assert page.context["form"].errors["__all__"] == [told]


def test_an_inactive_curator_does_not_get_in(curator):
    client = signed_in(curator)
    assert client.get(QUEUE).status_code == 200

    curator.is_active = False
    curator.save()

    assert client.get(QUEUE).status_code == 302


def test_what_people_write_never_becomes_part_of_a_page(admin_user):
    author = UserFactory(display_name=CANARY)
    topic = TopicFactory(name=CANARY)
    texts = {"author": author, "topics": [topic], "source_document": CANARY, "in_review": True}
    challenge = ChallengeFactory(title=CANARY, problem=CANARY, **texts)
    ChallengeFactory(
        title=CANARY, author=author, rejected=True, review_reason=CANARY, published_at=None
    )
    solution = SolutionFactory(challenge=challenge, body=CANARY, **texts)
    learning = LearningFactory(title=CANARY, body=CANARY, kind="CONCEPT", **texts)
    AnnouncementFactory(text=CANARY)
    cohort = CohortFactory(name=CANARY)
    run = ImportRunFactory(
        author=author,
        document=CANARY,
        status="FAILED",
        error=CANARY,
        report={"findings": [{"code": CANARY, "line": 1, "why": CANARY, "mend": CANARY}]},
        entries=[{"type": CANARY, "id": 1, "action": CANARY}],
    )
    client = signed_in(admin_user)
    rows = {
        "learnings_challenge": challenge,
        "learnings_solution": solution,
        "learnings_learning": learning,
        "learnings_topic": topic,
        "learnings_importrun": run,
        "accounts_user": author,
        "accounts_cohort": cohort,
    }
    pages = ["/admin/", QUEUE, reverse("admin:notifications_announcement_changelist")]
    for model, row in rows.items():
        listed, _add, change = addresses(model, row)
        pages += [listed, change]

    for address in pages:
        page = client.get(address).content.decode()
        assert "canary" in page, address
        assert CANARY not in page, address


NOT_COMPARABLE = [
    "%00",
    "a%00b",
    "%ED%A0%80",
    "9" * 20,
    str(2**63),
    "1," + "9" * 30,
    "-" + "9" * 25,
]


@pytest.mark.parametrize("value", NOT_COMPARABLE)
@pytest.mark.parametrize(
    "address",
    [
        "accounts/user/?track=", "accounts/user/?q=", "accounts/user/?id__exact=",
        "learnings/challenge/?topics__id__exact=", "learnings/challenge/?author__id__exact=",
        "learnings/challenge/?status__exact=", "learnings/learning/?kind=", "learnings/topic/?q=",
        "learnings/topic/?is_proposed__exact=", "learnings/challenge/?author=",
        "learnings/challenge/?topics=", "learnings/challenge/?p=", "review/?author=",
        "review/?page=",
    ],
)  # fmt: skip
def test_no_filter_breaks_a_page(admin_user, address, value):
    browser = signed_in(admin_user)

    answer = browser.get(f"/admin/{address}{value}", follow=True)

    assert answer.status_code in {200, 404}


def test_a_long_number_can_be_searched_for(admin_user):
    answer = signed_in(admin_user).get("/admin/learnings/topic/", {"q": "9" * 30})
    assert answer.status_code == 200
