"""Reading JSON bodies without trusting them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_JSON: Final = 1024 * 1024  # bytes


class BodyTooLarge(APIException):
    """A JSON body over `MAX_JSON`."""

    status_code = 413
    default_detail = "A JSON body may have 1 MiB at most."
    default_code = "too_large"


class StrictJSONParser(JSONParser):
    """JSON with a size limit. What is nested too deeply to read is malformed, not a crash."""

    max_size = MAX_JSON

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Parse the body.

        Raises:
            BodyTooLarge: more than `max_size` bytes, whatever `Content-Length` says.
            ParseError: not JSON.
        """
        body = stream.read(self.max_size + 1)
        if len(body) > self.max_size:
            raise BodyTooLarge
        try:
            return super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON nested too deeply.") from None
