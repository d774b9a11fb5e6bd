"""Settings for `manage.py up` and for working on Nexus."""

from nexus.settings.base import *
from nexus.settings.base import CORS_ALLOWED_ORIGINS, ENVIRONMENT, INSTALLED_APPS, MIDDLEWARE

DEBUG = True
SECRET_KEY = ENVIRONMENT.kept_secret_key()
ALLOWED_HOSTS = ENVIRONMENT.nexus_allowed_hosts or ["localhost", "127.0.0.1", "[::1]", ".localhost"]
INTERNAL_IPS = ["127.0.0.1"]

# The ports where frontend tools serve by default: Next.js and Create React App, Vite (the second
# one's too, and its preview), Angular, Astro, Parcel, Live Server, webpack and Vue.
CORS_ALLOWED_ORIGINS = [
    *CORS_ALLOWED_ORIGINS,
    *(
        f"http://{host}:{port}"
        for host in ("localhost", "127.0.0.1")
        for port in (3000, 3001, 5173, 5174, 4173, 4200, 4321, 1234, 5500, 8080)
    ),
]

WHITENOISE_USE_FINDERS = True  # static files are served from where they lie, without collectstatic
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# A development package that `make run` does not install; it would stand in the way of clicks on
# the pages, and of the API's error bodies, so it comes only when asked for.
if ENVIRONMENT.nexus_toolbar:
    INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar"]
    MIDDLEWARE = [
        *MIDDLEWARE[:4],
        "debug_toolbar.middleware.DebugToolbarMiddleware",
        *MIDDLEWARE[4:],
    ]
    DEBUG_TOOLBAR_CONFIG = {"SHOW_TOOLBAR_CALLBACK": "nexus.pages.shows_toolbar"}
