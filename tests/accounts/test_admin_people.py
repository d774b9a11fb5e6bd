"""People in the admin site: who may change whom, and that it acts at once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import Cohort, Role, User
from accounts.readers import reader
from tests.curating import signed_in, told
from tests.factories.accounts import (
    PASSWORD,
    CohortFactory,
    MembershipFactory,
    PersonalTokenFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"
ADD = f"{USERS}add/"


@pytest.fixture
def superuser():
    return User.objects.create_superuser("root@example.org", PASSWORD)


def page_of(user):
    return reverse("admin:accounts_user_change", args=(user.pk,))


def form_of(user, **changes):
    """What a browser would send back for this user's page."""
    return {
        "email": user.email,
        "display_name": user.display_name,
        "track": user.track,
        "is_active": "on",
        "role": user.role,
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
        "personal_tokens-TOTAL_FORMS": 0,
        "personal_tokens-INITIAL_FORMS": 0,
        **changes,
    }


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_an_admin_creates_a_curator_with_a_first_password(admin_user):
    form = {
        "email": "New@Example.org", "display_name": "Nora New", "track": "BACKEND",
        "role": "CURATOR", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD,
    }  # fmt: skip

    signed_in(admin_user).post(ADD, form)

    made = User.objects.get(email="new@example.org")
    assert (made.role, made.check_password(PASSWORD)) == (Role.CURATOR, True)


def test_an_address_is_taken_in_any_case(admin_user, learner):
    form = {"email": learner.email.upper(), "display_name": "Twin", "track": "BACKEND"}

    answer = signed_in(admin_user).post(ADD, form | {"role": "LEARNER"})

    assert "User with this Email already exists." in answer.content.decode()


def test_a_new_role_acts_at_once(admin_user, learner):
    assert reader(learner.pk).role == Role.LEARNER
    assert signed_in(admin_user).post(page_of(learner), form_of(learner, role="CURATOR"))

    assert fresh(learner).role == Role.CURATOR


def test_deactivation_acts_at_once(admin_user, learner, api, on_commit):
    client = api(learner)
    assert client.get("/api/v1/me/").status_code == 200

    with on_commit():
        signed_in(admin_user).post(
            USERS, {"action": "deactivate", "_selected_action": [learner.pk]}
        )

    assert client.get("/api/v1/me/").status_code == 401


def test_a_reset_password_ends_every_session(admin_user, learner, api, on_commit):
    client = api(learner)
    assert client.get("/api/v1/me/").status_code == 200
    new = {"password1": "a new and longer secret", "password2": "a new and longer secret"}

    with on_commit():
        signed_in(admin_user).post(f"{USERS}{learner.pk}/password/", new)

    assert fresh(learner).check_password("a new and longer secret")
    assert client.get("/api/v1/me/").status_code == 401


def test_a_curators_own_new_password_ends_their_other_sessions(curator, api, on_commit):
    client, browser = api(curator), signed_in(curator)
    assert client.get("/api/v1/me/").status_code == 200
    new = "a new and longer secret"

    with on_commit():
        browser.post(
            "/admin/password_change/",
            {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
        )

    assert fresh(curator).check_password(new)
    assert client.get("/api/v1/me/").status_code == 401
    assert browser.get("/admin/").status_code == 200  # this one goes on


def test_who_gets_no_password_any_more_has_no_session_either(admin_user, learner, api, on_commit):
    client = api(learner)
    assert client.get("/api/v1/me/").status_code == 200

    with on_commit():
        signed_in(admin_user).post(
            f"{USERS}{learner.pk}/password/", {"usable_password": "false", "unset-password": "1"}
        )

    assert not fresh(learner).has_usable_password()
    assert client.get("/api/v1/me/").status_code == 401


def test_nobody_changes_their_own_access(admin_user):
    right = Permission.objects.get(codename="publish_own")
    client = signed_in(admin_user)
    form = form_of(admin_user, role="LEARNER", user_permissions=[right.pk], is_superuser="on")
    del form["is_active"]  # as an empty box is sent

    client.post(page_of(admin_user), form | {"display_name": "Ada the Admin"})
    refused = client.post(USERS, {"action": "deactivate", "_selected_action": [admin_user.pk]})

    after = fresh(admin_user)
    assert after.display_name == "Ada the Admin"
    assert (after.role, after.is_active, after.is_superuser) == (Role.ADMIN, True, False)
    assert not after.user_permissions.exists()
    assert told(refused)[-1].endswith("stays as before: you cannot change this account.")


def test_an_admin_gives_the_right_to_publish_own_entries(admin_user, learner):
    right = Permission.objects.get(codename="publish_own")

    signed_in(admin_user).post(page_of(learner), form_of(learner, user_permissions=[right.pk]))

    assert fresh(learner).has_perm("learnings.publish_own")


def test_no_other_right_can_be_given_beside_the_role(admin_user, learner):
    right = Permission.objects.get(codename="change_user")

    signed_in(admin_user).post(page_of(learner), form_of(learner, user_permissions=[right.pk]))

    assert not fresh(learner).user_permissions.exists()


def test_an_admin_cannot_become_a_superuser_by_way_of_one(admin_user, learner, superuser):
    client = signed_in(admin_user)

    client.post(page_of(learner), form_of(learner, is_superuser="on"))
    changed = client.post(page_of(superuser), form_of(superuser, email="mine@example.org"))
    new = {"password1": "a new and longer secret", "password2": "a new and longer secret"}
    reset = client.post(f"{USERS}{superuser.pk}/password/", new)

    assert (changed.status_code, reset.status_code) == (403, 403)
    assert not fresh(learner).is_superuser
    assert fresh(superuser).check_password(PASSWORD)


def test_a_superuser_makes_another(superuser, learner):
    signed_in(superuser).post(page_of(learner), form_of(learner, is_superuser="on"))

    assert fresh(learner).is_superuser


def test_a_curator_looks_and_changes_nothing(curator, learner):
    client = signed_in(curator)

    page = client.get(page_of(learner)).content.decode()
    answers = [
        client.post(page_of(learner), form_of(learner, role="ADMIN")),
        client.post(ADD, {}),
        client.get(f"{USERS}{learner.pk}/password/"),
    ]
    client.post(USERS, {"action": "deactivate", "_selected_action": [learner.pk]})

    assert learner.email in page
    assert "md5" not in page  # nothing about the password, not even how it is kept
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (fresh(learner).role, fresh(learner).is_active) == (Role.LEARNER, True)


def test_people_are_never_deleted_here(superuser, learner):
    answer = signed_in(superuser).post(f"{USERS}{learner.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 403
    assert User.objects.filter(pk=learner.pk).exists()


@pytest.mark.parametrize("role", Role)
def test_people_are_filtered_by_role(admin_user, curator, learner, superuser, role):
    people = {
        Role.ADMIN: {admin_user, superuser}, Role.CURATOR: {curator}, Role.LEARNER: {learner},
    }  # fmt: skip

    page = signed_in(admin_user).get(USERS, {"role": role.value})

    assert set(page.context["cl"].result_list) == people[role]


def test_a_cohort_is_made_with_its_members(admin_user, learner):
    form = {
        "name": "Spring", "slug": "spring", "starts_on": "2026-01-12", "ends_on": "2026-06-30",
        "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": learner.pk,
    }  # fmt: skip

    signed_in(admin_user).post(reverse("admin:accounts_cohort_add"), form)

    assert list(Cohort.objects.get().members.all()) == [learner]


def test_a_cohort_cannot_end_before_it_starts(admin_user):
    cohort = CohortFactory(name="Spring")
    membership = MembershipFactory(cohort=cohort, user=UserFactory())
    form = {
        "name": "Spring", "slug": cohort.slug, "starts_on": "2026-06-30", "ends_on": "2026-01-12",
        "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
    }  # fmt: skip

    page = signed_in(admin_user).post(
        reverse("admin:accounts_cohort_change", args=(cohort.pk,)), form
    )

    assert page.status_code == 200
    cohort.refresh_from_db()
    assert cohort.ends_on >= cohort.starts_on
    assert cohort.memberships.get() == membership


def test_an_admin_sees_somebodys_tokens_and_ends_one(admin_user, learner, on_commit):
    kept, ended = (PersonalTokenFactory(user=learner, name=name) for name in ("Kept", "Ended"))
    client = signed_in(admin_user)
    shown = client.get(page_of(learner)).content.decode()
    assert "Kept" in shown
    assert kept.digest not in shown
    assert reader(learner.pk).personal_tokens == {kept.pk, ended.pk}

    form = form_of(learner, **{
        "personal_tokens-TOTAL_FORMS": 2,
        "personal_tokens-INITIAL_FORMS": 2,
        "personal_tokens-0-id": ended.pk,
        "personal_tokens-0-user": learner.pk,
        "personal_tokens-0-DELETE": "on",
        "personal_tokens-1-id": kept.pk,
        "personal_tokens-1-user": learner.pk,
    })  # fmt: skip
    with on_commit():
        answer = client.post(page_of(learner), form)

    assert answer.status_code == 302
    assert reader(learner.pk).personal_tokens == {kept.pk}


def test_a_curator_sees_nobodys_tokens(curator, learner):
    PersonalTokenFactory(user=learner, name="Nightly import")

    assert "Nightly import" not in signed_in(curator).get(page_of(learner)).content.decode()


def test_a_new_address_is_not_verified(admin_user, learner):
    User.objects.filter(pk=learner.pk).update(email_verified_at=timezone.now())

    signed_in(admin_user).post(page_of(learner), form_of(learner, bio="Hi"))
    assert fresh(learner).email_verified_at

    signed_in(admin_user).post(page_of(learner), form_of(learner, email="new@example.org"))
    assert fresh(learner).email == "new@example.org"
    assert fresh(learner).email_verified_at is None


def test_nobody_becomes_the_nameless_author_that_somebody_left(admin_user, learner):
    learner.is_active, learner.left_at = False, timezone.now()
    learner.save()
    browser = signed_in(admin_user)

    browser.post(page_of(learner), form_of(learner, email="new@example.org"))
    browser.post(USERS, {"action": "activate", "_selected_action": [learner.pk]})

    assert fresh(learner).email == learner.email
    assert not fresh(learner).is_active
