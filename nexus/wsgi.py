"""The WSGI door: what a server imports."""

import os

from django.core.wsgi import get_wsgi_application

from foundation.http.content_types import TolerantWSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings.production")

application = get_wsgi_application()
application.request_class = TolerantWSGIRequest
