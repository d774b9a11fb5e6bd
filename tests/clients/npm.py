"""Node and npm for tests: installs the client's packages once per machine, and runs its scripts."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.nexus.running import ROOT

CLIENT = ROOT / "clients" / "typescript"
MODULES = CLIENT / "node_modules"
STAMP = MODULES / ".installed-from"
BUILT = CLIENT / "build" / ".built-from"  # and what was said
NO_NODE = "no node and npm: install Node 20 or newer to test the clients"
OUT_OF_REACH = re.compile(r"ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH")


def install() -> None:
    """Bring the packages that package-lock.json pins, or skip the test and say why."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip(NO_NODE)
    wanted = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    with (Path(tempfile.gettempdir()) / "nexus-npm.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
            return
        done = _run("npm", "ci", "--no-audit", "--no-fund")
        if done.returncode and OUT_OF_REACH.search(done.stdout):
            pytest.skip("the npm registry is out of reach, and the clients' packages are not here")
        assert done.returncode == 0, done.stdout
        STAMP.write_text(wanted, encoding="utf-8")


def built() -> str:
    """Compile the client and check its types, once for the same sources; returns what was said.

    Several processes test at the same time, and a build begins by deleting the one before.
    """
    wanted = _digest_of_sources()
    with (Path(tempfile.gettempdir()) / "nexus-npm.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if BUILT.is_file() and BUILT.read_text(encoding="utf-8").startswith(wanted):
            return BUILT.read_text(encoding="utf-8")
        said = script("typecheck")
        BUILT.write_text(f"{wanted}\n{said}", encoding="utf-8")
        return said


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    folders = ("src", "test", "scripts")
    nested = (path for folder in folders for path in (CLIENT / folder).rglob("*"))
    for path in sorted([*nested, *CLIENT.glob("*.json")]):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def run(*command: str, **variables: str) -> str:
    """Run a program in the client's folder; returns what it said."""
    return _told(_run(*command, **variables))


def script(name: str, *arguments: str, **variables: str) -> str:
    """Run a script of package.json; returns what it said."""
    return run("npm", "run", "--silent", name, "--", *arguments, **variables)


def tool(name: str, *arguments: str, **variables: str) -> str:
    """Run a program that a package brought; returns what it said."""
    return run(str(MODULES / ".bin" / name), *arguments, **variables)


def _told(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout
    return done.stdout


def _run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    quiet = {"REDOCLY_TELEMETRY": "off", "NO_COLOR": "1", "npm_config_loglevel": "error"}
    return subprocess.run(
        command, cwd=CLIENT, env={**os.environ, **quiet, **variables}, check=False, timeout=300,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
