"""Books that agree with their database, for tests that make them disagree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import Role
from benchmarks.load.ledger import Entry, Import, Ledger, PersonalToken
from benchmarks.load.reconciling import differences
from foundation.models import Promise
from learnings import marking, publishing
from learnings.importing import runs
from learnings.models import ImportRun
from notifications import delivery
from notifications.models import Announcement, Delivery, Subscription
from tests.factories.accounts import UserFactory
from tests.factories.learnings import ChallengeFactory, TopicFactory


@dataclass
class Books:
    """A ledger, what it is about, and the folder of e-mails."""

    ledger: Ledger
    mail: Path
    rows: SimpleNamespace

    def differences(self) -> list[str]:
        return differences(query, self.ledger, mail=self.mail)


def query(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def books(db, tmp_path) -> Books:
    """One challenge from draft to publication, with all that follows, one import, one token."""
    author, follower = UserFactory(), UserFactory()
    curators = [UserFactory(role=Role.CURATOR) for _ in range(2)]
    topic = TopicFactory()
    Subscription.objects.create(user=follower, subject=topic.subject)
    challenge = ChallengeFactory(author=author, topics=[topic])
    publishing.submit(challenge, by=author, at=timezone.now())
    publishing.publish(challenge, by=curators[0], at=timezone.now())
    challenge.refresh_from_db()
    marking.vote(challenge, by=follower)
    marking.bookmark(challenge, by=follower)
    run = an_import(author)
    token = author.personal_tokens.create(
        name="script", digest="0" * 64, scopes=["read"], expires_at=timezone.now()
    )
    deliver_everything(tmp_path)
    entry = Entry("challenge", challenge.pk, author.pk, challenge.title, "PUBLISHED", (topic.slug,))
    entry.was_submitted = entry.was_published = True
    ledger = Ledger(
        curators={curator.pk for curator in curators},
        followers={topic.slug: {follower.pk}},
        entries={("challenge", challenge.pk): entry},
        marks={
            (kind, follower.pk, "challenge", challenge.pk): True for kind in ("vote", "bookmark")
        },
        imports={run.pk: Import(run.pk, author.pk, run.document, entries=1)},
        tokens={token.pk: PersonalToken(token.pk, author.pk, "script", "nxp_")},
    )
    rows = SimpleNamespace(
        author=author, follower=follower, topic=topic, challenge=challenge, run=run, token=token
    )
    return Books(ledger, tmp_path, rows)


def an_import(author) -> ImportRun:
    run = runs.start(
        author=author,
        document="README.md",
        content=b"# Mine\n\n## Technologies\n\n- Redis\n",
        at=timezone.now(),
    )
    runs.work(run.pk, promised_as=f"import:{run.pk}")
    return run


def deliver_everything(folder: Path) -> None:
    """Do what workers do, and file the e-mails as production does without a mail server."""
    for announcement in Announcement.objects.all():
        delivery.deliver(announcement.pk)
    for each in Delivery.objects.all():
        delivery.send_email(each.pk)
    Promise.objects.update(kept_at=timezone.now())
    for number, message in enumerate(mail.outbox):
        (folder / f"{number}.log").write_text(message.message().as_string())
