"""The WSGI door: what a server imports."""

import os
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from foundation.http.content_types import TolerantWSGIRequest
from foundation.postgresql import bounds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings.production")


def fast(django: WSGIHandler) -> Any:
    """Django behind the fast lane, where Redis is there to carry it."""
    # Now, when Django is set up: it imports models.
    from foundation.redis_commands import is_configured
    from nexus.fastlane import FastLane

    return FastLane(django) if settings.FAST_LANE and is_configured() else django


bounds.serve()
_django = get_wsgi_application()
_django.request_class = TolerantWSGIRequest
application = fast(_django)
