"""The ASGI door: what a server imports."""

import os

from django.core.asgi import get_asgi_application

from foundation.http.content_types import TolerantASGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings.production")

application = get_asgi_application()
application.request_class = TolerantASGIRequest
