"""What every way of running Nexus shares."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import environ

from nexus.settings.admin_site import UNFOLD  # noqa: F401 - a setting by its own name
from nexus.settings.documentation import (
    REDOC_SETTINGS,  # noqa: F401 - settings by their own names
    SWAGGER_SETTINGS,  # noqa: F401
    SWAGGER_USE_COMPAT_RENDERERS,  # noqa: F401
)
from nexus.settings.environment import ROOT, Environment

ENVIRONMENT = Environment.read()
DATA_DIR = ENVIRONMENT.nexus_data_dir
PORT = ENVIRONMENT.port
PUBLIC_READ = ENVIRONMENT.nexus_public_read
METRICS_ALLOW = ENVIRONMENT.nexus_metrics_allow
SOURCE_HOSTS = [host.strip().lower() for host in ENVIRONMENT.nexus_source_hosts if host.strip()]
DEMO = ENVIRONMENT.nexus_demo
BASE_URL = ENVIRONMENT.nexus_base_url or f"http://localhost:{PORT}"
FRONTEND_URL = ENVIRONMENT.nexus_frontend_url
VERSION = "0.1.0"

ALLOWED_HOSTS = ENVIRONMENT.nexus_allowed_hosts
ROOT_URLCONF = "nexus.urls"
WSGI_APPLICATION = "nexus.wsgi.application"
ASGI_APPLICATION = "nexus.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False  # a missing slash is a 404 problem, never a redirect: api-contract

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "nexus.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "corsheaders",
    "drf_yasg",
    "foundation",
    "accounts",
    "notifications",
    "learnings",
    "nexus",
]

MIDDLEWARE = [
    "foundation.http.request_ids.RequestIdMiddleware",
    "nexus.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "foundation.http.compression.CompressionMiddleware",
    "foundation.http.private_answers.PrivateAnswersMiddleware",
    "foundation.http.rate_limits.RateLimitMiddleware",
    "foundation.http.conditional.ConditionalMiddleware",
    "foundation.http.problems.ProblemMiddleware",
    "foundation.http.page_middleware.PageSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "foundation.http.page_middleware.PageAuthenticationMiddleware",
    "foundation.http.page_middleware.PageMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "nexus" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "nexus.sqlite3",
    "OPTIONS": {
        # Readers never wait for a writer, and a writer takes its lock before it reads, so that
        # two of them queue up instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
}


def database(url: str) -> dict[str, Any]:
    """Django's description of the database at `url`, or of the embedded one if it is empty."""
    if not url:
        return dict(SQLITE)
    config = dict(environ.Env.db_url_config(url))
    if config["ENGINE"] == "django.db.backends.postgresql":
        config["ENGINE"] = "foundation.postgresql"
        config["CONN_HEALTH_CHECKS"] = True  # a restarted server costs no failed request
        options: dict[str, Any] = config.setdefault("OPTIONS", {})
        options["pool"] = {"min_size": 1, "max_size": 10, "timeout": 3}
    return config


# Seconds that PostgreSQL may spend on one statement of a request: foundation.postgresql.bounds.
STATEMENT_TIMEOUT = ENVIRONMENT.nexus_statement_timeout
DATABASES = {"default": database(ENVIRONMENT.database_url)}


def cache(url: str) -> dict[str, Any]:
    """Django's description of the cache at `url`, or of the one kept in files if it is empty."""
    if not url:
        return {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": DATA_DIR / "cache",
            "OPTIONS": {"MAX_ENTRIES": 5000},
        }
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "nexus",
        # A frozen Redis must cost a reader less than the query that it saves.
        "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
    }


CACHES = {"default": cache(ENVIRONMENT.redis_url)}
KEPT_ANSWERS = ENVIRONMENT.nexus_cache  # as foundation.caching.Kept names them
FAST_LANE = ENVIRONMENT.nexus_fast_lane

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "accounts.hashing.LeanArgon2Hasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] = {"user_attributes": ("email", "display_name")}  # type: ignore[assignment]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"  # whoever logs in on a page, rather than with a token, curates
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- The API ----------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.rest.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.rest.permissions.IsSignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["foundation.http.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["foundation.http.filtering.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "foundation.http.paging.KeysetPagination",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "foundation.http.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NUM_PROXIES": ENVIRONMENT.nexus_num_proxies,
    "UNICODE_JSON": True,
    "DATETIME_FORMAT": "iso-8601",
}
# By name: how many requests in how many seconds. A workshop behind one address must get through,
# a guesser must not: docs/limits.md.
RATE_LIMITS = {
    "anonymous": (1200, 60),
    "user": (600, 60),
    "write": (120, 60),
    "search": (120, 60),
    "import": (120, 3600),
    "log-in": (10, 60),
    "log-in-address": (120, 60),
    "log-in-email": (1000, 3600),
    "register": (60, 3600),
    "reset": (5, 3600),
    "reset-address": (60, 3600),
    "verify": (60, 3600),
    "verify-email": (5, 3600),
    "password": (10, 3600),
}
RATE_LIMITS = ENVIRONMENT.rate_limits(RATE_LIMITS)
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # bytes; the JSON parser has a lower bound

SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ALGORITHM": "HS256",
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "user_id",
    "UPDATE_LAST_LOGIN": False,
    "LEEWAY": 5,  # seconds by which the clocks of two servers may differ
}

CORS_ALLOWED_ORIGINS = ENVIRONMENT.nexus_cors_origins
CORS_URLS_REGEX = r"^/(api/|swagger|openapi)"
CORS_EXPOSE_HEADERS = [
    "ETag", "Idempotency-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy",
    "Retry-After", "X-Cache", "X-Request-ID",
]  # fmt: skip
# What a page may send. django-cors-headers' own list would stop conditional requests and keys.
CORS_ALLOW_HEADERS = [
    "accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match",
    "x-request-id",
]  # fmt: skip
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.nexus_csrf_trusted_origins

# --- Work in the background -------------------------------------------------------------------

CELERY_BROKER_URL = ENVIRONMENT.celery_broker_url or "memory://localhost/"
BROKER_SCHEME = urlsplit(CELERY_BROKER_URL).scheme

# --- E-mail -----------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = ENVIRONMENT.nexus_from_email
if ENVIRONMENT.email_url:
    vars().update(environ.Env.email_url_config(ENVIRONMENT.email_url))
    EMAIL_TIMEOUT = 10  # seconds
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"

# --- Words, times, files ----------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "nexus.formats"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "foundation.http.request_ids.RequestIdFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        },
    },
    "root": {"handlers": ["console"], "level": ENVIRONMENT.nexus_log_level},
    "loggers": {
        "django": {"handlers": []},  # its own would say everything a second time
        "django.request": {"level": "ERROR"},  # what clients do wrong is counted in /metrics
    },
}
