"""The environment is read in one place, and everything that is read there is described."""

import ast
import re
import threading
from dataclasses import fields

import pytest

from nexus.settings.environment import Environment
from tests.architecture.sources import ROOT, floors, modules, tree

SETTINGS = "nexus/settings/"
TOUCHING = {"environ", "environb", "getenv", "putenv", "unsetenv"}
EXAMPLE = (ROOT / ".env.example").read_text()
# `NAME=value`, or `#NAME=value` for what has a default.
VARIABLE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
# `${NAME:-default}` and its kin, as docker compose reads them.
INTERPOLATED = re.compile(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)")


def is_door(statement: ast.AST) -> bool:
    """Whether this only names settings: `os.environ.setdefault("DJANGO_SETTINGS_MODULE", …)`."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="setdefault"),
                args=[ast.Constant(value="DJANGO_SETTINGS_MODULE"), _],
            )
        ):
            return True
    return False


def touches(node: ast.AST) -> bool:
    """Whether this reads or writes the environment, or gets hold of what does."""
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr=name):
            return name in TOUCHING
        case ast.ImportFrom(module="os", names=names):
            return any(alias.name in TOUCHING for alias in names)
        case ast.ImportFrom(module="environ"):
            return True
        case ast.Import(names=names):
            return any(alias.name == "environ" for alias in names)
    return False


def touched_in(path: str) -> list[str]:
    """Where a module touches the environment, as `path:line`."""
    module = tree(path)
    doors = {id(part) for node in ast.walk(module) if is_door(node) for part in ast.walk(node)}
    return [
        f"{path}:{node.lineno}"
        for node in ast.walk(module)
        if id(node) not in doors and touches(node)
    ]


def variables_of_compose() -> set[str]:
    return set(INTERPOLATED.findall((ROOT / "docker-compose.yml").read_text()))


def test_only_settings_read_the_environment():
    elsewhere = [path for path in modules(of=floors()) if not path.startswith(SETTINGS)]

    assert [place for path in elsewhere for place in touched_in(path)] == []


def test_the_example_names_exactly_what_settings_and_containers_read():
    read = {field.name.upper() for field in fields(Environment)} | variables_of_compose()

    described = [name for name, _value in VARIABLE.findall(EXAMPLE)]

    assert read - set(described) == set(), "read, but not described"
    assert set(described) - read == set(), "described, but not read"


@pytest.mark.parametrize("name", [name for name, _value in VARIABLE.findall(EXAMPLE)])
def test_each_variable_is_described_by_a_comment(name):
    lines = EXAMPLE.splitlines()
    place = next(i for i, line in enumerate(lines) if re.match(rf"^#?{name}=", line))

    assert re.match(r"^# \S+ \S+", lines[place - 1]), f"what is {name}?"


def test_the_reader_accepts_every_example(monkeypatch):
    examples = dict(VARIABLE.findall(EXAMPLE))
    for name, value in examples.items():
        monkeypatch.setenv(name, value)

    environment = Environment.read()

    assert environment.port == int(examples["PORT"])
    assert environment.nexus_allowed_hosts == examples["NEXUS_ALLOWED_HOSTS"].split(",")


# What a container has of its own, or must not have.
NOT_FOR_CONTAINERS = {"NEXUS_DATA_DIR", "NEXUS_DEMO", "NEXUS_TOOLBAR", "PORT"}


def test_containers_pass_on_exactly_what_settings_read():
    passed = re.findall(
        r"^ {4}((?:NEXUS|DATABASE|REDIS|CELERY|EMAIL)_[A-Z_]+):",
        (ROOT / "docker-compose.yml").read_text(),
        re.MULTILINE,
    )

    read = {field.name.upper() for field in fields(Environment)}
    assert set(passed) == read - NOT_FOR_CONTAINERS


def test_parallel_first_starts_agree_on_a_secret_key(tmp_path, monkeypatch):
    monkeypatch.setenv("NEXUS_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.delenv("NEXUS_SECRET_KEY", raising=False)
    environment = Environment.read()
    start, keys = threading.Barrier(8), []

    def begin():
        start.wait(10)
        keys.append(environment.kept_secret_key())

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert len(keys[0]) > 50
    (kept,) = (tmp_path / "new").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
