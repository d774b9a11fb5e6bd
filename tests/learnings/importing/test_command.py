"""`manage.py import_readme`."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from learnings.importing import runs
from learnings.management.commands import import_readme
from learnings.models import Brief, Challenge, ImportRun
from tests.elsewhere import COMMIT, elsewhere
from tests.factories.accounts import MembershipFactory

README = """\
# Notes

## Challenges

- **Challenge**: It hangs.
  - **Solution**: Set a timeout.
"""
REPOSITORY = "https://github.com/owner/name"


@pytest.fixture
def readme(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(README)
    return path


@pytest.fixture
def folder(tmp_path):
    """A folder with two READMEs, one of them deep down, and things that are none."""
    top = tmp_path / "repositories"
    (top / "b" / "docs").mkdir(parents=True)
    (top / "README.md").write_text(README)
    (top / "b" / "docs" / "README.MD").write_text(README.replace("hangs", "crashes"))
    (top / "b" / "notes.txt").write_text(README)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.md").write_text(README)
    (top / "linked").symlink_to(elsewhere, target_is_directory=True)
    (top / "linked.md").symlink_to(elsewhere / "secret.md")
    return top


def run(*args):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_readme", *map(str, args), stdout=out, stderr=err)
    except CommandError as error:
        error.out, error.err = out.getvalue(), err.getvalue()
        raise
    return out.getvalue()


def cells(shown):
    """The table, each row as a list of words."""
    return [line.split() for line in shown.splitlines()]


@pytest.mark.django_db
def test_by_default_it_only_shows_what_it_would_read(readme):
    header, row, total = cells(run(readme))
    assert header == ["document", "title", "learnings", "challenges", "solved"]
    assert row == [str(readme), "Notes", "0", "1", "1"]
    assert total == ["1", "read"]
    assert not ImportRun.objects.exists()


def test_the_preview_writes_one_json_file_for_each_document(readme, tmp_path):
    folder = tmp_path / "out" / "json"
    run(readme, "--preview", "--json", folder)
    written = json.loads((folder / "README.json").read_text())
    assert written["title"] == "Notes"
    assert written["challenges"] == [
        {"title": "It hangs.", "problem": None, "solution": "Set a timeout."}
    ]


def test_the_preview_reviews_by_the_standard_or_by_the_authors_brief(tmp_path, learner):
    readme = tmp_path / "README.md"
    readme.write_text(README.replace("  - **Solution**: Set a timeout.\n", ""))
    said = run(readme, "--preview")
    assert f"\n{readme}\n\nThe whole document (missing_section)\n" in said
    assert "\nLine 5 (challenge_without_solution)\n  You say what went wrong with “It hangs" in said
    assert "You say what went wrong" not in run(readme)

    rubric = {"checks": {"challenge_without_solution": False}}
    cohort = MembershipFactory(user=learner).cohort
    Brief.objects.create(cohort=cohort, title="Log", deadline=timezone.now(), rubric=rubric)
    by_brief = run(readme, "--preview", "--author", learner.email)
    assert "You say what went wrong" not in by_brief
    assert "I found no section on" in by_brief
    assert not ImportRun.objects.exists()


def test_of_a_folder_every_markdown_file_is_read_and_no_link(folder, tmp_path):
    shown = run(folder, "--json", tmp_path / "out")
    assert [row[0] for row in cells(shown)[1:3]] == [
        str(folder / "README.md"),
        str(folder / "b" / "docs" / "README.MD"),
    ]
    assert shown.endswith("2 read\n")
    written = sorted(path.relative_to(tmp_path / "out") for path in tmp_path.glob("out/**/*.json"))
    assert [path.as_posix() for path in written] == ["README.json", "b/docs/README.json"]


def test_two_documents_of_one_folder_stay_apart(folder, learner):
    run(folder, "--apply", "--author", learner.email)
    again = run(folder, "--apply", "--author", learner.email)
    documents = Challenge.objects.order_by("pk").values_list("source_document", flat=True)
    assert list(documents) == ["README.md", "b/docs/README.MD"]
    assert [row[1:] for row in cells(again)[1:3]] == [["0", "0", "2", "0", "0"]] * 2


def test_a_file_is_not_written_over_by_another_of_its_name(readme, tmp_path):
    (tmp_path / "b").mkdir()
    other = tmp_path / "b" / "README.md"
    other.write_text(README.replace("Notes", "Other"))
    with pytest.raises(CommandError) as failure:
        run(readme, other, "--json", tmp_path / "out")
    assert "Another document of this name" in failure.value.err
    assert json.loads((tmp_path / "out" / "README.json").read_text())["title"] == "Notes"


def test_apply_makes_drafts_of_the_author(readme, learner):
    header, row, _ = cells(run(readme, "--apply", "--author", "LENA@example.org"))
    assert header[1:] == ["created", "updated", "unchanged", "gone", "conflicts"]
    assert row[1:] == ["2", "0", "0", "0", "0"]
    assert Challenge.objects.get().author == learner


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [["--apply"], ["--apply", "--author", "nobody@example.org"], ["--apply", "--preview"]],
)
def test_arguments_that_do_not_fit_are_explained(readme, arguments):
    with pytest.raises(CommandError):
        run(readme, *arguments)
    assert not ImportRun.objects.exists()


def test_nothing_to_read_is_explained():
    with pytest.raises(CommandError, match="Name a file"):
        run()


def test_one_bad_file_does_not_stop_the_others(readme, tmp_path, learner):
    empty, missing, bare = tmp_path / "empty.md", tmp_path / "missing.md", tmp_path / "bare"
    empty.write_bytes(b"")
    bare.mkdir()
    with pytest.raises(CommandError, match=r"empty\.md") as failure:
        run(empty, missing, bare, readme, "--apply", "--author", learner.email)
    assert Challenge.objects.count() == 1
    assert failure.value.returncode == 1
    assert failure.value.out.endswith("1 read, 3 not\n")
    for said in ("This document is empty.", "No such file", "There is no .md file below"):
        assert said in failure.value.err


def test_a_title_cannot_steer_the_terminal_or_the_table(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("# [red]Notes[/nothing] \x1b[2J end\n\n## Challenges\n\n- It hangs.\n")
    shown = run(path)
    assert "[red]Notes[/nothing]" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("terminal", [True, False])
def test_a_person_who_watches_sees_progress(readme, monkeypatch, capsys, terminal):
    class Watched(io.StringIO):
        def isatty(self):
            return terminal

    monkeypatch.setenv("FORCE_COLOR", "1")
    call_command("import_readme", str(readme), stdout=io.StringIO(), stderr=Watched())
    shown = capsys.readouterr().err
    assert ("Reading" in shown and "1/1" in shown) is terminal


@pytest.fixture
def world(monkeypatch):
    with elsewhere() as world:
        for module in (runs, import_readme):
            monkeypatch.setattr(module, "Fetcher", lambda *, hosts: world.fetcher(hosts=hosts))
        yield world


@pytest.mark.django_db
def test_an_address_is_fetched_and_shown(world):
    world.serve(README)
    _, row, _ = cells(run("--source-url", REPOSITORY))
    assert row == [REPOSITORY, "Notes", "0", "1", "1"]
    assert not ImportRun.objects.exists()


def test_an_address_is_fetched_and_applied(world, learner):
    world.serve(README)
    run("--source-url", REPOSITORY, "--apply", "--author", learner.email)
    challenge = Challenge.objects.get()
    assert (challenge.source_repository, challenge.source_commit) == (REPOSITORY, COMMIT)


@pytest.mark.parametrize("mode", [[], ["--apply", "--author", "lena@example.org"]])
@pytest.mark.parametrize("address", ["http://github.com/owner/name", REPOSITORY])
def test_an_address_from_which_nothing_comes_is_named(world, learner, address, mode):
    with pytest.raises(CommandError, match="github") as failure:
        run("--source-url", address, *mode)
    assert f"{address}: " in failure.value.err
