"""Imports from start to finish."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from foundation.models import Promise
from learnings import publishing, revising
from learnings.importing import applying, runs
from learnings.models import Challenge, ImportRun, ImportStatus, Learning, Solution, TopicAlias
from notifications.models import Notification
from tests.factories.learnings import ChallengeFactory, TopicFactory

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
README = """\
# What I learned

## Technologies

- **Django** – models and migrations
- **DRF** – serializers

## Challenges Faced and Solutions

- **Challenge**: The Celery worker dies on Windows.
  - **Solution**: Run it with `--pool=solo`.
- **Challenge**: Peer authentication failed for user postgres.

## Best Practices

- Keep secrets out of the repository.
"""


@pytest.fixture
def import_text(learner, work_off):
    """Import a text as `learner` and return the finished run."""

    def run(text: str, document: str = "README.md") -> ImportRun:
        started = runs.start(author=learner, document=document, content=text.encode(), at=NOON)
        work_off()
        started.refresh_from_db()
        return started

    return run


def counts(run):
    assert run.status == ImportStatus.DONE, run.error
    names = ("created", "updated", "unchanged", "gone", "conflicts")
    return {name: run.report[name] for name in names if run.report[name]}


def test_a_readme_becomes_drafts_that_know_their_lines(import_text, learner):
    run = import_text(README)

    assert counts(run) == {"created": 6}
    assert (run.progress, run.status) == (100, "DONE")
    kinds = sorted(Learning.objects.values_list("kind", "title", "status", "author"))
    assert kinds == [
        ("BEST_PRACTICE", "Keep secrets out of the repository.", "DRAFT", learner.pk),
        ("TECHNOLOGY", "DRF", "DRAFT", learner.pk),
        ("TECHNOLOGY", "Django", "DRAFT", learner.pk),
    ]
    windows, peer = Challenge.objects.order_by("source_first_line")
    assert (windows.title, windows.source_first_line) == ("The Celery worker dies on Windows.", 10)
    assert peer.source_first_line == peer.source_last_line == 12
    solution = Solution.objects.get()
    assert (solution.challenge, solution.accepted) == (windows, True)
    assert (solution.source_first_line, solution.source_document) == (11, "README.md")
    assert "<code>--pool=solo</code>" in solution.body_html


def test_known_topics_are_found_in_each_entrys_own_text(import_text):
    celery, django = TopicFactory(name="Celery"), TopicFactory(name="Django")
    framework = TopicFactory(name="Django REST Framework")
    TopicAlias.objects.create(topic=framework, name="DRF")

    import_text(README)

    windows = Challenge.objects.get(title__contains="Windows")
    assert list(windows.topics.all()) == [celery]
    assert list(Learning.objects.get(title="DRF").topics.all()) == [framework]
    assert list(Learning.objects.get(title="Django").topics.all()) == [django]


def test_the_same_text_again_changes_nothing(import_text):
    import_text(README)
    before = list(Challenge.objects.values())

    assert counts(import_text(README)) == {"unchanged": 6}
    assert list(Challenge.objects.values()) == before


def test_reordered_and_moved_records_are_recognised_and_follow_their_lines(import_text):
    import_text(README)
    before = Challenge.objects.get(title__contains="Peer")

    moved = README.replace("# What I learned\n", "# What I learned\n\nHello.\n")
    assert counts(import_text(moved)) == {"unchanged": 6}

    after = Challenge.objects.get(title__contains="Peer")
    assert after.source_first_line == before.source_first_line + 2
    assert after.updated_at == before.updated_at


def test_a_changed_solution_updates_its_draft(import_text):
    import_text(README)
    assert counts(import_text(README.replace("--pool=solo", "--pool=threads"))) == {
        "updated": 1,
        "unchanged": 5,
    }
    solution = Solution.objects.get()
    assert "--pool=threads" in solution.body
    assert "--pool=threads" in solution.body_html


def test_what_was_edited_on_the_hub_is_never_overwritten(import_text, learner):
    import_text(README)
    solution = Solution.objects.get()
    publishing.revise(solution, by=learner, changes={"body": "My better words."}, at=NOON)

    run = import_text(README.replace("--pool=solo", "--pool=threads"))

    assert counts(run) == {"unchanged": 5, "conflicts": 1}
    solution.refresh_from_db()
    assert solution.body == "My better words."
    assert "edited_on_the_hub" in [finding["code"] for finding in run.report["findings"]]


def test_a_published_entry_changes_only_once_a_curator_approves(import_text, learner, curator):
    import_text(README)
    challenge = Challenge.objects.get(title__contains="Windows")
    publishing.submit(challenge, by=learner, at=NOON)
    publishing.publish(challenge, by=curator, at=NOON)
    solution = Solution.objects.get()
    publishing.submit(solution, by=learner, at=NOON)
    publishing.publish(solution, by=curator, at=NOON)

    run = import_text(README.replace("=solo", "=threads"))

    assert counts(run) == {"unchanged": 5, "updated": 1}
    solution.refresh_from_db()
    assert "--pool=solo" in solution.body
    revision = run.revisions.get()
    assert revision.changes == {"body": "Run it with `--pool=threads`."}

    revising.approve(revision, by=curator, at=NOON)

    solution.refresh_from_db()
    assert "--pool=threads" in solution.body_html


def test_what_left_the_readme_is_reported_and_kept(import_text):
    import_text(README)
    shorter = README.replace("- Keep secrets out of the repository.\n", "- Test first.\n")
    assert counts(import_text(shorter)) == {"created": 1, "unchanged": 5, "gone": 1}
    assert Learning.objects.filter(title__startswith="Keep secrets").exists()


def test_another_document_of_the_author_makes_nothing_gone(import_text):
    import_text(README)
    other = "# Notes\n\n## Best Practices\n\n- Read the logs.\n"
    assert counts(import_text(other, document="NOTES.md")) == {"created": 1}


def test_documents_that_say_one_thing_differently_make_two_entries(import_text):
    import_text(README)
    other = README.replace("models and migrations", "the admin").replace("=solo", "=threads")

    # The same challenge, with another solution of it.
    assert counts(import_text(other, document="NOTES.md")) == {"created": 2, "unchanged": 4}
    assert counts(import_text(other, document="NOTES.md")) == {"unchanged": 6}
    assert counts(import_text(README)) == {"unchanged": 6}
    assert Learning.objects.filter(title="Django").count() == 2
    assert sorted(Solution.objects.values_list("accepted", flat=True)) == [False, True]


def test_the_same_readme_under_another_name_makes_nothing_new(import_text):
    import_text(README)
    assert counts(import_text(README, document="COPY.md")) == {"unchanged": 6}
    assert set(Challenge.objects.values_list("source_document", flat=True)) == {"README.md"}


def test_an_entry_typed_in_by_hand_is_not_doubled(import_text, learner):
    ChallengeFactory(
        author=learner, title="Peer authentication failed for user postgres.", problem=""
    )
    assert counts(import_text(README)) == {"created": 5, "unchanged": 1}


def test_somebody_elses_entries_are_not_touched(import_text, other_learner):
    theirs = ChallengeFactory(
        author=other_learner, title="Peer authentication failed for user postgres."
    )
    assert counts(import_text(README)) == {"created": 6}
    theirs.refresh_from_db()
    assert theirs.source_digest == ""


def test_a_failure_half_way_leaves_nothing_behind(import_text, monkeypatch):
    def break_down(*_args):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(applying, "_tag", break_down)
    run = import_text(README)

    assert (run.status, run.report, run.entries) == ("FAILED", {}, [])
    assert "our fault" in run.error
    assert not Learning.objects.exists()
    assert not Challenge.objects.exists()
    assert not Solution.objects.exists()


def test_a_text_too_long_for_an_entry_names_its_line(import_text):
    text = README.replace("--pool=solo", "x" * 20_001)
    run = import_text(text)
    assert run.status == "FAILED"
    assert "line 11" in run.error
    assert not Learning.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b" \n\t", "empty"), (b"x" * 1_000_001, "document_too_large")],
)
def test_what_cannot_be_read_is_refused_at_the_door(learner, content, code):
    from foundation.errors import NexusError

    with pytest.raises(NexusError) as refused:
        runs.start(author=learner, document="README.md", content=content, at=NOON)
    assert refused.value.code == code
    assert not ImportRun.objects.exists()
    assert not Promise.objects.exists()


def test_a_picture_is_refused_with_a_sentence(learner, work_off):
    run = runs.start(
        author=learner, document="README.md", content=b"\x89PNG\r\n\x1a\n\x00\x00\x00", at=NOON
    )
    work_off()
    run.refresh_from_db()
    assert run.status == "FAILED"
    assert run.error.endswith(".")


def test_the_author_hears_once_that_the_import_is_done(import_text, learner):
    import_text(README)
    (heard,) = Notification.objects.filter(user=learner)
    assert heard.announcement.event == "IMPORT_FINISHED"
    assert heard.announcement.text == "README.md is imported: 6 new drafts, 0 updated"


def test_a_task_that_arrives_twice_imports_once(learner, import_text):
    run = import_text(README)
    finished_at = run.finished_at
    runs.work(run.pk, promised_as=f"import:{run.pk}")
    run.refresh_from_db()
    assert run.finished_at == finished_at
    assert Challenge.objects.count() == 2


def test_an_unsolved_challenge_is_a_finding_with_its_line(import_text):
    found = import_text(README).report["findings"]
    (finding,) = [each for each in found if each["code"] == "challenge_without_solution"]
    assert finding["line"] == 12
    assert finding["why"]
    assert finding["mend"]


def test_all_drafts_of_an_import_are_submitted_together(import_text, learner, other_learner):
    run = import_text(README)
    Challenge.objects.get(title__contains="Peer").delete()

    with pytest.raises(publishing.NotYours):
        runs.submit_drafts(run, by=other_learner, at=NOON)
    assert runs.submit_drafts(run, by=learner, at=NOON) == 5
    assert runs.submit_drafts(run, by=learner, at=NOON) == 0
    assert set(Learning.objects.values_list("status", flat=True)) == {"IN_REVIEW"}


def test_two_records_with_one_title_stay_two(import_text):
    text = "# N\n\n## Challenges\n\n" + "".join(
        f"### Timeouts\n\n**Problem:** Number {n}.\n\n**Solution:** Wait {n} s.\n\n" for n in (1, 2)
    )
    assert import_text(text).report["created"] == 4
    assert counts(import_text(text)) == {"unchanged": 4}


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_submitted_during_an_import_waits_for_it(learner, monkeypatch):
    def work(text):
        run = runs.start(author=learner, document="README.md", content=text.encode(), at=NOON)
        runs.work(run.pk, promised_as=f"import:{run.pk}")
        run.refresh_from_db()
        return run

    work(README)
    draft = Solution.objects.get()

    def submit():
        publishing.submit(draft, by=learner, at=NOON)
        connection.close()

    def apply_while_somebody_submits(plan, *, run, at):
        submitting.start()
        submitting.join(0.5)
        assert submitting.is_alive(), "the plan was made for an entry that is no draft any more"
        applying.apply(plan, run=run, at=at)

    submitting = threading.Thread(target=submit, daemon=True)
    monkeypatch.setattr(runs, "apply", apply_while_somebody_submits)

    assert counts(work(README.replace("solo", "threads"))) == {"updated": 1, "unchanged": 5}

    submitting.join(20)
    draft.refresh_from_db()
    assert (draft.status, "threads" in draft.body) == ("IN_REVIEW", True)
