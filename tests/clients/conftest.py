"""Fixtures of the clients' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients import npm
from tests.clients.demo_hubs import demo_hub
from tests.nexus.running import Hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[Hub]:
    """A fresh hub with the demo, for the tests of one file."""
    with demo_hub(tmp_path_factory.mktemp("hub") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def packages() -> None:
    """What package-lock.json pins is installed."""
    npm.install()


@pytest.fixture(scope="session")
def built(packages) -> str:
    """The client is compiled and its tests are; returns what the checks of its types said."""
    return npm.built()
