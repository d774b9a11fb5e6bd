"""People and content to look around with, for `NEXUS_DEMO=1` only.

Four accounts with a known password, and the READMEs of `demo/` on the way a real one takes:
imported, submitted, reviewed. Everything is made in one transaction the first time and never
touched again, so what a visitor changes stays changed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import Cohort, Membership, Role, Track, User
from foundation import doorbell
from foundation.errors import NexusError
from foundation.models import Promise
from learnings import marking, publishing
from learnings.importing import runs
from learnings.models import Brief, Challenge, Entry, ImportStatus, Learning, Solution, Topic
from nexus.settings.environment import ROOT
from notifications.delivery import deliver
from notifications.models import Announcement, Delivery, Subscription

FOLDER: Final = ROOT / "demo"
PASSWORD: Final = "nexus-demo-2026"  # noqa: S105 - made to be known; production refuses demo data

STARTED: Final = timedelta(days=45)  # the demo cohort has been at it for this long
DUE_IN: Final = timedelta(days=10)  # until the deadline of its brief
PACE: Final = timedelta(hours=6)  # between two publications
UNSOLVED: Final = 9  # of so many published challenges one still waits for a solution that works
WAITING: Final = 2  # learnings, and challenges with their solutions, that stay in the queue
FOLLOWED: Final = ("django", "caching")  # slugs of topics


class DemoRefused(NexusError):
    """Demo data was asked for where it is not switched on."""

    code = "demo_refused"


class DemoBroken(NexusError):
    """A README of the demo could not be imported."""

    code = "demo_broken"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody to log in as."""

    email: str
    display_name: str
    role: Role
    track: Track


LEARNER: Final = Account("learner@nexus.demo", "Lindiwe Learner", Role.LEARNER, Track.BACKEND)
FRONTEND: Final = Account("frontend@nexus.demo", "Farid Frontend", Role.LEARNER, Track.FRONTEND)
CURATOR: Final = Account("curator@nexus.demo", "Chidi Curator", Role.CURATOR, Track.FULLSTACK)
ADMIN: Final = Account("admin@nexus.demo", "Ada Admin", Role.ADMIN, Track.FULLSTACK)
ACCOUNTS: Final = (LEARNER, FRONTEND, CURATOR, ADMIN)


def set_up(*, at: datetime, folder: Path = FOLDER) -> bool:
    """Make the demo unless it was made before; returns whether it was made now.

    Raises:
        DemoRefused: `NEXUS_DEMO` is not set.
        DemoBroken: a README of `folder` was not importable; nothing is made then.
    """
    if not settings.DEMO:
        raise DemoRefused("Demo accounts have known passwords: set NEXUS_DEMO=1 to allow them.")
    if User.objects.filter(email__in=[account.email for account in ACCOUNTS]).exists():
        return False
    # Nobody is rung: all that the demo promises is done here.
    with doorbell.muffled(), transaction.atomic():
        _make(at=at, folder=folder)
    return True


def _make(*, at: datetime, folder: Path) -> None:
    people = {account: _person(account, at - STARTED) for account in ACCOUNTS}
    learners = [people[LEARNER], people[FRONTEND]]
    _ask(_form_cohort(learners, at - STARTED), at)
    _follow(learners)
    _import_documents(folder, learners, at - STARTED)
    _review(learners, by=people[CURATOR], at=at)
    _vote(learners, people[CURATOR])
    _tell(learners, by=people[CURATOR], at=at)


def _person(account: Account, at: datetime) -> User:
    return User.objects.create_user(
        account.email,
        PASSWORD,
        role=account.role,
        display_name=account.display_name,
        track=account.track,
        joined_at=at,
    )


def _form_cohort(members: list[User], at: datetime) -> Cohort:
    starts_on = at.date()
    cohort = Cohort.objects.create(
        name=f"Demo cohort {starts_on.year}",
        slug=f"demo-{starts_on.year}",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=180),
    )
    for member in members:
        Membership.objects.create(cohort=cohort, user=member, joined_at=at)
    return cohort


def _ask(cohort: Cohort, at: datetime) -> None:
    """Give the cohort a brief that differs a little from the standard."""
    Brief.objects.create(
        cohort=cohort,
        title="Learning log, second part",
        deadline=at + DUE_IN,
        rubric={"sections": {"challenges": {"minimum": 5}}},
    )


def _follow(followers: list[User]) -> None:
    for follower in followers:
        for topic in Topic.objects.filter(slug__in=FOLLOWED):
            Subscription.objects.create(user=follower, subject=topic.subject)


def _import_documents(folder: Path, authors: list[User], at: datetime) -> None:
    """Import every Markdown file of the folder, by the authors in turn."""
    for number, file in enumerate(sorted(folder.glob("*.md"))):
        run = runs.start(
            author=authors[number % len(authors)],
            document=file.name,
            content=file.read_bytes(),
            at=at + timedelta(hours=number),
        )
        runs.work(run.pk, promised_as=f"import:{run.pk}")
        run.refresh_from_db()
        if run.status != ImportStatus.DONE:
            raise DemoBroken(f"{file.name}: {run.error}")


def _review(authors: list[User], *, by: User, at: datetime) -> None:
    """Submit all drafts; publish most, send one back, leave the rest to the visitor."""
    learnings = list(Learning.objects.filter(author__in=authors).order_by("pk"))
    challenges = list(Challenge.objects.filter(author__in=authors).order_by("pk"))
    queued = [*learnings[-WAITING:], *challenges[-WAITING:]]
    rejected = learnings[-WAITING - 1]
    published = [*learnings[: -WAITING - 1], *challenges[:-WAITING]]
    for entry, when in _paced(published, at):
        _publish(entry, by=by, at=when)
    for solution in Solution.objects.filter(author__in=authors).order_by("pk"):
        challenge = solution.challenge
        if challenge.published_at:
            _publish(solution, by=by, at=challenge.published_at + PACE / 2)
            if challenge.pk % UNSOLVED:
                publishing.accept(solution, by=challenge.author, at=challenge.published_at + PACE)
            else:
                publishing.unaccept(solution, by=challenge.author)
        else:
            queued.append(solution)
    for entry in (rejected, *queued):
        type(entry)._default_manager.filter(pk=entry.pk).update(created_at=at - 3 * PACE)
    publishing.submit(rejected, by=rejected.author, at=at - 2 * PACE)
    reason = "Say in a sentence or two when you would use it, and when you would not."
    publishing.reject(rejected, by=by, reason=reason, at=at - PACE)
    for entry in queued:
        publishing.submit(entry, by=entry.author, at=at)


def _paced(entries: list[Entry], at: datetime) -> Iterator[tuple[Entry, datetime]]:
    """Spread entries evenly over the demo's past, in an order that mixes documents."""
    mixed = random.Random(PASSWORD).sample(entries, len(entries))  # noqa: S311 - hides nothing
    step = (STARTED - 4 * PACE) / len(mixed)
    for number, entry in enumerate(mixed, start=1):
        yield entry, at - STARTED + 2 * PACE + number * step


def _publish(entry: Entry, *, by: User, at: datetime) -> None:
    # As if it had been imported a while before.
    type(entry)._default_manager.filter(pk=entry.pk).update(created_at=at - 2 * PACE)
    publishing.submit(entry, by=entry.author, at=at - PACE)
    publishing.publish(entry, by=by, at=at)


def _vote(authors: list[User], curator: User) -> None:
    """Let people vote, some entries being more helpful than others."""
    voters = [*authors, curator]
    for model in (Learning, Challenge, Solution):
        published = model.objects.published().filter(author__in=authors).order_by("pk")
        for number, entry in enumerate(published):
            for voter in voters[: number % (len(voters) + 1)]:
                if voter.pk != entry.author_id:
                    marking.vote(entry, by=voter)


def _tell(authors: list[User], *, by: User, at: datetime) -> None:
    """Deliver what the demo announced, so that a first visitor does not wait behind hundreds.

    In the app only: nobody reads the mail of demo accounts.
    """
    announcements = Announcement.objects.filter(
        Q(actor__in=[*authors, by]) | Q(notifications=None, actor=None)
    )
    keys = []
    for announcement in announcements.order_by("pk"):
        deliver(announcement.pk)
        keys.append(f"deliver:{announcement.pk}")
    unsent = Delivery.objects.filter(notification__user__in=[*authors, by], sent_at=None)
    keys.extend(f"email:{delivery.pk}" for delivery in unsent)
    unsent.update(sent_at=at)
    Promise.objects.filter(key__in=keys, kept_at=None).update(kept_at=at)
