"""What is published names no machine it was written on and no place packages came from."""

import re

from tests.architecture.sources import ROOT, project_files

# Put together here, so that this file does not hold what it looks for.
_REGISTRIES = [".".join(parts) for parts in (
    ("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"),
    ("registry", "yarnpkg", "com"), ("deb", "debian", "org"), ("archive", "ubuntu", "com"),
    ("proxy", "golang", "org"),
)]  # fmt: skip
_FOLDERS = ["/" + folder + "/" for folder in ("root", "work", "tmp/bash_jobs", "farm")]
PRIVATE = re.compile(
    # A folder counts only where a path begins, not in the middle of another.
    r"(?<![\w.~-])(?:" + "|".join(map(re.escape, _FOLDERS)) + r")"
    r"|\b(?:" + "|".join(map(re.escape, _REGISTRIES)) + r")\b"
)


def test_no_file_names_a_private_path_or_a_registry():
    found = []
    for path in project_files():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path}: {match.group()}" for match in PRIVATE.finditer(text)]

    assert found == []
