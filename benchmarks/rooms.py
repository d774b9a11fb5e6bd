"""Which part of a Python process a stack of calls is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Final

ELSEWHERE: Final = "Python and the rest"
# The innermost frame whose file holds one of these decides; earlier lines win over later ones.
ROOMS: Final = (
    ("PostgreSQL and its driver", ("/psycopg/", "/psycopg_pool/", "/psycopg_binary/")),
    ("Redis and its client", ("/redis/", "/hiredis/", "/core/cache/backends/redis",
                              "/foundation/redis_commands")),
    ("Message broker", ("/kombu/", "/celery/", "/amqp/", "/foundation/doorbell")),
    ("JSON Web Tokens", ("/jwt/", "/rest_framework_simplejwt/")),
    ("Markdown", ("/markdown_it/", "/nh3/", "/mdurl/", "/foundation/markdown")),
    ("Fast lane", ("/nexus/fastlane",)),
    ("Django's ORM", ("/django/db/",)),
    ("REST framework", ("/rest_framework/", "/django_filters/")),
    ("Middleware of others", ("/corsheaders/", "/whitenoise/", "/django/middleware/",
                              "/django/contrib/")),
    ("Middleware of Nexus", ("/foundation/http/", "/nexus/metrics", "/prometheus_client/",
                             "/foundation/limiting")),
    ("Nexus itself", ("/foundation/", "/accounts/", "/learnings/", "/notifications/", "/nexus/")),
    ("Django's requests and handlers", ("/django/",)),
)  # fmt: skip
NAMES: Final = (*(name for name, _ in ROOMS), ELSEWHERE)


def room_of(files: Iterable[str]) -> str:
    """The room of a stack, given the files of its frames from the innermost outwards."""
    for file in files:
        for name, parts in ROOMS:
            if any(part in file for part in parts):
                return name
    return ELSEWHERE


def files_of(frame: FrameType | None) -> Iterator[str]:
    """The files of a frame and of its callers."""
    while frame is not None:
        yield frame.f_code.co_filename
        frame = frame.f_back
