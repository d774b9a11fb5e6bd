"""How often somebody may try to get in."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts.models import normalised_email

logger = logging.getLogger(__name__)


class LenientThrottle(SimpleRateThrottle):
    """Counts in the cache, and lets everybody pass while the cache is away."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this request is within the rate."""
        try:
            return bool(super().allow_request(request, view))
        except (RedisError, OSError) as error:
            logger.warning("Nobody counts attempts, the cache is out of reach: %s", error)
            return True


class RegisterThrottle(LenientThrottle):
    """Per place that people register from."""

    scope = "register"

    def get_cache_key(self, request: Request, view: APIView) -> str:  # noqa: ARG002
        """One count per network address, as far as our own proxies can be believed."""
        return f"throttle:{self.scope}:{self.get_ident(request)}"


class LogInThrottle(LenientThrottle):
    """Per e-mail address and place: nobody can lock a person out from somewhere else."""

    scope = "log-in"

    def get_cache_key(self, request: Request, view: APIView) -> str:  # noqa: ARG002
        """One count per network address and e-mail address, in whatever case it is typed."""
        # Hashed: the address may hold any character and have any length.
        digest = hashlib.sha256(_email(request.data).encode(errors="replace")).hexdigest()
        return f"throttle:{self.scope}:{self.get_ident(request)}:{digest}"


def _email(body: Any) -> str:
    """The address in a body that nobody has validated yet."""
    email = body.get("email") if isinstance(body, Mapping) else None
    return normalised_email(email) if isinstance(email, str) else ""
