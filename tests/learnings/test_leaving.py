"""Leaving: what is public stays without a name, everything else goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts import tokens
from accounts.leaving import LastAdmin
from accounts.models import Membership, PersonalToken, Role, TokenFamily, User
from foundation.models import KeptAnswer, Promise
from learnings import following, marking, publishing, revising, tasks
from learnings.importing import runs
from learnings.leaving import clear_up, leave
from learnings.models import (
    Bookmark,
    Challenge,
    ImportRun,
    Learning,
    Revision,
    Solution,
    Source,
    Status,
    Vote,
)
from notifications.models import (
    Announcement,
    Delivery,
    EmailPreference,
    Notification,
    Subscription,
)
from tests.curating import signed_in
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    ImportRunFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    SourceFactory,
)
from tests.factories.notifications import NotificationFactory
from tests.together import together

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ME = "/api/v1/me/"


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def furnished(learner, other_learner):
    """Lena, with one of everything that a person can have."""
    learner.bio, learner.github_url = "Lena from Berlin", "https://github.com/lena"
    learner.track = "FRONTEND"
    learner.save()
    MembershipFactory(user=learner)
    for status in ("in_review", "rejected", "retracted"):
        LearningFactory(author=learner, **{status: True})
    LearningFactory(author=learner)
    for model in (Vote, Bookmark):
        model.objects.create(user=learner, learning=LearningFactory(published=True))
    ImportRunFactory(author=learner, content=b"# Lena's README")
    SourceFactory(user=learner)
    Subscription.objects.create(user=learner, subject="topic:1")
    NotificationFactory(user=learner)
    EmailPreference.objects.create(user=learner, muted=["ENTRY_PUBLISHED"])
    PersonalToken.objects.create(
        user=learner, name="laptop", digest="d", expires_at=NOON + timedelta(days=9999)
    )
    KeptAnswer.objects.create(user=learner, key="k", fingerprint="f", made_at=NOON)
    return learner


OWNED = (
    Membership, Vote, Bookmark, ImportRun, Source, Subscription, Notification, Delivery,
    EmailPreference, PersonalToken, KeptAnswer, TokenFamily,
)  # fmt: skip


def test_somebody_who_published_nothing_is_deleted_wholly(api, furnished):
    answer = api(furnished).delete(ME)

    assert answer.status_code == 204
    assert not User.objects.filter(pk=furnished.pk).exists()
    assert {model.__name__ for model in OWNED if model.objects.exists()} == set()
    assert not Learning.objects.exclude(status=Status.PUBLISHED).exists()


def test_what_was_published_stays_by_nobody_in_particular(api, furnished):
    kept = ChallengeFactory(
        author=furnished,
        published=True,
        title="It hangs",
        source_document="README.md",
        source_repository="lena/log",
        source_commit="abc",
        source_first_line=1,
        source_last_line=2,
        source_digest="d",
        votes_count=3,
        updated_at=NOON,
    )
    before = kept.revision

    assert api(furnished).delete(ME).status_code == 204

    kept.refresh_from_db()
    assert (kept.status, kept.title, kept.votes_count) == (Status.PUBLISHED, "It hangs", 3)
    assert (kept.updated_at, kept.revision) == (NOON, before)
    shown = api(UserFactory()).get(kept.address).json()
    assert shown["author"] == {"id": furnished.pk, "display_name": "Former member"}
    assert shown["source"] is None
    assert "lena" not in repr(Challenge.objects.filter(pk=kept.pk).values().get()).lower()
    person = User.objects.get(pk=furnished.pk)
    assert person.email.endswith("@left.invalid")
    assert (person.bio, person.github_url, person.track) == ("", "", "BACKEND")
    assert not person.is_active
    assert not person.has_usable_password()
    assert person.left_at is not None
    assert list(person.groups.all()) == []
    for model in OWNED:
        if model is not TokenFamily:
            assert not model.objects.exists(), model
    assert not TokenFamily.objects.filter(user=person).exists()
    assert Learning.objects.filter(author=person).count() == 0


# Columns that may go on naming a nameless author. Those of every other table are emptied.
STAYING = {
    "LogEntry.user",
    "Announcement.actor",
    "Learning.author",
    "Challenge.author",
    "Solution.author",
    "Revision.proposed_by",
    "Revision.decided_by",
    "ImportConflict.resolved_by",
}


def referring_to_people() -> dict[str, tuple[type[Model], str]]:
    """Each column of each table that refers to a person, by model and field."""
    relations = User._meta.get_fields(include_hidden=True)
    return {
        f"{relation.related_model.__name__}.{relation.field.name}": (
            relation.related_model, relation.field.name,
        )
        for relation in relations
        if relation.auto_created and not relation.concrete and not relation.many_to_many
    }  # fmt: skip


def test_of_every_table_it_is_decided_what_becomes_of_its_rows(furnished):
    """Whoever adds a table that refers to people comes by here."""
    LearningFactory(author=furnished, published=True)
    tokens.start_family(furnished, at=NOON)
    furnished.user_permissions.add(Permission.objects.get(codename="publish_own"))
    tables = referring_to_people()
    assert set(tables) > STAYING
    emptied = {name: tables[name] for name in set(tables) - STAYING}

    def holding() -> set[str]:
        return {
            name
            for name, (model, field) in emptied.items()
            if model._default_manager.filter(**{field: furnished.pk}).exists()
        }

    assert holding() == set(emptied), "give the one who leaves a row of each"

    leave(furnished, at=NOON)

    assert User.objects.filter(pk=furnished.pk).exists()
    assert holding() == set()


def test_votes_are_taken_back(learner, other_learner):
    entries = [factory(author=other_learner, published=True) for factory in (
        LearningFactory, ChallengeFactory, SolutionFactory)]  # fmt: skip
    for entry in entries:
        marking.vote(entry, by=learner)
        marking.vote(entry, by=UserFactory())

    leave(learner, at=NOON)

    for entry in entries:
        entry.refresh_from_db()
        assert entry.votes_count == Vote.objects.filter(**{entry.type_name: entry}).count() == 1


def test_a_hidden_challenge_that_others_solved_stays_hidden_and_nameless(learner, other_learner):
    challenge = ChallengeFactory(author=learner, retracted=True, source_repository="lena/log")
    theirs = SolutionFactory(challenge=challenge, author=other_learner, published=True)
    mine = SolutionFactory(challenge=challenge, author=learner, published=True)
    rejected = ChallengeFactory(author=learner, rejected=True)
    SolutionFactory(challenge=rejected, author=other_learner)

    leave(learner, at=NOON)

    assert set(Challenge.objects.values_list("pk", "status", "source_repository")) == {
        (challenge.pk, "RETRACTED", ""),
        (rejected.pk, "RETRACTED", ""),
        (theirs.challenge_id, "RETRACTED", ""),
    }
    assert Solution.objects.filter(pk=theirs.pk).exists()
    assert not Solution.objects.filter(pk=mine.pk).exists()
    assert User.objects.get(pk=learner.pk).display_name == "Former member"


def test_a_hidden_challenge_that_only_they_solved_goes(learner):
    challenge = ChallengeFactory(author=learner, retracted=True)
    SolutionFactory(challenge=challenge, author=learner, published=True)

    leave(learner, at=NOON)

    assert not Challenge.objects.exists()
    assert not Solution.objects.exists()
    assert not User.objects.filter(pk=learner.pk).exists()


def test_only_what_everybody_reads_stays_of_their_proposals(learner, curator):
    entry = LearningFactory(author=learner, published=True, updated_at=NOON)
    approved = revising.propose(entry, by=learner, changes={"title": "Better"}, at=NOON)
    revising.approve(approved, by=curator, at=NOON)
    rejected = revising.propose(
        entry, by=learner, changes={"title": "X"}, at=NOON + timedelta(days=1)
    )
    revising.reject(rejected, by=curator, reason="No.", at=NOON)
    RevisionFactory(learning=entry)

    leave(learner, at=NOON)

    assert list(Revision.objects.all()) == [approved]


def test_others_no_longer_read_the_name_in_what_they_were_told(
    learner, curator, other_learner, work_off, on_commit
):
    challenge = ChallengeFactory(author=other_learner, published=True, title="It submitted nothing")
    solution = SolutionFactory(author=learner, challenge=challenge)
    draft = LearningFactory(author=learner, title="Secret draft")
    publishing.submit(draft, by=learner, at=NOON)
    publishing.submit(solution, by=learner, at=NOON)
    publishing.publish(solution, by=curator, at=NOON)
    learner.display_name = "Lena Renamed"  # after they were told of Lena Learner
    learner.save()
    revising.propose(solution, by=learner, changes={"body": "B"}, at=NOON)
    work_off()
    assert "Lena Learner solved" in " ".join(told_texts())

    leave(learner, at=NOON)

    texts = told_texts()
    assert not [text for text in texts if "Lena" in text or "Secret" in text], texts
    assert "Former member solved “It submitted nothing”" in texts
    assert "Former member proposes other words for a solution of “It submitted nothing”" in texts
    assert not Notification.objects.filter(user=learner.pk).exists()


def told_texts() -> list[str]:
    return list(Announcement.objects.values_list("text", flat=True))


def test_an_older_name_goes_too(learner, other_learner, curator):
    challenge = ChallengeFactory(author=other_learner, published=True, title="It hangs")
    solution = SolutionFactory(author=learner, challenge=challenge, in_review=True)
    publishing.publish(solution, by=curator, at=NOON)
    learner.display_name = "L."
    learner.save()

    leave(learner, at=NOON)

    assert not [text for text in told_texts() if "Lena" in text]


@pytest.mark.parametrize("publishes", [True, False])
def test_every_token_is_refused_at_once(api, learner, on_commit, publishes):
    if publishes:
        LearningFactory(author=learner, published=True)
    laptop, phone = api(learner), api(learner)
    pair = tokens.start_family(learner, at=timezone.now())
    assert laptop.get(ME).status_code == phone.get(ME).status_code == 200  # remembered from now on

    with on_commit():
        assert laptop.delete(ME).status_code == 204

    for client in (laptop, phone):
        assert code_of(client.get(ME)) == (401, "token_refused")
    refresh = {"refresh": pair.refresh}
    assert api().post("/api/v1/auth/token/refresh/", refresh).status_code == 401
    credentials = {"email": "lena@example.org", "password": PASSWORD}
    assert api().post("/api/v1/auth/token/", credentials).status_code == 401


def test_lists_and_pages_that_others_remember_lose_the_name_at_once(api, learner, on_commit):
    entry = LearningFactory(author=learner, published=True)
    LearningFactory(author=learner, title="Draft")
    client = api(UserFactory())
    for address in ("/api/v1/learnings/", entry.address, "/api/v1/users/"):
        assert "Lena Learner" in client.get(address).content.decode()

    with on_commit():
        leave(learner, at=NOON)

    for address in ("/api/v1/learnings/", entry.address):
        said = client.get(address).content.decode()
        assert "Lena" not in said
        assert "Former member" in said
    assert "Former member" not in client.get("/api/v1/users/").content.decode()
    assert client.get(f"/api/v1/users/{learner.pk}/").status_code == 404


def test_the_same_address_starts_anew(api, furnished):
    kept = LearningFactory(author=furnished, published=True)
    api(furnished).delete(ME)

    joined = api().post(
        "/api/v1/auth/register/",
        {"email": "lena@example.org", "password": "a long and lovely phrase",
         "display_name": "Lena", "track": "BACKEND"},
    )  # fmt: skip

    assert joined.status_code == 201, joined.content
    assert joined.json()["id"] != furnished.pk
    again = api(User.objects.get(pk=joined.json()["id"]))
    listed = again.get("/api/v1/learnings/", {"author": "me"}).json()["results"]
    assert listed == []
    assert again.get(kept.address).json()["author"]["display_name"] == "Former member"


class TestTheLastAdmin:
    def test_stays(self, api, admin_user, curator):
        UserFactory(role=Role.ADMIN, is_active=False)

        assert code_of(api(admin_user).delete(ME)) == (409, "last_admin")
        assert User.objects.get(pk=admin_user.pk).is_active

    def test_goes_once_there_is_another(self, api, admin_user):
        UserFactory(role=Role.LEARNER, is_superuser=True)

        assert api(admin_user).delete(ME).status_code == 204

    @pytest.mark.django_db(transaction=True)
    def test_two_who_leave_together_leave_one_behind(self):
        pair = [UserFactory(role=Role.ADMIN) for _ in range(2)]

        results = together(*(lambda user=user: leave(user, at=NOON) for user in pair))

        assert sorted(type(result).__name__ for result in results) == ["LastAdmin", "NoneType"]
        assert User.objects.curators().count() == 1
        assert any(isinstance(result, LastAdmin) for result in results)


def test_a_curator_leaves_their_decisions_and_no_session_behind(curator, learner):
    browser = signed_in(curator)
    assert browser.get("/admin/").status_code == 200
    entry = LearningFactory(author=learner, in_review=True)
    publishing.publish(entry, by=curator, at=NOON)

    leave(curator, at=NOON)

    assert browser.get("/admin/").status_code == 302
    entry.refresh_from_db()
    assert entry.status == Status.PUBLISHED


def test_promises_of_somebody_who_left_are_kept_without_effect(learner, work_off):
    LearningFactory(author=learner, published=True)
    with transaction.atomic():
        runs.start(author=learner, document="README.md", content=b"# R\n\n- x", at=NOON)
        following.follow("https://github.com/lena/log", by=learner, at=NOON)
        publishing.submit(LearningFactory(author=learner), by=learner, at=NOON)

    leave(learner, at=NOON)
    work_off()

    assert not Promise.objects.filter(kept_at=None).exists()
    assert not ImportRun.objects.exists()
    assert Learning.objects.count() == 1


def test_an_import_that_is_being_read_leaves_nothing_behind(learner, monkeypatch):
    """The worker has found the import; before it gets its turn, the author has left."""
    LearningFactory(author=learner, published=True)
    run = runs.start(author=learner, document="R.md", content=b"# R\n\n## Concepts\n\n- A", at=NOON)
    monkeypatch.setattr(runs, "one_import_at_a_time", lambda _author: leave(learner, at=NOON))

    runs.work(run.pk, promised_as=f"import:{run.pk}")

    assert not ImportRun.objects.exists()
    assert Learning.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_vote_at_the_same_moment_is_counted_right():
    person, entries = UserFactory(), [LearningFactory(published=True) for _ in range(6)]

    together(
        lambda: leave(person, at=NOON),
        *(lambda entry=entry: marking.vote(entry, by=person) for entry in entries),
    )

    for entry in entries:
        entry.refresh_from_db()
        assert entry.votes_count == Vote.objects.filter(learning=entry).count()


def test_what_a_request_under_way_wrote_after_the_leaving_goes_too(learner, on_commit):
    """It was let in before; what it writes is committed after everything else went."""
    kept, other = LearningFactory(author=learner, published=True), LearningFactory(published=True)
    under_way = User.objects.get(pk=learner.pk)
    leave(learner, at=timezone.now())
    draft = LearningFactory(author=under_way)
    publishing.submit(draft, by=under_way, at=NOON)
    marking.vote(other, by=under_way)
    Subscription.objects.create(user=under_way, subject="topic:1")
    ImportRunFactory(author=under_way)

    with on_commit():
        tasks.clear_up()

    assert list(Learning.objects.filter(author=learner)) == [kept]
    other.refresh_from_db()
    assert other.votes_count == 0
    assert not ImportRun.objects.exists()
    assert not Subscription.objects.exists()
    assert not Announcement.objects.filter(text__contains="Lena").exists()


def test_nothing_is_touched_once_everything_went(learner):
    LearningFactory(author=learner, published=True)
    SolutionFactory(challenge=ChallengeFactory(author=learner))
    leave(learner, at=NOON)
    before = User.objects.values().get(pk=learner.pk)

    assert clear_up(at=NOON) == 0
    assert User.objects.values().get(pk=learner.pk) == before


@pytest.mark.parametrize("body", [None, {"display_name": "x"}])
def test_leaving_takes_no_body_seriously_and_no_query(api, learner, body):
    assert api(learner).delete(f"{ME}?really=no", body).status_code == 400
    assert User.objects.filter(pk=learner.pk).exists()


def test_a_script_cannot_end_an_account(api, learner, monkeypatch):
    from accounts.rest.permissions import NeedsSession

    asked = []
    monkeypatch.setattr(NeedsSession, "has_permission", lambda *_args: asked.append(1) and False)
    assert api(learner).delete(ME).status_code == 403
    assert asked
    assert api(learner).get(ME).status_code == 200


def test_leaving_costs_the_same_for_few_and_for_many(django_assert_max_num_queries, db):
    author = UserFactory()
    LearningFactory.create_batch(30, author=author, published=True)
    LearningFactory.create_batch(30, author=author)

    with django_assert_max_num_queries(120):
        leave(author, at=NOON)
