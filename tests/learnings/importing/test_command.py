"""`manage.py import_readme`."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from learnings.models import Challenge, ImportRun

README = """\
# Notes

## Challenges

- **Challenge**: It hangs.
  - **Solution**: Set a timeout.
"""


@pytest.fixture
def readme(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(README)
    return path


def run(*args):
    out, err = io.StringIO(), io.StringIO()
    call_command("import_readme", *args, stdout=out, stderr=err)
    return out.getvalue()


@pytest.mark.django_db
def test_by_default_it_only_shows_what_it_would_read(readme):
    shown = run(str(readme))
    assert "“Notes”, 0 learnings, 1 challenges, 1 of them with a solution" in shown
    assert not ImportRun.objects.exists()


def test_the_preview_writes_one_json_file_for_each_document(readme, tmp_path):
    folder = tmp_path / "out" / "json"
    run(str(readme), "--preview", "--json", str(folder))
    written = json.loads((folder / "README.json").read_text())
    assert written["title"] == "Notes"
    assert written["challenges"] == [
        {"title": "It hangs.", "problem": None, "solution": "Set a timeout."}
    ]


def test_apply_makes_drafts_of_the_author(readme, learner):
    shown = run(str(readme), "--apply", "--author", "LENA@example.org")
    assert "2 created, 0 updated" in shown
    assert Challenge.objects.get().author == learner


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [["--apply"], ["--apply", "--author", "nobody@example.org"], ["--apply", "--preview"]],
)
def test_arguments_that_do_not_fit_are_explained(readme, arguments):
    with pytest.raises(CommandError):
        run(str(readme), *arguments)
    assert not ImportRun.objects.exists()


def test_one_bad_file_does_not_stop_the_others(readme, tmp_path, learner):
    empty = tmp_path / "empty.md"
    empty.write_bytes(b"")
    with pytest.raises(CommandError, match=r"empty\.md"):
        run(
            str(empty),
            str(tmp_path / "missing.md"),
            str(readme),
            "--apply",
            "--author",
            learner.email,
        )
    assert Challenge.objects.count() == 1
