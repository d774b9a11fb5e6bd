"""Whole documents: `tests/readmes/NAME.md` with what it holds in `NAME.json`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from learnings.importing.parsing import read

READMES = sorted((Path(__file__).parents[3] / "readmes").glob("*.md"))
LABELLED = os.environ.get("NEXUS_LABELLED_READMES", "")


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.stem)
def test_a_readme_holds_what_a_careful_reader_takes_from_it(readme):
    expected = json.loads(readme.with_suffix(".json").read_text(encoding="utf-8"))

    assert read(readme.read_bytes()).preview() == expected


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.stem)
def test_every_record_of_a_readme_stands_on_its_lines(readme):
    lines = readme.read_text(encoding="utf-8").count("\n") + 1
    reading = read(readme.read_bytes())

    for record in (*reading.learnings, *reading.challenges):
        assert 1 <= record.span.first_line <= record.span.last_line <= lines


@pytest.mark.skipif(
    not LABELLED, reason="NEXUS_LABELLED_READMES names no folder of labelled READMEs"
)
def test_labelled_readmes_are_read_as_people_read_them(tmp_path):
    folder = Path(LABELLED)
    for readme in (folder / "raw").glob("*.md"):
        preview = read(readme.read_bytes()).preview()
        (tmp_path / f"{readme.stem}.json").write_text(json.dumps(preview), encoding="utf-8")

    command = [sys.executable, folder / "score.py", tmp_path, "--worst", "99"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "negatives with false entries: 0/" in report
    assert not [
        line for line in report.splitlines() if line.startswith("seed_") and "{}" not in line
    ]
    assert int(report.rpartition("= ")[2].split("%")[0]) >= 90
