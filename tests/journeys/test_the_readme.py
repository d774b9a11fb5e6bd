"""What the project's own README promises, word for word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from tests.nexus.running import ROOT, Hub

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_the_journey_to_paste_prints_what_it_says(tmp_path):
    (script,) = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    hub = Hub(tmp_path / "data", demo=True)
    try:
        hub.wait_until_it_serves()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env={**os.environ, "HUB": f"http://127.0.0.1:{hub.port}"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        hub.stop()
    finally:
        hub.end()

    assert done.returncode == 0, done.stdout + done.stderr
    found, *printed = done.stdout.splitlines()
    assert found
    assert printed == [
        "IN_REVIEW",
        "PUBLISHED",
        "The port is already in use",
        "Published: The port is already in use",
    ]


def test_the_lines_that_make_run_prints_are_those_of_the_readme(tmp_path):
    (shown,) = re.findall(r"\$ make run\n(.*?)```", README, re.DOTALL)
    hub = Hub(tmp_path / "data", demo=True)
    try:
        printed = hub.wait_until_it_serves().output
        hub.stop()
    finally:
        hub.end()
    here = printed.replace(str(hub.port), "8000").replace(str(hub.data_dir), "…/var")
    assert [line.rstrip() for line in shown.strip().splitlines()] == [
        line.rstrip() for line in here.strip().splitlines()
    ][: len(shown.strip().splitlines())]


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", README):
        assert (ROOT / target).exists(), target
