"""Calling a WSGI application as a server does, in this process."""

from __future__ import annotations

import io
import sys
import time
from typing import Any


def call(application: Any, *, method: str, path: str, headers: dict[str, str], body: str) -> bytes:
    """Send one request; `{n}` in its body becomes a number of its own.

    Raises:
        RuntimeError: it was not answered with a success.
    """
    sent = body.replace("{n}", str(time.time_ns())).encode()
    environ = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1", "HTTP_ACCEPT": "*/*",
        "CONTENT_LENGTH": str(len(sent)), "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(sent), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    statuses: list[str] = []

    def start_response(status: str, _headers: Any, _error: Any = None) -> None:
        statuses.append(status)

    answered = application(environ, start_response)
    try:
        content = b"".join(answered)
    finally:
        if hasattr(answered, "close"):
            answered.close()
    if not statuses[0].startswith("2"):
        raise RuntimeError(f"{statuses[0]}: {content[:300]!r}")
    return content
