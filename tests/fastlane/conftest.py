"""Settings as in production behind a proxy, and no messages to workers."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings

from foundation import doorbell
from tests.fastlane.calling import lasting_connections


@pytest.fixture(autouse=True)
def _as_in_production(settings, monkeypatch):
    """Behind a proxy that says how it was asked; without what only tests look at."""
    settings.MIDDLEWARE = [n for n in django_settings.MIDDLEWARE if not n.startswith("tests.")]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 3600
    monkeypatch.setattr(doorbell, "_send", lambda *_args, **_options: None)


@pytest.fixture
def _lasting_connections():
    with lasting_connections():
        yield
