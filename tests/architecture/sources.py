"""What the architecture tests look at: the project's files, as git knows them."""

from __future__ import annotations

import ast
import configparser
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


# What a checkout without git (an unpacked archive) may hold beside the project.
NOT_OURS = {".git", ".venv", "node_modules", "staticfiles", "var", "__pycache__"}


@cache
def project_files() -> tuple[str, ...]:
    """Paths from the root, with slashes: what is tracked and what is about to be."""
    if not (ROOT / ".git").exists():
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return tuple(path.as_posix() for path in found if NOT_OURS.isdisjoint(path.parts))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(path for path in listed.split("\0") if path and (ROOT / path).is_file())


@cache
def floors() -> tuple[str, ...]:
    """The top-level packages that `.importlinter` keeps in order."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    return tuple(config["importlinter"]["root_packages"].split())


def modules(*, of: tuple[str, ...]) -> list[str]:
    """Paths of the Python files in these top-level packages."""
    return [path for path in project_files() if path.endswith(".py") and path.split("/")[0] in of]


def tree(path: str) -> ast.Module:
    """A module's syntax."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=path)
