"""Settings for a server on a network. A missing value stops the start, by name."""

from django.core.exceptions import ImproperlyConfigured

from nexus.settings.base import *
from nexus.settings.base import DATABASES, ENVIRONMENT

ENVIRONMENT.require(
    "nexus_secret_key", "nexus_allowed_hosts", "database_url", "redis_url", "celery_broker_url"
)
if ENVIRONMENT.nexus_demo:
    raise ImproperlyConfigured("NEXUS_DEMO brings accounts with known passwords: never here.")

DEBUG = False
SECRET_KEY = ENVIRONMENT.nexus_secret_key

SECURE_SSL_REDIRECT = ENVIRONMENT.nexus_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.nexus_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENVIRONMENT.nexus_https
SECURE_HSTS_PRELOAD = ENVIRONMENT.nexus_https
SESSION_COOKIE_SECURE = ENVIRONMENT.nexus_https
CSRF_COOKIE_SECURE = ENVIRONMENT.nexus_https

# Each thread of the web server keeps a connection of its own, for as long as the thread lives. One
# that PostgreSQL closed is replaced at once, and refused at once while PostgreSQL is away. A pool
# would keep each reader waiting, and whoever only wants what is in the cache would queue behind.
for _database in DATABASES.values():
    if _database.get("OPTIONS", {}).pop("pool", None):
        _database["CONN_MAX_AGE"] = None  # no end
        # What the URL says goes first. A host that is gone refuses nothing: it is noticed by time.
        _database["OPTIONS"] = {
            "prepare_threshold": 2,  # for statements that are always the same
            "connect_timeout": 3,  # seconds
            "tcp_user_timeout": 5_000,  # milliseconds that something sent may stay unnoticed
            "keepalives_idle": 10,  # seconds
            "keepalives_interval": 3,
            "keepalives_count": 3,
            **_database["OPTIONS"],
        }

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
