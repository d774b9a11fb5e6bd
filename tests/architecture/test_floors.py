"""Every module stands where a reader would look for it. `lint-imports` checks who imports whom."""

import re

from tests.architecture.sources import ROOT, floors, project_files

DOCKERIGNORE = (ROOT / ".dockerignore").read_text()
# Python that is run beside the house and that no floor imports.
BESIDE = {"benchmarks", "clients", "demo", "deploy", "docs", "tests"}
TELLS_NOTHING = re.compile(r"^(.+_)?(utils?|helpers?|common|services?|managers?|misc|stuff)$")


def test_every_top_level_package_is_a_listed_floor():
    homes = {path.split("/")[0] for path in project_files() if path.endswith(".py") and "/" in path}

    assert homes - BESIDE == set(floors())


def test_no_module_has_a_name_that_tells_nothing():
    words = {
        path: [word.removesuffix(".py") for word in path.split("/")]
        for path in project_files()
        if path.endswith(".py")
    }

    vague = [path for path, names in words.items() if any(map(TELLS_NOTHING.match, names))]

    assert vague == []


def test_the_image_holds_every_floor():
    taken = {line[1:] for line in DOCKERIGNORE.splitlines() if line.startswith("!")}

    assert set(floors()) <= taken
