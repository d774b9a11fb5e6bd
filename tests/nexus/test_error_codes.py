"""Every code that an answer can carry is explained, and what is explained can still happen."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator

import pytest
from rest_framework import exceptions

from foundation.errors import NexusError
from foundation.http import problems
from nexus import manual
from tests.architecture.sources import ROOT, floors, modules, tree

TEXT = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
EXPLAINED = set(re.findall(r"^### ([a-z_]+)$", TEXT, re.MULTILINE))
INSIDE = set(re.findall(r"`([a-z_]+)`", TEXT.partition("## Codes inside `errors`")[2]))

# Never in an answer of the API: a mistake in the code, what is caught where it is raised, what
# commands and probes say.
INTERNAL = {
    "outside_transaction", "no_broker", "cache_away", "demo_refused", "demo_broken", "not_ready",
    "weak_password",
}  # fmt: skip
# Of simplejwt, whose views are not used: tokens are refused as `token_refused`.
NOT_OURS = {"token_not_valid"}
# Calls whose `code=` becomes the problem's own, and those whose code stands in its `errors`.
TELLING = {"problem", "problem_response", "PermissionDenied", "AuthenticationFailed"}
NAMING = {"ValidationError", "ErrorDetail", "BadParameter"}


def all_below(kind: type) -> Iterator[type]:
    for below in kind.__subclasses__():
        yield below
        yield from all_below(below)


def import_everything() -> None:
    """Load each module of the house, so that every error is known to its base."""
    for path in modules(of=floors()):
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if "migrations" not in name and name.split(".")[:2] not in (
            ["nexus", "settings"], ["nexus", "asgi"], ["nexus", "wsgi"],
        ):  # fmt: skip
            importlib.import_module(name)


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def constants(module: ast.Module) -> dict[str, str]:
    """Module-level names of texts."""
    found = {}
    for node in module.body:
        target = getattr(node, "target", None) or (getattr(node, "targets", None) or [None])[0]
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            found[target.id] = value.value
    return found


def written(names: set[str], *, position: int | None = None) -> dict[str, str]:
    """Codes given literally to calls of these names, with a place where each is given."""
    found = {}
    for path in modules(of=floors()):
        if "/admin" in path or path == "accounts/admin.py":
            continue  # forms of the admin site answer with pages
        module = tree(path)
        known = constants(module)
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or called(node) not in names:
                continue
            given = [word.value for word in node.keywords if word.arg == "code"]
            has_place = position is not None and called(node) != "BadParameter"
            if has_place and len(node.args) > position:
                given.append(node.args[position])
            for value in given:
                code = getattr(value, "value", None) or known.get(getattr(value, "id", ""))
                if isinstance(code, str):
                    found[code] = f"{path}:{node.lineno}"
    return found


@pytest.fixture(scope="module")
def possible() -> set[str]:
    """Every code that a problem can have."""
    import_everything()
    ours = {kind.code for kind in all_below(NexusError)} | {NexusError.code}
    rest = {
        getattr(kind, "problem_code", None) or problems._CODES.get(*[kind.default_code] * 2)
        for kind in [exceptions.APIException, *all_below(exceptions.APIException)]
    }
    django = {code for _status, code, _detail in problems._FROM_DJANGO.values()}
    return (ours | rest | django | set(written(TELLING))) - INTERNAL - NOT_OURS


def test_each_possible_code_is_explained(possible):
    assert possible - EXPLAINED == set()


def test_what_is_explained_can_still_happen(possible):
    assert EXPLAINED - possible == set()


def test_each_code_inside_errors_is_named():
    inside = written(NAMING, position=1)

    assert {code: place for code, place in inside.items() if code not in INSIDE | EXPLAINED} == {}


@pytest.mark.parametrize("code", sorted(EXPLAINED))
def test_the_type_of_each_problem_leads_to_its_explanation(code, rf):
    kind = problems.problem(rf.get("/"), 400, code=code, detail="")["type"]
    path, _, anchor = kind.partition("#")

    assert path == "/docs/errors/"
    assert f'id="{anchor}"' in manual._rendered()
