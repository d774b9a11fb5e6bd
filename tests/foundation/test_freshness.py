"""No writer can forget to bump: every kind of write ends the answers made from its rows."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, update_last_login
from django.db import transaction
from django.template import Context, Template

from accounts.models import Membership, Role, User
from foundation.caching import recall, remember
from learnings.models import Challenge, Learning, LearningKind, Solution, Topic, TopicAlias
from tests.factories.accounts import CohortFactory, UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SUBJECTS = ["topics", "learnings", "challenges", "solutions", "users", "readers"]


@pytest.fixture
def bumped(on_commit):
    """`bumped(write)` is the set of subjects whose answers end when `write` is committed."""

    def run(write, *others: str) -> set[str]:
        subjects = [*SUBJECTS, *others]
        for subject in subjects:
            remember(1, recollection=recall(subject, made_from=[subject]))
        with on_commit():
            write()
        return {each for each in subjects if not recall(each, made_from=[each]).hit}

    return run


class TestSingleRows:
    @pytest.mark.parametrize(
        ("factory", "ended"),
        [
            (TopicFactory, {"topics"}),
            (LearningFactory, {"learnings"}),
            (ChallengeFactory, {"challenges", "solutions"}),
            (SolutionFactory, {"challenges", "solutions"}),
        ],
    )
    def test_saving_and_deleting(self, bumped, factory, ended):
        row = factory()

        assert bumped(row.save) == ended
        assert bumped(row.delete) == ended

    def test_an_alias_is_part_of_its_topic(self, bumped):
        alias = TopicAlias(topic=TopicFactory(), name="DRF")

        assert bumped(alias.save) == {"topics"}
        assert bumped(alias.delete) == {"topics"}

    def test_a_user_ends_profiles_and_their_own_state(self, bumped, learner, other_learner):
        own, others = f"reader:{learner.pk}", f"reader:{other_learner.pk}"

        assert bumped(learner.save, own, others) == {"users", own}

    def test_a_log_in_ends_nothing(self, bumped, learner):
        assert bumped(lambda: update_last_login(None, learner), f"reader:{learner.pk}") == set()

    def test_a_membership_ends_profiles(self, bumped, learner):
        cohort = CohortFactory()

        assert bumped(lambda: Membership.objects.create(user=learner, cohort=cohort)) == {"users"}


class TestManyRows:
    @pytest.mark.parametrize(
        ("factory", "change", "ended"),
        [
            (TopicFactory, {"name": "Other"}, {"topics"}),
            (LearningFactory, {"title": "Other"}, {"learnings"}),
            (ChallengeFactory, {"title": "Other"}, {"challenges", "solutions"}),
            (SolutionFactory, {"body": "Other"}, {"challenges", "solutions"}),
            (UserFactory, {"bio": "Other"}, {"users", "readers"}),
        ],
    )
    def test_update_bulk_update_and_delete(self, bumped, factory, change, ended):
        row = factory()
        rows = type(row).objects.filter(pk=row.pk)

        assert bumped(lambda: rows.update(**change)) == ended
        assert bumped(lambda: rows.bulk_update([row], list(change))) == ended
        assert bumped(rows.delete) == ended
        assert not rows.exists()

    def test_bulk_create(self, bumped, learner):
        challenge = ChallengeFactory(published=True)

        def create(model, **fields):
            return lambda: model.objects.bulk_create([model(**fields)])

        learning = {"author": learner, "kind": LearningKind.GOAL, "title": "Other"}
        assert bumped(create(Learning, **learning)) == {"learnings"}
        assert bumped(create(Challenge, author=learner, title="Other")) == {
            "challenges",
            "solutions",
        }
        assert bumped(create(Solution, author=learner, challenge=challenge, body="Other")) == {
            "challenges",
            "solutions",
        }
        assert bumped(create(User, email="x@example.org", display_name="X")) == {
            "users",
            "readers",
        }

    def test_through_a_related_manager(self, bumped):
        solution = SolutionFactory()

        ended = bumped(lambda: solution.challenge.solutions.filter(accepted=False).update(body="B"))

        assert ended == {"challenges", "solutions"}

    def test_an_update_of_nothing_ends_nothing(self, bumped):
        assert bumped(lambda: Topic.objects.filter(pk=404).update(name="Other")) == set()

    def test_a_cascade_ends_what_went_with_the_row(self, bumped):
        author = SolutionFactory().author

        assert bumped(author.delete) >= {"solutions", "challenges", "users"}


class TestRelations:
    def test_topics_of_an_entry(self, bumped):
        challenge, topic = ChallengeFactory(), TopicFactory()

        for write in (
            lambda: challenge.topics.add(topic),
            lambda: challenge.topics.remove(topic),
            lambda: challenge.topics.set([topic]),
            challenge.topics.clear,
        ):
            assert bumped(write) == {"challenges", "solutions"}

    def test_entries_of_a_topic(self, bumped):
        challenge, topic = ChallengeFactory(), TopicFactory()

        assert bumped(lambda: topic.challenges.add(challenge)) == {"challenges", "solutions"}
        assert bumped(topic.challenges.clear) == {"challenges", "solutions"}

    def test_groups_of_a_user(self, bumped, learner):
        own = f"reader:{learner.pk}"

        assert bumped(lambda: learner.assign_role(Role.CURATOR), own) == {"users", own}

    def test_users_of_a_group(self, bumped, learner):
        curators = Group.objects.get(name=Role.CURATOR)

        assert bumped(lambda: curators.user_set.add(learner)) == {"users", "readers"}

    def test_a_group_that_goes_takes_its_role_along(self, bumped):
        assert bumped(Group.objects.get(name=Role.CURATOR).delete) == {"users", "readers"}


def test_what_is_rolled_back_ends_nothing(bumped):
    def write_in_vain() -> None:
        with transaction.atomic():
            TopicFactory()
            Topic.objects.update(name="Other")
            transaction.set_rollback(True)

    assert bumped(write_in_vain) == set()


def test_no_manager_deletes_a_whole_table():
    for model in (Topic, Learning, Challenge, Solution, User):
        assert not hasattr(model.objects, "delete")


def test_a_template_cannot_delete_what_it_shows():
    topic = TopicFactory()

    Template("{{ topics.delete }}{{ topics.update }}").render(
        Context({"topics": Topic.objects.all()})
    )

    assert Topic.objects.filter(pk=topic.pk).exists()
