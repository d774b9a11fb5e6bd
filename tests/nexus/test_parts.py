import pytest

from nexus import parts


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://localhost:6379/0", "localhost:6379/0"),
        ("rediss://user:secret@cache.internal:6380/2?password=secret", "cache.internal:6380/2"),
        ("amqp://nexus:secret@queue//", "queue"),
        ("redis://", "localhost"),
    ],
)
def test_a_place_is_told_without_credentials(url, place):
    assert parts.place(url) == place


def test_an_address_that_cannot_be_read_is_not_shown():
    assert "secret" not in parts.place("redis://:pa/secret@cache:6379/0")


def test_services_are_named_without_credentials(settings, monkeypatch):
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "nexus",
        "HOST": "db",
        "PORT": 5432,
        "USER": "nexus",
        "PASSWORD": "secret",
    }
    monkeypatch.setitem(settings.DATABASES, "default", database)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://:secret@cache:6379/0",
        }
    }
    settings.CELERY_BROKER_URL, settings.BROKER_SCHEME = "amqp://nexus:secret@queue//", "amqp"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail", 587

    assert parts.in_use() == {
        "Database": "PostgreSQL at db:5432/nexus",
        "Cache": "Redis at cache:6379/0",
        "Broker": "RabbitMQ at queue",
        "E-mail": "SMTP at mail:587",
    }


def test_embedded_parts_say_where_they_keep_things(settings, monkeypatch, tmp_path):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "nexus.sqlite3"}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path / "cache",
        }
    }
    settings.BROKER_SCHEME = "memory"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"

    found = parts.in_use()

    assert found["Database"] == f"SQLite in {tmp_path / 'nexus.sqlite3'}"
    assert found["Cache"] == f"files in {tmp_path / 'cache'}"
    assert found["Broker"].startswith("in memory")
    assert found["E-mail"] == f"files in {tmp_path / 'mail'}"
