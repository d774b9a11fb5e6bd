"""Topics, entries and imports for tests. `published=True` makes an entry that everybody reads."""

from datetime import UTC, datetime

import factory

from learnings.models import (
    Brief,
    Challenge,
    ImportConflict,
    ImportRun,
    Learning,
    LearningKind,
    Revision,
    Solution,
    Source,
    Status,
    Topic,
    TopicKind,
)
from tests.factories.accounts import CohortFactory, UserFactory

PUBLISHED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class TopicFactory(factory.django.DjangoModelFactory):
    """A technology."""

    class Meta:
        model = Topic

    name = factory.Sequence(lambda n: f"Topic {n}")
    kind = TopicKind.TECHNOLOGY


class EntryFactory(factory.django.DjangoModelFactory):
    """What the three kinds of entries share."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    class Params:
        published = factory.Trait(status=Status.PUBLISHED, published_at=PUBLISHED_AT)
        in_review = factory.Trait(status=Status.IN_REVIEW, submitted_at=PUBLISHED_AT)
        rejected = factory.Trait(status=Status.REJECTED, review_reason="Say what you tried.")
        retracted = factory.Trait(status=Status.RETRACTED)

    author = factory.SubFactory(UserFactory)

    @factory.post_generation
    def topics(self, create, extracted, **kwargs):
        if extracted:
            self.topics.set(extracted)


class LearningFactory(EntryFactory):
    """A concept, a draft by default."""

    class Meta:
        model = Learning

    kind = LearningKind.CONCEPT
    title = factory.Sequence(lambda n: f"Concept {n}")


class ChallengeFactory(EntryFactory):
    """A challenge, a draft by default."""

    class Meta:
        model = Challenge

    title = factory.Sequence(lambda n: f"Challenge {n}")
    problem = "It says *connection refused*."


class SolutionFactory(EntryFactory):
    """A solution of a published challenge, a draft by default."""

    class Meta:
        model = Solution

    challenge = factory.SubFactory(ChallengeFactory, published=True)
    body = "Start the server first."


class BriefFactory(factory.django.DjangoModelFactory):
    """A brief that asks for the standard, due in summer 2026."""

    class Meta:
        model = Brief

    cohort = factory.SubFactory(CohortFactory)
    title = "Learning log"
    deadline = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)


class ImportRunFactory(factory.django.DjangoModelFactory):
    """A queued import of a README without records."""

    class Meta:
        model = ImportRun

    author = factory.SubFactory(UserFactory)
    document = "README.md"
    content = b"# A README\n"


class SourceFactory(factory.django.DjangoModelFactory):
    """A repository that was not looked at yet."""

    class Meta:
        model = Source

    user = factory.SubFactory(UserFactory)
    url = factory.Sequence(lambda n: f"https://github.com/owner/repository{n}")


class RevisionFactory(factory.django.DjangoModelFactory):
    """An open proposal of another title, by the learning's author."""

    class Meta:
        model = Revision

    learning = factory.SubFactory(LearningFactory, published=True)
    changes = factory.LazyFunction(lambda: {"title": "Better"})
    proposed_by = factory.SelfAttribute("learning.author")


class ImportConflictFactory(factory.django.DjangoModelFactory):
    """A learning of the import's author, with another title in the README."""

    class Meta:
        model = ImportConflict

    import_run = factory.SubFactory(ImportRunFactory)
    learning = factory.SubFactory(
        LearningFactory, title="The hub's", author=factory.SelfAttribute("..import_run.author")
    )
    number = 1
    hub = factory.LazyFunction(lambda: {"title": "The hub's"})
    readme = factory.LazyFunction(lambda: {"title": "The README's"})
    readme_digest = "0" * 64
    first_line = last_line = 3
