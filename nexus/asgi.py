"""The ASGI door: what a server imports."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from foundation.http.content_types import TolerantASGIRequest
from foundation.postgresql import bounds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings.production")

# Here each request has a thread of its own. What a thread kept, nobody would ever use again.
for _database in settings.DATABASES.values():
    _database["CONN_MAX_AGE"] = 0

bounds.serve()
application = get_asgi_application()
application.request_class = TolerantASGIRequest
