"""Settings for the test-suite: embedded parts, or the services named in the environment."""

import os

from nexus.settings.base import *
from nexus.settings.base import CACHES, DATABASES, ENVIRONMENT, MIDDLEWARE, RATE_LIMITS

DEBUG = False
SECRET_KEY = "only-for-tests-and-long-enough-for-hs256-signatures"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
CORS_ALLOWED_ORIGINS = ["http://localhost:5173"]

# Every answer of the API is compared with the contract: tests/validation.py.
MIDDLEWARE = ["tests.validation.ContractMiddleware", *MIDDLEWARE]

# Argon2 is slow on purpose; one test checks that production uses it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

if not ENVIRONMENT.database_url:
    # A file, not memory: threads and live servers then meet the same locks as in production.
    DATABASES["default"]["TEST"] = {"NAME": ENVIRONMENT.nexus_data_dir / "test.sqlite3"}
else:
    DATABASES["default"]["OPTIONS"].pop("pool", None)  # the test database is dropped at the end
    # Nor need it outlive a power cut: a commit does not wait for the disk.
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c synchronous_commit=off")

# On a busy machine anything is slow at times. Tests of the bound set it.
STATEMENT_TIMEOUT = 0.0

if ENVIRONMENT.redis_url:
    # Each test process keeps its pages apart, and is patient while others keep the machine busy.
    CACHES["default"]["KEY_PREFIX"] = f"nexus-test-{os.getpid()}"
    CACHES["default"]["OPTIONS"] = {"socket_timeout": 3, "socket_connect_timeout": 3}
else:
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# No test meets a limit that it did not lower itself, through `settings.RATE_LIMITS`.
RATE_LIMITS = {name: (1_000_000, window) for name, (_, window) in RATE_LIMITS.items()}
