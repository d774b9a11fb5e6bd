"""People for tests."""

from datetime import date, timedelta

import factory
from django.utils import timezone

from accounts.models import Cohort, Membership, PersonalToken, Role, User

PASSWORD = "correct horse battery staple"


class UserFactory(factory.django.DjangoModelFactory):
    """A learner who can log in with `PASSWORD`. `role=` gives another role."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    display_name = factory.Sequence(lambda n: f"Person {n}")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class, *args, role=Role.LEARNER, **kwargs):
        return model_class.objects.create_user(*args, role=role, **kwargs)


class CohortFactory(factory.django.DjangoModelFactory):
    """A cohort of the year 2026."""

    class Meta:
        model = Cohort

    name = factory.Sequence(lambda n: f"Cohort {n}")
    slug = factory.Sequence(lambda n: f"cohort-{n}")
    starts_on = date(2026, 1, 12)
    ends_on = date(2026, 11, 27)


class MembershipFactory(factory.django.DjangoModelFactory):
    """A learner's place in a cohort."""

    class Meta:
        model = Membership

    cohort = factory.SubFactory(CohortFactory)
    user = factory.SubFactory(UserFactory)


class PersonalTokenFactory(factory.django.DjangoModelFactory):
    """A personal token that reads, for a day. Nobody knows its text: `make` gives one out."""

    class Meta:
        model = PersonalToken

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Script {n}")
    digest = factory.Sequence(lambda n: f"{n:064x}")
    scopes = factory.LazyFunction(lambda: ["read"])
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))
