"""The state of a reader that every request needs."""

import pytest

from accounts.models import Role
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
