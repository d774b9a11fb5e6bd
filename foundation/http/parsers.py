"""Reading JSON bodies without trusting them."""

from __future__ import annotations

import json
import math
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
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
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
            return json.loads(body.decode(), parse_constant=_refused, parse_float=_finite)
        except ValueError as error:
            raise ParseError(f"This is not JSON: {error}") from None
        except RecursionError:
            raise ParseError("JSON nested too deeply.") from None


def _refused(constant: str) -> None:
    """Refuse NaN and Infinity, which Python reads though JSON has no such words."""
    raise ValueError(f"{constant} is not a JSON value.")


def _finite(text: str) -> float:
    """The number, unless it is so large that Python would call it infinite."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is too large a number.")
    return number
