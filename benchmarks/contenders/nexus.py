"""Nexus in its modes: production settings, every promise on, limits too high to be met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SECRET_KEY: Final = "only-for-measuring-on-this-machine-and-long-enough-for-hs256"
APPLICATION: Final = "nexus.wsgi:application"
PRODUCTION: Final = {
    "DJANGO_SETTINGS_MODULE": "nexus.settings.production",
    "NEXUS_SECRET_KEY": SECRET_KEY,
    "NEXUS_ALLOWED_HOSTS": "127.0.0.1",
    "NEXUS_HTTPS": "false",
    "NEXUS_DEMO": "false",
    # Counted as ever, and never reached.
    "NEXUS_RATE_LIMITS": "anonymous=999999999/minute,user=999999999/minute,write=999999999/minute",
}
MODES: Final[Mapping[str, Mapping[str, str]]] = {
    "nexus": {},
    "nexus-no-lane": {"NEXUS_FAST_LANE": "false"},
    "nexus-open": {"NEXUS_PUBLIC_READ": "true"},
    "nexus-open-no-lane": {"NEXUS_PUBLIC_READ": "true", "NEXUS_FAST_LANE": "false"},
    "nexus-fragments": {"NEXUS_CACHE": "fragments"},
    "nexus-none": {"NEXUS_CACHE": "none"},
}


def environment(mode: str, *, database_url: str, redis_url: str, data_dir: str) -> dict[str, str]:
    """What a server of this mode is started with. Its broker is Redis, too."""
    return {
        **PRODUCTION,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "CELERY_BROKER_URL": redis_url,
        "NEXUS_DATA_DIR": data_dir,
        **MODES[mode],
    }
