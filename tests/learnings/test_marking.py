"""Votes and bookmarks: one of each per person and entry, and counts that are right."""

import pytest

from foundation import doorbell
from learnings.marking import OwnEntry, bookmark, unbookmark, unvote, vote
from learnings.models import Bookmark, Vote
from tests.factories.accounts import UserFactory
from tests.factories.learnings import ChallengeFactory, LearningFactory, SolutionFactory
from tests.together import together

FACTORIES = [LearningFactory, ChallengeFactory, SolutionFactory]


def votes_of(entry) -> int:
    entry.refresh_from_db()
    assert entry.votes.count() == entry.votes_count
    return entry.votes_count


@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES)
class TestVoting:
    def test_a_vote_counts_once(self, factory, learner, other_learner):
        entry = factory(published=True)

        for person in (learner, learner, other_learner):
            vote(entry, by=person)

        assert votes_of(entry) == 2

    def test_a_vote_is_no_edit(self, factory, learner):
        entry = factory(published=True)
        before = entry.updated_at

        vote(entry, by=learner)

        entry.refresh_from_db()
        assert entry.updated_at == before

    def test_a_vote_taken_back_counts_no_more(self, factory, learner, other_learner):
        entry = factory(published=True)
        vote(entry, by=learner)
        vote(entry, by=other_learner)

        for _ in range(2):
            unvote(entry, by=learner)

        assert votes_of(entry) == 1

    def test_a_vote_for_ones_own_entry_is_refused(self, factory):
        entry = factory(published=True)

        with pytest.raises(OwnEntry):
            vote(entry, by=entry.author)

        assert votes_of(entry) == 0

    def test_a_bookmark_is_kept_once_and_let_go(self, factory, learner, other_learner):
        entry = factory(published=True)

        for person in (learner, learner, other_learner):
            bookmark(entry, by=person)
        assert Bookmark.objects.count() == 2
        for _ in range(2):
            unbookmark(entry, by=learner)

        assert Bookmark.objects.get().user == other_learner


@pytest.mark.django_db
def test_marks_of_different_kinds_of_entries_are_apart(learner):
    # Rows of different tables often have the same number.
    challenge = ChallengeFactory(published=True)
    learning = LearningFactory(published=True, pk=challenge.pk)

    vote(learning, by=learner)

    assert votes_of(learning) == 1
    assert votes_of(challenge) == 0


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestTogether:
    @pytest.fixture(autouse=True)
    def _silence(self):
        doorbell.breaker.open()

    def test_votes_at_one_moment_are_counted_right(self):
        entry, same = LearningFactory(published=True), UserFactory()
        others = [UserFactory() for _ in range(4)]

        results = together(
            *[lambda: vote(entry, by=same)] * 4,
            *[lambda by=by: vote(entry, by=by) for by in others],
        )

        assert results == [None] * 8
        assert votes_of(entry) == 5

    def test_a_vote_taken_back_twice_at_one_moment_is_taken_once(self):
        entry, person = LearningFactory(published=True), UserFactory()
        vote(entry, by=person)

        assert together(*[lambda: unvote(entry, by=person)] * 4) == [None] * 4

        assert votes_of(entry) == 0
        assert not Vote.objects.exists()
