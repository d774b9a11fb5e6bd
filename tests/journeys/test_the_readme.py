"""What the project's own README promises, word for word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from tests.nexus.running import ROOT, Hub

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """What `make run` serves."""
    running = Hub(tmp_path_factory.mktemp("readme") / "data", demo=True, anew=True)
    try:
        yield running.wait_until_it_serves()
        code, _seconds = running.stop()
        assert code == 0, running.output
    finally:
        running.end()


@pytest.mark.embedded
def test_the_lines_that_make_run_prints_are_those_of_the_readme(hub):
    (shown,) = re.findall(r"\$ make run\n(.*?)```", README, re.DOTALL)
    here = hub.output.replace(str(hub.port), "8000").replace(str(hub.data_dir), "…/var")
    promised = lines(shown)
    assert lines(here)[: len(promised)] == promised


def lines(text):
    return [line.rstrip() for line in text.strip().splitlines()]


@pytest.mark.embedded
@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_the_journey_to_paste_prints_what_it_says(hub):
    (script,) = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**os.environ, "HUB": f"http://127.0.0.1:{hub.port}"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    found, *printed = done.stdout.splitlines()
    assert found
    assert printed == [
        "IN_REVIEW",
        "PUBLISHED",
        "The port is already in use",
        "Published: The port is already in use",
    ]


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", README):
        assert (ROOT / target).exists(), target
