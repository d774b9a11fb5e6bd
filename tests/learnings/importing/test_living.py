"""A living document: one README, imported again and again while the hub changes too."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from learnings import publishing, revising
from learnings.importing import applying, resolving, runs
from learnings.importing.resolving import AlreadyResolved, resolve
from learnings.models import (
    Challenge,
    ImportConflict,
    ImportRun,
    Keep,
    Learning,
    Revision,
    Solution,
)
from notifications.models import Announcement, Event, Notification
from tests.factories.learnings import ChallengeFactory

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
README = """\
# What I learned

## Challenges

- **Challenge**: The Celery worker dies on Windows.
  - **Solution**: Run it with `--pool=solo`.
- **Challenge**: Peer authentication failed for user postgres.
  - **Solution**: Connect over TCP instead of the socket.

## Best Practices

- Keep secrets out of the repository.
- Write the failing test before you write the fix for it.
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


@pytest.fixture
def published(import_text, learner, curator):
    """The first challenge of the README, imported and published."""
    import_text(README)
    entry = Challenge.objects.get(title__contains="Windows")
    publishing.submit(entry, by=learner, at=NOON)
    return publishing.publish(entry, by=curator, at=NOON)


def counts(run):
    assert run.status == "DONE", run.error
    names = ("created", "updated", "unchanged", "gone", "conflicts")
    return {name: run.report[name] for name in names if run.report[name]}


def solution_of(title):
    return Solution.objects.get(challenge__title__contains=title)


def edit(entry, by, **changes):
    return publishing.revise(entry, by=by, changes=changes, at=NOON)


class TestMatching:
    def test_small_edits_of_wording_are_the_same_entries(self, import_text):
        import_text(README)
        before = set(Challenge.objects.values_list("pk", flat=True))
        reworded = README
        for old, new in (
            ("The Celery worker dies on Windows", "My Celery worker dies on Windows 11"),
            ("authentication failed for user", "authentification fails for the user"),
            ("Keep secrets out of the repository", "Always keep secrets out of repositories"),
        ):
            reworded = reworded.replace(old, new)

        assert counts(import_text(reworded)) == {"updated": 3, "unchanged": 3}

        assert set(Challenge.objects.values_list("pk", flat=True)) == before
        assert Challenge.objects.filter(title="My Celery worker dies on Windows 11.").exists()

    def test_reordering_and_rewording_at_once_is_no_trouble(self, import_text):
        import_text(README)
        windows = Challenge.objects.get(title__contains="Windows")
        head, first, second, tail = (
            README[: README.index("- **Challenge**: The")],
            README[README.index("- **Challenge**: The") : README.index("- **Challenge**: Peer")],
            README[README.index("- **Challenge**: Peer") : README.index("\n## Best")],
            README[README.index("\n## Best") :],
        )

        swapped = head + second + first.replace("dies on", "always dies on") + tail
        assert counts(import_text(swapped)) == {"updated": 1, "unchanged": 5}

        windows.refresh_from_db()
        assert windows.title == "The Celery worker always dies on Windows."
        assert windows.source_first_line == 7

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("React", "React Native"),
            ("Java", "JavaScript"),
            ("Transactions", "Transformers"),
            ("MySQL", "PostgreSQL"),
        ],
    )
    def test_another_name_is_another_entry(self, import_text, old, new):
        import_text(f"# N\n\n## Technologies\n\n- {old}\n- Docker\n")
        run = import_text(f"# N\n\n## Technologies\n\n- {new}\n- Docker\n")
        assert counts(run) == {"created": 1, "unchanged": 1, "gone": 1}

    def test_what_was_retitled_on_the_hub_is_still_recognised(self, import_text, learner):
        import_text(README)
        edit(Challenge.objects.get(title__contains="Windows"), learner, title="Celery, Windows")

        assert counts(import_text(README)) == {"unchanged": 6}
        reworded = README.replace("worker dies on", "worker always dies on")
        assert counts(import_text(reworded)) == {"conflicts": 1, "unchanged": 5}

    def test_twins_keep_their_solutions_when_they_change_places(self, import_text):
        twins = [
            f"### Timeouts\n\n**Problem:** Number {n}.\n\n**Solution:** Wait {n} s.\n\n"
            for n in (1, 2)
        ]
        import_text("# N\n\n## Challenges\n\n" + "".join(twins))
        run = import_text("# N\n\n## Challenges\n\n" + "".join(reversed(twins)))
        assert counts(run) == {"unchanged": 4}

    def test_ten_thousand_reworded_records_are_matched_in_seconds(self, learner):
        from learnings.importing.matching import Matches, Record, Source
        from learnings.importing.parsing import Span

        source = Source(document="README.md")
        entries = [
            Learning(
                pk=n, kind="TAKEAWAY", title=f"Remember to check the value of number {n} again",
                source_document="README.md", source_digest=str(n), source_first_line=n,
            )
            for n in range(1, 10_001)
        ]  # fmt: skip
        records = [
            Record(
                kind="TAKEAWAY", key=f"k{n}", span=Span(first_line=n, last_line=n),
                content={
                    "kind": "TAKEAWAY", "body": "",
                    "title": f"Remember to always check the value of number {n} again",
                },
            )
            for n in range(1, 10_001)
        ]  # fmt: skip
        started = time.process_time()
        matches = Matches(
            records, entries, called=lambda entry: (entry.kind, entry.title), source=source
        )
        assert time.process_time() - started < 15
        assert all((entry := matches.of(n)) and entry.pk == n + 1 for n in range(10_000))


class TestGone:
    def test_what_left_the_readme_is_kept_marked_and_unmarked_when_it_comes_back(self, import_text):
        import_text(README)
        shorter = README.replace("- Keep secrets out of the repository.\n", "")

        assert counts(import_text(shorter)) == {"unchanged": 5, "gone": 1}
        secrets = Learning.objects.get(title__startswith="Keep secrets")
        assert secrets.gone_at is not None
        assert counts(import_text(shorter)) == {"unchanged": 5}  # not news any more

        assert counts(import_text(README)) == {"unchanged": 6}
        secrets.refresh_from_db()
        assert secrets.gone_at is None

    def test_what_moved_to_another_document_follows(self, import_text):
        import_text(README)
        import_text(README.replace("- Keep secrets out of the repository.\n", ""))
        other = "# Notes\n\n## Best Practices\n\n- Keep secrets out of the repository.\n"

        assert counts(import_text(other, document="NOTES.md")) == {"unchanged": 1}

        secrets = Learning.objects.get(title__startswith="Keep secrets")
        assert (secrets.source_document, secrets.gone_at) == ("NOTES.md", None)


class TestConflicts:
    @pytest.fixture
    def conflict(self, import_text, learner):
        """The hub says “Mine.”, the README says `--pool=threads`."""
        import_text(README)
        edit(solution_of("Windows"), learner, body="Mine.")
        run = import_text(README.replace("=solo", "=threads"))
        return run.conflicts.get()

    def test_a_conflict_holds_both_texts_and_its_lines(self, conflict):
        assert conflict.number == 1
        assert conflict.hub == {"body": "Mine."}
        assert conflict.readme == {"body": "Run it with `--pool=threads`."}
        assert conflict.first_line == 6
        assert solution_of("Windows").body == "Mine."

    def test_the_readmes_words_are_taken_on_request_and_the_hubs_stay_in_the_conflict(
        self, conflict, learner, import_text
    ):
        edit(solution_of("Windows"), learner, body="Mine, and better.")

        resolve(conflict, keep=Keep.README, by=learner, at=NOON)

        solution = solution_of("Windows")
        assert "--pool=threads" in solution.body_html
        conflict.refresh_from_db()
        assert (conflict.keep, conflict.hub) == ("README", {"body": "Mine, and better."})
        assert counts(import_text(README.replace("=solo", "=threads"))) == {"unchanged": 6}
        assert counts(import_text(README.replace("=solo", "=gevent"))) == {
            "updated": 1,
            "unchanged": 5,
        }

    def test_the_hubs_words_stay_and_the_same_readme_does_not_ask_again(
        self, conflict, learner, import_text
    ):
        resolve(conflict, keep=Keep.HUB, by=learner, at=NOON)

        assert counts(import_text(README.replace("=solo", "=threads"))) == {"unchanged": 6}
        assert solution_of("Windows").body == "Mine."
        again = import_text(README.replace("=solo", "=gevent"))
        assert counts(again) == {"conflicts": 1, "unchanged": 5}

    def test_a_conflict_is_decided_once(self, conflict, learner):
        resolve(conflict, keep=Keep.HUB, by=learner, at=NOON)
        with pytest.raises(AlreadyResolved):
            resolve(conflict, keep=Keep.README, by=learner, at=NOON)
        assert solution_of("Windows").body == "Mine."

    def test_a_later_import_takes_the_place_of_an_open_conflict(
        self, conflict, learner, import_text
    ):
        newer = import_text(README.replace("=solo", "=gevent")).conflicts.get()
        with pytest.raises(AlreadyResolved):
            resolve(conflict, keep=Keep.README, by=learner, at=NOON)
        assert ImportConflict.objects.get() == newer

    def test_only_the_author_or_a_curator_decides(self, conflict, other_learner, curator):
        with pytest.raises(publishing.NotYours):
            resolve(conflict, keep=Keep.README, by=other_learner, at=NOON)
        resolve(conflict, keep=Keep.README, by=curator, at=NOON)
        assert "threads" in solution_of("Windows").body

    def test_what_is_in_review_meanwhile_is_not_overwritten(self, conflict, learner):
        publishing.submit(solution_of("Windows").challenge, by=learner, at=NOON)
        publishing.submit(solution_of("Windows"), by=learner, at=NOON)
        with pytest.raises(publishing.NotEditable):
            resolve(conflict, keep=Keep.README, by=learner, at=NOON)
        conflict.refresh_from_db()
        assert conflict.resolved_at is None

    def test_what_was_typed_in_by_hand_joins_the_document_once_decided(self, import_text, learner):
        own = ChallengeFactory(author=learner, title="It hangs.", problem="For ever.")
        text = "# N\n\n## Challenges\n\n### It hangs.\n\n**Problem:** On Mondays.\n"

        conflict = import_text(text).conflicts.get()
        assert conflict.hub["problem"] == "For ever."
        resolve(conflict, keep=Keep.HUB, by=learner, at=NOON)

        assert counts(import_text(text)) == {"unchanged": 1}
        own.refresh_from_db()
        assert (own.problem, own.source_document) == ("For ever.", "README.md")


class TestPublished:
    def test_a_changed_readme_proposes_and_the_published_words_stay(
        self, published, import_text, curator
    ):
        run = import_text(README.replace("worker dies", "worker always dies"))

        assert counts(run) == {"updated": 1, "unchanged": 5}
        assert [entry["action"] for entry in run.entries].count("PROPOSE") == 1
        published.refresh_from_db()
        assert published.title == "The Celery worker dies on Windows."
        (heard,) = Announcement.objects.filter(event=Event.REVISION_PROPOSED)
        assert Notification.objects.filter(announcement=heard, user=curator).count() == 1
        assert heard.target == f"/api/v1/imports/{run.pk}/"
        assert "1 change of published entries" in heard.text

    def test_curators_hear_once_of_an_import_that_proposes_much(
        self, published, import_text, learner, curator
    ):
        for entry in [*Learning.objects.all()]:
            publishing.submit(entry, by=learner, at=NOON)
            publishing.publish(entry, by=curator, at=NOON)
        import_text(README.replace("Keep", "Always keep").replace("Write the", "Write one"))
        assert Revision.objects.count() == 2
        assert Announcement.objects.filter(event=Event.REVISION_PROPOSED).count() == 1

    def test_the_same_readme_proposes_once_and_a_newer_one_replaces_it(
        self, published, import_text
    ):
        first = README.replace("worker dies", "worker always dies")
        import_text(first)
        assert counts(import_text(first)) == {"unchanged": 6}

        import_text(README.replace("worker dies", "worker often dies"))

        assert "often" in Revision.objects.get().changes["title"]

    def test_a_readme_that_takes_its_change_back_withdraws_the_proposal(
        self, published, import_text
    ):
        import_text(README.replace("worker dies", "worker always dies"))
        assert counts(import_text(README)) == {"unchanged": 6}
        assert not Revision.objects.exists()

    def test_after_an_approval_the_readme_goes_on_from_there(self, published, import_text, curator):
        import_text(README.replace("worker dies", "worker always dies"))
        revising.approve(Revision.objects.get(), by=curator, at=NOON)

        run = import_text(README.replace("worker dies", "worker often dies"))

        assert counts(run) == {"updated": 1, "unchanged": 5}
        assert Revision.objects.open().count() == 1

    def test_what_a_curator_turned_down_is_not_proposed_again(
        self, published, import_text, curator
    ):
        changed = README.replace("worker dies", "worker always dies")
        import_text(changed)
        revising.reject(Revision.objects.get(), by=curator, reason="It does not.", at=NOON)

        assert counts(import_text(changed)) == {"unchanged": 6}
        run = import_text(README.replace("worker dies", "worker often dies"))
        assert counts(run) == {"updated": 1, "unchanged": 5}

    def test_an_import_does_not_replace_what_the_author_proposed_here(
        self, published, import_text, learner
    ):
        revising.propose(published, by=learner, changes={"title": "Mine"}, at=NOON)

        run = import_text(README.replace("worker dies", "worker always dies"))

        assert counts(run) == {"conflicts": 1, "unchanged": 5}
        conflict = run.conflicts.get()
        assert conflict.hub["title"] == "Mine"
        resolve(conflict, keep=Keep.README, by=learner, at=NOON)
        assert "always" in Revision.objects.open().get().changes["title"]
        conflict.refresh_from_db()
        assert conflict.hub["title"] == "Mine"  # not lost with the proposal

    def test_a_curators_edit_of_what_is_published_is_a_conflict(
        self, published, import_text, curator, learner
    ):
        edit(published, curator, title="Celery dies on Windows")
        run = import_text(README.replace("worker dies", "worker always dies"))
        assert counts(run) == {"conflicts": 1, "unchanged": 5}

        resolve(run.conflicts.get(), keep=Keep.README, by=learner, at=NOON)

        published.refresh_from_db()
        assert published.title == "Celery dies on Windows"
        revision = Revision.objects.open().get()
        assert (revision.import_run, "always" in revision.changes["title"]) == (run, True)


def test_a_failure_at_the_very_end_leaves_nothing_behind(import_text, monkeypatch, learner):
    import_text(README)
    edit(solution_of("Windows"), learner, body="Mine.")
    before = list(Learning.objects.order_by("pk").values())

    def break_down(*_args):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(applying, "_keep_conflicts", break_down)
    changed = README.replace("=solo", "=threads").replace("- Keep secrets", "- Hide all secrets")
    assert import_text(changed).status == "FAILED"

    assert list(Learning.objects.order_by("pk").values()) == before
    assert not ImportConflict.objects.exists()


def test_imports_and_decisions_of_one_author_wait_for_each_other(import_text, monkeypatch, learner):
    held = []
    for module in (runs, resolving):
        monkeypatch.setattr(module, "one_import_at_a_time", held.append)
    import_text(README)
    edit(solution_of("Windows"), learner, body="Mine.")
    conflict = import_text(README.replace("=solo", "=threads")).conflicts.get()
    resolve(conflict, keep=Keep.HUB, by=learner, at=NOON)
    assert held == [learner.pk] * 3
