"""Bytes that were there before: on plain WSGI, and from an empty Django view.

`BENCH_BODIES` is a folder of JSON files; `/list` answers with `list.json`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODIES: Final = {
    file.stem: file.read_bytes() for file in Path(os.environ["BENCH_BODIES"]).glob("*.json")
}


def plain(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI and nothing else."""
    body = BODIES[environ["PATH_INFO"][1:]]
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]


def empty_view(_request: HttpRequest, name: str) -> HttpResponse:
    """A view that has nothing to do: the unit of all ratios."""
    return HttpResponse(BODIES[name], content_type="application/json")


urlpatterns = [path("<str:name>", empty_view)]
settings.configure(
    ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["127.0.0.1"], USE_TZ=True, SECRET_KEY="-"
)
bare = get_wsgi_application()
