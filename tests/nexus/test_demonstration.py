from functools import partial

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import Cohort, User
from learnings.models import (
    Challenge,
    ImportRun,
    ImportStatus,
    Learning,
    Solution,
    Status,
    Topic,
    Vote,
)
from nexus import demonstration
from notifications.models import Event, Notification, Subscription
from tests.factories.learnings import LearningFactory

pytestmark = pytest.mark.django_db

README = """# A week

## Best practices

- Read the log first
- Name things for what they are about
- Commit often
- Ask early

## Challenges

### Challenge 1: The port was taken

**Problem:** Two servers at once.

**Solution:** Ask which process listens.

### Challenge 2: The clock went backwards

**Problem:** A token from the future.

**Solution:** Synchronise the clocks.

### Challenge 3: The disk was full

**Problem:** Nothing could be saved.

**Solution:** Delete old logs.
"""
ENTRIES = (Learning, Challenge, Solution)


@pytest.fixture
def demo(settings):
    settings.DEMO = True


@pytest.fixture
def small(tmp_path):
    """A folder with one README: enough for what does not depend on ours."""
    (tmp_path / "week.md").write_text(README)
    return tmp_path


def set_up(folder) -> bool:
    return demonstration.set_up(at=timezone.now(), folder=folder)


def count_everything() -> list[int]:
    return [model.objects.count() for model in (User, Cohort, Topic, ImportRun, Vote, *ENTRIES)]


def test_our_own_readmes_become_a_hub_to_look_around_in(demo):
    assert set_up(demonstration.FOLDER) is True

    documents = {file.name for file in demonstration.FOLDER.glob("*.md")}
    done = ImportRun.objects.filter(status=ImportStatus.DONE)
    assert {run.document for run in done} == documents
    for model in ENTRIES:
        assert model.objects.published().count() > 20
        assert model.objects.in_review().exists()
    assert Challenge.objects.solved().count() > 20
    assert Challenge.objects.published().solved(False).count() > 3
    assert Learning.objects.exclude(review_reason="").get().status == Status.REJECTED
    assert Vote.objects.exists()


def test_our_own_readmes_are_about_topics_that_a_hub_knows(demo, taxonomy):
    set_up(demonstration.FOLDER)

    challenges = Challenge.objects.filter(topics__is_proposed=False).distinct()
    assert challenges.count() > Challenge.objects.count() / 2
    assert Subscription.objects.count() == 2 * len(demonstration.FOLLOWED)


def test_the_demo_is_made_once(demo, small):
    set_up(small)
    made = count_everything()

    assert set_up(small) is False
    assert count_everything() == made


def test_what_a_visitor_changed_stays_changed(demo, small):
    set_up(small)
    User.objects.filter(email=demonstration.LEARNER.email).update(display_name="Somebody else")
    Learning.objects.all().delete()

    set_up(small)

    assert not Learning.objects.exists()
    assert User.objects.filter(display_name="Somebody else").exists()


def test_each_account_has_its_role_and_the_printed_password(demo, small):
    set_up(small)

    for account in demonstration.ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.check_password(demonstration.PASSWORD)
        assert (user.role, user.track) == (account.role, account.track)


def test_both_learners_are_in_the_cohort(demo, small):
    set_up(small)

    members = Cohort.objects.get().members.values_list("email", flat=True)
    assert set(members) == {demonstration.LEARNER.email, demonstration.FRONTEND.email}


def test_nothing_was_published_before_it_was_written_or_in_the_future(demo, small):
    set_up(small)

    now = timezone.now()
    for model in ENTRIES:
        for entry in model.objects.published():
            assert entry.created_at < entry.submitted_at < entry.published_at < now


def test_people_of_the_demo_are_notified(demo, small, work_off):
    set_up(small)

    work_off()

    heard = {
        account: set(
            Notification.objects.filter(user__email=account.email).values_list(
                "announcement__event", flat=True
            )
        )
        for account in demonstration.ACCOUNTS
    }
    assert {Event.ENTRY_PUBLISHED, Event.ENTRY_REJECTED} <= heard[demonstration.LEARNER]
    assert Event.ENTRY_SUBMITTED in heard[demonstration.CURATOR]


def test_entries_of_real_people_are_left_alone(demo, small, learner):
    draft = LearningFactory(author=learner)
    public = LearningFactory(author=learner, published=True)

    set_up(small)

    draft.refresh_from_db()
    public.refresh_from_db()
    assert draft.status == Status.DRAFT
    assert public.votes_count == 0


def test_a_readme_that_cannot_be_read_leaves_nothing_behind(demo, small):
    (small / "zzz.md").write_bytes(b"\x00\x01\x02\xff" * 50)

    with pytest.raises(demonstration.DemoBroken, match=r"zzz\.md"):
        set_up(small)

    assert count_everything() == [0] * 8


def test_it_is_refused_where_demo_data_is_not_switched_on(settings, small):
    settings.DEMO = False

    with pytest.raises(demonstration.DemoRefused):
        set_up(small)

    assert not User.objects.exists()


def test_the_command_prints_the_accounts_once(demo, small, capsys, monkeypatch):
    monkeypatch.setattr(demonstration, "set_up", partial(demonstration.set_up, folder=small))
    call_command("demo")
    first = capsys.readouterr().out
    call_command("demo")

    assert all(account.email in first for account in demonstration.ACCOUNTS)
    assert demonstration.PASSWORD in first
    assert "nothing was changed" in capsys.readouterr().out


def test_the_command_says_what_switches_it_on(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="NEXUS_DEMO=1"):
        call_command("demo")
