"""Settings for a server on a network. A missing value stops the start, by name."""

from django.core.exceptions import ImproperlyConfigured

from nexus.settings.base import *
from nexus.settings.base import ENVIRONMENT

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

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
