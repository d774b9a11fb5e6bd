"""The state of a reader that every request needs."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, update_last_login
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from accounts import tokens
from accounts.models import Role, User
from accounts.readers import FIELDS, reader


@pytest.mark.parametrize("role", Role)
def test_a_remembered_reader_is_the_person_in_the_database(
    learner, role, django_assert_num_queries, on_commit
):
    with on_commit():
        learner.assign_role(role)
    reader(learner.pk)

    with django_assert_num_queries(0):
        remembered = reader(learner.pk).user()

        assert {name: getattr(remembered, name) for name in FIELDS} == {
            name: getattr(learner, name) for name in FIELDS
        }
        assert remembered.role == role
        assert remembered.is_superuser is False
        assert remembered.curates is (role != Role.LEARNER)


def test_a_superuser_stays_one(learner, on_commit):
    with on_commit():
        learner.is_superuser = True
        learner.save()

    assert reader(learner.pk).user().is_superuser is True


def test_nobody_has_no_state(db):
    assert reader(404) is None


@pytest.fixture
def after(on_commit):
    """`after(user, write)` is the state that is remembered once `write` is committed."""

    def run(user, write):
        reader(user.pk)
        with on_commit():
            write()
        return reader(user.pk)

    return run


def test_a_deactivation_acts_at_once(learner, after):
    def deactivate():
        learner.is_active = False
        learner.save()

    assert after(learner, deactivate).fields["is_active"] is False


def test_a_deactivation_of_many_acts_at_once(learner, after):
    state = after(learner, lambda: User.objects.update(is_active=False))

    assert state.fields["is_active"] is False


def test_a_deletion_acts_at_once(learner, other_learner, after):
    assert after(learner, learner.delete) is None
    assert after(other_learner, lambda: User.objects.filter(pk=other_learner.pk).delete()) is None


def test_a_new_role_acts_at_once(learner, after):
    assert after(learner, lambda: learner.assign_role(Role.CURATOR)).role == Role.CURATOR


def test_a_role_given_from_the_groups_side_acts_at_once(learner, after):
    admins = Group.objects.get(name=Role.ADMIN)

    assert after(learner, lambda: admins.user_set.add(learner)).role == Role.ADMIN


def test_a_log_out_acts_at_once_and_on_its_own_family_only(learner, after):
    kept, ended = (tokens.start_family(learner, at=timezone.now()) for _ in range(2))

    state = after(learner, lambda: tokens.end_family(ended.refresh, at=timezone.now()))

    claims = [AccessToken(pair.access) for pair in (kept, ended)]
    assert [state.accepts(epoch=it["epoch"], family=it["family"]) for it in claims] == [True, False]


def test_a_new_token_epoch_acts_at_once(learner, after):
    state = after(learner, learner.revoke_tokens)

    assert not state.accepts(epoch=0, family="any")
    assert state.accepts(epoch=1, family="any")


def test_what_happens_to_others_costs_no_query(
    learner, other_learner, on_commit, django_assert_num_queries
):
    reader(learner.pk)
    with on_commit():
        other_learner.is_active = False
        other_learner.save()

    with django_assert_num_queries(0):
        reader(learner.pk)


def test_a_log_in_costs_no_query_afterwards(learner, on_commit, django_assert_num_queries):
    reader(learner.pk)
    with on_commit():
        update_last_login(None, learner)

    with django_assert_num_queries(0):
        reader(learner.pk)


def test_a_log_out_older_than_an_access_token_is_not_carried_around(learner):
    pair = tokens.start_family(learner, at=timezone.now())
    tokens.end_family(pair.refresh, at=timezone.now() - timedelta(minutes=17))

    assert reader(learner.pk).revoked_families == frozenset()


def test_a_log_out_is_carried_as_long_as_the_leeway_lets_its_tokens_live(learner):
    limits = settings.SIMPLE_JWT
    longest = limits["ACCESS_TOKEN_LIFETIME"] + timedelta(seconds=limits.get("LEEWAY", 0))
    pair = tokens.start_family(learner, at=timezone.now())
    tokens.end_family(pair.refresh, at=timezone.now() - longest + timedelta(seconds=1))

    assert len(reader(learner.pk).revoked_families) == 1
