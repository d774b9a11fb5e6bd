"""Which database, cache, broker and mail server are in use, in words and without credentials."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

_BROKERS: Final = {"amqp": "RabbitMQ", "amqps": "RabbitMQ", "redis": "Redis", "rediss": "Redis"}


def in_use() -> dict[str, str]:
    """Describe each part by its name, such as `{"Cache": "Redis at localhost:6379/0"}`."""
    return {
        "Database": _database(),
        "Cache": _cache(),
        "Broker": _broker(),
        "E-mail": _email(),
    }


def place(url: str) -> str:
    """Where `url` points to: host, port and path. User, password and options are left out."""
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except (
        ValueError
    ):  # a password with an unquoted `:` or `/` in it; better say less than too much
        return "an address that cannot be read"
    return f"{parts.hostname or 'localhost'}{port}{parts.path.rstrip('/')}"


def _database() -> str:
    chosen = settings.DATABASES["default"]
    engine = chosen["ENGINE"].rpartition(".")[2]
    if engine == "sqlite3":
        return f"SQLite in {chosen['NAME']}"
    port = f":{chosen['PORT']}" if chosen.get("PORT") else ""
    name = "PostgreSQL" if engine == "postgresql" else engine
    return f"{name} at {chosen.get('HOST') or 'the local socket'}{port}/{chosen['NAME']}"


def _cache() -> str:
    chosen = settings.CACHES["default"]
    kind = chosen["BACKEND"].rpartition(".")[2]
    if kind == "RedisCache":
        return f"Redis at {place(chosen['LOCATION'])}"
    return f"files in {chosen['LOCATION']}" if kind == "FileBasedCache" else "in memory"


def _broker() -> str:
    if settings.BROKER_SCHEME == "memory":
        return "in memory, with the worker in this process"
    name = _BROKERS.get(settings.BROKER_SCHEME, settings.BROKER_SCHEME)
    return f"{name} at {place(settings.CELERY_BROKER_URL)}"


def _email() -> str:
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return f"files in {settings.EMAIL_FILE_PATH}"
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return f"SMTP at {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
