"""An entry's life: who may take which step, from where, and who hears of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Role, User
from foundation import doorbell
from foundation.errors import Conflict, Missing, NexusError
from learnings import publishing
from learnings.models import Challenge, Learning, Solution, Status
from notifications.delivery import deliver
from notifications.models import Announcement, Notification, Subscription
from tests.factories.accounts import UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)
from tests.together import together

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
DRAFT, IN_REVIEW, PUBLISHED, REJECTED, RETRACTED = Status.values
FACTORIES = [LearningFactory, ChallengeFactory, SolutionFactory]
GONE = "GONE"

STEPS = {
    "submit": lambda entry, by: publishing.submit(entry, by=by, at=NOON),
    "publish": lambda entry, by: publishing.publish(entry, by=by, at=NOON),
    "reject": lambda entry, by: publishing.reject(entry, by=by, reason="Say more.", at=NOON),
    "retract": lambda entry, by: publishing.retract(entry, by=by, at=NOON),
    "discard": lambda entry, by: publishing.discard(entry, by=by),
    "revise": lambda entry, by: publishing.revise(entry, by=by, changes={}, at=NOON),
}

# (step, actor) → the states it is allowed from, with the state it leads to.
# Whoever is missing is refused whatever the state.
ALLOWED = {
    ("submit", "author"): {DRAFT: IN_REVIEW, REJECTED: IN_REVIEW},
    ("submit", "trusted author"): {DRAFT: IN_REVIEW, REJECTED: IN_REVIEW},
    ("submit", "curator as author"): {DRAFT: IN_REVIEW, REJECTED: IN_REVIEW},
    ("publish", "curator"): {IN_REVIEW: PUBLISHED},
    ("publish", "admin"): {IN_REVIEW: PUBLISHED},
    ("publish", "trusted author"): {DRAFT: PUBLISHED, IN_REVIEW: PUBLISHED},
    ("reject", "curator"): {IN_REVIEW: REJECTED},
    ("reject", "admin"): {IN_REVIEW: REJECTED},
    **{
        ("retract", actor): {IN_REVIEW: RETRACTED, PUBLISHED: RETRACTED}
        for actor in ("author", "trusted author", "curator as author", "curator", "admin")
    },
    **{
        ("discard", actor): {DRAFT: GONE, REJECTED: GONE, RETRACTED: GONE}
        for actor in ("author", "trusted author", "curator as author", "curator", "admin")
    },
    **{
        ("revise", actor): {DRAFT: DRAFT, REJECTED: REJECTED}
        for actor in ("author", "trusted author")
    },
    **{
        ("revise", actor): {status: status for status in Status.values}
        for actor in ("curator as author", "curator", "admin")
    },
}
ACTORS = [
    *("author", "trusted author", "curator as author", "curator", "admin"),
    *("stranger", "trusted stranger", "deactivated curator"),
]
REFUSALS = {
    "submit": ("not_yours", "not_submittable"),
    "publish": ("not_a_curator", "not_publishable"),
    "reject": ("not_a_curator", "not_rejectable"),
    "retract": ("not_yours", "not_retractable"),
    "discard": ("not_yours", "not_discardable"),
    "revise": ("not_yours", "not_editable"),
}


def entry_in(status: str, factory=LearningFactory, **fields):
    extra = {
        PUBLISHED: {"published_at": NOON},
        REJECTED: {"review_reason": "Too short."},
        IN_REVIEW: {"submitted_at": NOON},
    }
    return factory(status=status, **extra.get(status, {}), **fields)


def trust(user: User) -> User:
    user.user_permissions.add(Permission.objects.get(codename="publish_own"))
    return User.objects.get(pk=user.pk)  # permissions are remembered by the instance


def promoted(user: User) -> User:
    user.assign_role(Role.CURATOR)
    return user


def actor_of(entry, kind: str) -> User:
    return {
        "author": lambda: entry.author,
        "trusted author": lambda: trust(entry.author),
        "curator as author": lambda: promoted(entry.author),
        "curator": lambda: UserFactory(role=Role.CURATOR),
        "admin": lambda: UserFactory(role=Role.ADMIN),
        "stranger": UserFactory,
        "trusted stranger": lambda: trust(UserFactory()),
        "deactivated curator": lambda: UserFactory(role=Role.CURATOR, is_active=False),
    }[kind]()


def status_of(entry) -> str:
    row = type(entry).objects.filter(pk=entry.pk).first()
    return row.status if row else GONE


def announced() -> dict[str, Announcement]:
    return {row.event: row for row in Announcement.objects.all()}


@pytest.mark.django_db
@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("kind", ACTORS)
@pytest.mark.parametrize("step", STEPS)
def test_the_table_of_steps(step, kind, status):
    entry = entry_in(status)
    actor = actor_of(entry, kind)
    allowed = ALLOWED.get((step, kind))

    try:
        STEPS[step](entry, actor)
        refusal = None
    except NexusError as error:
        refusal = error.code

    if allowed is not None and status in allowed:
        assert (refusal, status_of(entry)) == (None, allowed[status])
    else:
        wrong_actor, wrong_state = REFUSALS[step]
        assert refusal == (wrong_state if allowed is not None else wrong_actor)
        assert status_of(entry) == status
        assert announced() == {}


@pytest.mark.django_db
class TestAudience:
    def test_curators_hear_of_a_submission(self, learner):
        entry = LearningFactory(author=learner, title="DRF")

        publishing.submit(entry, by=learner, at=NOON)

        said = announced()["ENTRY_SUBMITTED"]
        assert said.text == "Lena Learner submitted DRF"
        assert said.to_curators
        assert (said.recipients, said.subjects, said.by_email) == ([], [], False)

    def test_the_author_and_those_who_follow_a_topic_hear_of_a_publication(self, learner, curator):
        topics = [TopicFactory(), TopicFactory()]
        entry = entry_in(IN_REVIEW, ChallengeFactory, author=learner, topics=topics)

        publishing.publish(entry, by=curator, at=NOON)

        said = announced()
        assert set(said) == {"ENTRY_PUBLISHED", "TOPIC_ENTRY"}
        assert said["ENTRY_PUBLISHED"].recipients == [learner.pk]
        assert said["ENTRY_PUBLISHED"].by_email
        assert said["TOPIC_ENTRY"].subjects == sorted(topic.subject for topic in topics)
        assert {row.target for row in said.values()} == {f"/api/v1/challenges/{entry.pk}/"}

    def test_the_challenges_author_and_followers_hear_of_a_solution(self, curator):
        entry = entry_in(IN_REVIEW, SolutionFactory)

        publishing.publish(entry, by=curator, at=NOON)

        said = announced()["SOLUTION_ADDED"]
        assert said.recipients == [entry.challenge.author_id]
        assert said.subjects == [f"challenge:{entry.challenge_id}"]
        assert said.actor == entry.author

    def test_the_author_hears_why_an_entry_comes_back(self, learner, curator):
        entry = entry_in(IN_REVIEW, author=learner, title="DRF")

        publishing.reject(entry, by=curator, reason="  Say what you tried. ", at=NOON)

        said = announced()["ENTRY_REJECTED"]
        assert said.recipients == [learner.pk]
        assert said.text == "Sent back: DRF. Say what you tried."
        assert Learning.objects.get().review_reason == "Say what you tried."

    def test_the_solver_hears_of_an_acceptance(self):
        solution = entry_in(PUBLISHED, SolutionFactory)
        asker = solution.challenge.author

        publishing.accept(solution, by=asker, at=NOON)

        said = announced()["SOLUTION_ACCEPTED"]
        assert said.recipients == [solution.author_id]
        assert said.subjects == [f"challenge:{solution.challenge_id}"]
        assert said.actor == asker

    def test_a_publication_reaches_each_follower_once(self, learner, curator, work_off):
        topics = [TopicFactory(), TopicFactory()]
        follower = UserFactory()
        for topic in topics:
            Subscription.objects.create(user=follower, subject=topic.subject)
        entry = entry_in(IN_REVIEW, author=learner, topics=topics)

        publishing.publish(entry, by=curator, at=NOON)
        work_off()
        for told in Announcement.objects.all():
            deliver(told.pk)
        work_off()

        assert list(Notification.objects.order_by("user").values_list("user", flat=True)) == [
            learner.pk,
            follower.pk,
        ]


@pytest.mark.django_db
class TestSteps:
    @pytest.mark.parametrize("factory", FACTORIES)
    def test_every_kind_of_entry_goes_all_the_way(self, factory, curator):
        entry = factory()

        publishing.submit(entry, by=entry.author, at=NOON)
        publishing.reject(entry, by=curator, reason="Say more.", at=NOON)
        publishing.submit(entry, by=entry.author, at=LATER)
        publishing.publish(entry, by=curator, at=LATER)
        publishing.retract(entry, by=entry.author, at=LATER)
        publishing.discard(entry, by=entry.author)

        assert status_of(entry) == GONE

    def test_publishing_twice_is_a_conflict_and_is_announced_once(self, curator):
        entry = entry_in(IN_REVIEW)
        publishing.publish(entry, by=curator, at=NOON)

        with pytest.raises(Conflict) as refused:
            publishing.publish(entry, by=curator, at=LATER)

        assert refused.value.code == "not_publishable"
        assert Announcement.objects.filter(event="ENTRY_PUBLISHED").count() == 1
        assert Learning.objects.get().published_at == NOON

    def test_the_state_that_counts_is_the_databases(self, curator):
        stale = entry_in(IN_REVIEW)
        Learning.objects.update(status=RETRACTED)

        with pytest.raises(publishing.NotPublishable):
            publishing.publish(stale, by=curator, at=NOON)

    def test_a_second_submission_clears_the_reason_and_is_announced_again(self, curator):
        entry = LearningFactory()
        publishing.submit(entry, by=entry.author, at=NOON)
        publishing.reject(entry, by=curator, reason="Say more.", at=NOON)

        publishing.submit(entry, by=entry.author, at=LATER)

        assert Learning.objects.get().review_reason == ""
        assert Announcement.objects.filter(event="ENTRY_SUBMITTED").count() == 2

    @pytest.mark.parametrize("reason", ["", "  \n "])
    def test_a_rejection_needs_a_reason(self, curator, reason):
        entry = entry_in(IN_REVIEW)

        with pytest.raises(publishing.ReasonMissing) as refused:
            publishing.reject(entry, by=curator, reason=reason, at=NOON)

        assert refused.value.pointer == "/reason"
        assert status_of(entry) == IN_REVIEW

    @pytest.mark.parametrize("status", [each for each in Status.values if each != PUBLISHED])
    def test_a_solution_is_not_published_before_its_challenge(self, curator, status):
        challenge = entry_in(status, ChallengeFactory)
        entry = entry_in(IN_REVIEW, SolutionFactory, challenge=challenge)

        with pytest.raises(publishing.ChallengeNotPublished):
            publishing.publish(entry, by=curator, at=NOON)
        with pytest.raises(publishing.ChallengeNotPublished):
            publishing.require_open(challenge)

    def test_a_revision_renders_the_text_and_sets_the_topics(self):
        entry, topic = LearningFactory(), TopicFactory()

        changes = {"body": "*so*", "topics": [topic]}

        publishing.revise(entry, by=entry.author, changes=changes, at=LATER)

        assert changes == {"body": "*so*", "topics": [topic]}, "the caller's own is left alone"
        entry.refresh_from_db()
        assert "<em>so</em>" in entry.body_html
        assert entry.updated_at == LATER
        assert list(entry.topics.all()) == [topic]


@pytest.mark.django_db
class TestAccepting:
    def test_accepting_another_replaces_the_first(self):
        first = entry_in(PUBLISHED, SolutionFactory)
        second = entry_in(PUBLISHED, SolutionFactory, challenge=first.challenge)
        asker = first.challenge.author

        publishing.accept(first, by=asker, at=NOON)
        publishing.accept(second, by=asker, at=NOON)

        assert list(Solution.objects.filter(accepted=True)) == [second]

    def test_accepting_twice_is_announced_once(self):
        solution = entry_in(PUBLISHED, SolutionFactory)

        for at in (NOON, LATER):
            publishing.accept(solution, by=solution.challenge.author, at=at)

        assert Announcement.objects.count() == 1

    def test_an_acceptance_can_be_taken_back(self, curator):
        solution = entry_in(PUBLISHED, SolutionFactory)
        publishing.accept(solution, by=curator, at=NOON)

        for _ in range(2):
            publishing.unaccept(solution, by=solution.challenge.author)

        assert not Solution.objects.get().accepted

    def test_a_solvers_own_word_is_not_enough(self):
        solution = entry_in(PUBLISHED, SolutionFactory)

        with pytest.raises(publishing.NotYours):
            publishing.accept(solution, by=solution.author, at=NOON)
        with pytest.raises(publishing.NotYours):
            publishing.unaccept(solution, by=solution.author)

    @pytest.mark.parametrize("status", [each for each in Status.values if each != PUBLISHED])
    def test_only_what_is_published_is_accepted(self, curator, status):
        solution = entry_in(status, SolutionFactory)
        hidden = entry_in(PUBLISHED, SolutionFactory, challenge=entry_in(status, ChallengeFactory))

        for each in (solution, hidden):
            with pytest.raises(publishing.NotAcceptable):
                publishing.accept(each, by=curator, at=NOON)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestTogether:
    @pytest.fixture(autouse=True)
    def _silence(self):
        doorbell.breaker.open()

    def test_of_solutions_accepted_at_one_moment_one_stays(self):
        challenge = ChallengeFactory(published=True)
        solutions = [entry_in(PUBLISHED, SolutionFactory, challenge=challenge) for _ in range(6)]

        results = together(
            *[
                lambda each=each: publishing.accept(each, by=challenge.author, at=NOON)
                for each in solutions
            ]
        )

        assert all(isinstance(result, Solution) for result in results), results
        assert Solution.objects.filter(accepted=True).count() == 1

    def test_two_curators_publish_an_entry_once(self):
        entry = entry_in(IN_REVIEW, ChallengeFactory)
        curators = [UserFactory(role=Role.CURATOR) for _ in range(4)]

        results = together(
            *[
                lambda by=by, n=n: publishing.publish(
                    entry, by=by, at=NOON + timedelta(microseconds=n)
                )
                for n, by in enumerate(curators)
            ]
        )

        assert sorted(type(result).__name__ for result in results) == [
            Challenge.__name__,
            *["NotPublishable"] * 3,
        ]
        assert Announcement.objects.filter(event="ENTRY_PUBLISHED").count() == 1


def test_a_step_with_an_entry_that_was_deleted_meanwhile_is_refused(curator):
    entry = ChallengeFactory(in_review=True)
    type(entry).objects.filter(pk=entry.pk).delete()
    with pytest.raises(Missing):
        publishing.publish(entry, by=curator, at=NOON)


@pytest.mark.django_db
def test_a_challenge_that_others_solved_is_not_deleted_with_their_work(learner, other_learner):
    challenge = ChallengeFactory(author=learner, retracted=True)
    own = SolutionFactory(challenge=challenge, author=learner)
    theirs = SolutionFactory(challenge=challenge, author=other_learner, published=True)

    with pytest.raises(publishing.NotDiscardable):
        publishing.discard(challenge, by=learner)
    assert status_of(theirs) == PUBLISHED

    theirs.delete()
    publishing.discard(challenge, by=learner)
    assert status_of(own) == GONE
