"""Rate limits over HTTP: whom a request counts for, the headers, the refusal.

A view says what it asks of the hub beyond reading and writing: `rate_scopes = ("search",)`, or by
action: `rate_scopes = {"create": ("import",)}`. Everything else happens by itself: each request
counts for its person, or else for the network it comes from; unsafe ones of a person as writes.
Rates are in `settings.RATE_LIMITS`. The reasons for each are in docs/limits.md.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.settings import api_settings

from foundation import limiting
from foundation.http.problems import is_api, problem_response
from foundation.limiting import Attempt, Limit, Standing

Scopes = Sequence[str] | Mapping[str, Sequence[str]]


class By(enum.Enum):
    """What a limit tells requests apart by."""

    PLACE = enum.auto()  # the network address, as far as our own proxies can be believed
    EMAIL = enum.auto()  # the address in the body, known or not, however it is written
    ASKER = enum.auto()  # the person, or the network address of who is not signed in


# For each scope its limits, and what they tell requests apart by.
SCOPES: Final[Mapping[str, Mapping[str, tuple[By, ...]]]] = {
    "anonymous": {"anonymous": (By.PLACE,)},
    "user": {"user": (By.ASKER,)},
    "write": {"write": (By.ASKER,)},
    "search": {"search": (By.ASKER,)},
    "import": {"import": (By.ASKER,)},
    "log-in": {
        "log-in": (By.PLACE, By.EMAIL),
        "log-in-address": (By.PLACE,),
        "log-in-email": (By.EMAIL,),
    },
    "register": {"register": (By.PLACE,)},
    "reset": {"reset": (By.EMAIL,), "reset-address": (By.PLACE,)},
    "verify": {"verify": (By.PLACE,), "verify-email": (By.EMAIL,)},
    "password": {"password": (By.ASKER,)},
}
GUARDING: Final = frozenset({"log-in", "register", "reset", "verify", "password"})  # secrets

_STANDINGS: Final = "nexus.standings"  # in META, where no header of a client can put anything


class TooOften(APIException):
    """A limit is exhausted: 429 `rate_limited`, with `Retry-After`."""

    status_code = 429
    default_code = "rate_limited"

    def __init__(self, standings: Iterable[Standing]) -> None:
        exceeded = [standing for standing in standings if standing.exceeded]
        self.wait = max(standing.resets_in for standing in exceeded)
        super().__init__(_refusal(exceeded))


def count_request(request: Request, scopes: Scopes, *, action: str | None) -> None:
    """Count a request of the API, and keep where it stands for the headers of its answer.

    Raises:
        TooOften: one of its limits is exhausted.
        APIException: the body cannot be read; it was counted all the same.
    """
    wanted = scopes.get(action or "", ()) if isinstance(scopes, Mapping) else scopes
    person = request.user.pk if request.user and request.user.is_authenticated else None
    names = ["anonymous"] if person is None else ["user"]
    if person is not None and request.method not in SAFE_METHODS:
        names.append("write")
    email, unreadable = "", None
    if any(By.EMAIL in by for name in wanted for by in SCOPES[name].values()):
        try:
            email = _email(request.data)
        except APIException as error:
            unreadable = error
    asked = attempts([*names, *wanted], place=place_of(request), person=person, email=email)
    standings = limiting.count(asked, at=timezone.now())
    request._request.META[_STANDINGS] = standings  # noqa: SLF001 - what middleware sees
    if any(standing.exceeded for standing in standings):
        raise TooOften(standings)
    if unreadable is not None:
        raise unreadable


def attempts(
    scopes: Iterable[str], *, place: str, person: int | None = None, email: str = ""
) -> list[Attempt]:
    """What one request is counted as: an attempt for each limit of `scopes`.

    But for limits by e-mail address alone where none was sent, or all would share one count.
    """
    parts = {
        By.PLACE: f"place {place}",
        By.ASKER: f"place {place}" if person is None else f"person {person}",
        By.EMAIL: f"email {email.strip().lower().casefold()}",
    }
    made = []
    for scope in scopes:
        for name, by in SCOPES[scope].items():
            if by == (By.EMAIL,) and not email.strip():
                continue
            quota, window = settings.RATE_LIMITS[name]
            limit = Limit(name, quota, window, scope in GUARDING, told=by != (By.EMAIL,))
            made.append(Attempt(limit, " ".join(parts[part] for part in by)))
    return made


def place_of(request: HttpRequest | Request) -> str:
    """The network a request comes from, as `place_in` finds it."""
    return place_in(request.META)


def place_in(meta: Mapping[str, Any]) -> str:
    """The network a request comes from; of `X-Forwarded-For` only what our proxies wrote.

    An IPv6 address stands for its /64: whoever has one has all of them.
    """
    given: str = meta.get("REMOTE_ADDR") or ""
    proxies: int | None = api_settings.NUM_PROXIES
    if proxies and (forwarded := meta.get("HTTP_X_FORWARDED_FOR")) is not None:
        # Each proxy adds at the end whom it was asked by.
        asked_by = forwarded.split(",")
        given = asked_by[-min(proxies, len(asked_by))].strip()
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address)


class RateLimitMiddleware:
    """Tells on each answer of the API how much is left, and counts what no view has counted.

    Unknown addresses, refused tokens and unacceptable `Accept` headers count as anonymous.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return self.get_response(request)
        response = self.get_response(request)
        standings = request.META.get(_STANDINGS)
        if standings is None:
            asked = attempts(["anonymous"], place=place_of(request))
            standings = limiting.count(asked, at=timezone.now())
            if any(standing.exceeded for standing in standings):
                response = _too_often(request, standings)
        for name, value in headers(standings).items():
            response[name] = value
        return response


def headers(standings: Sequence[Standing]) -> dict[str, str]:
    """The limits and what is left of them, as draft-ietf-httpapi-ratelimit-headers-10 has it."""
    told = [standing for standing in standings if standing.limit.told or standing.exceeded]
    return {
        "RateLimit-Policy": ", ".join(
            f'"{known.limit.name}";q={known.limit.quota};w={known.limit.window}' for known in told
        ),
        "RateLimit": ", ".join(
            f'"{known.limit.name}";r={known.remaining};t={known.resets_in}' for known in told
        ),
    }


def _too_often(request: HttpRequest, standings: Sequence[Standing]) -> HttpResponseBase:
    error = TooOften(standings)
    response = problem_response(request, 429, code=error.default_code, detail=str(error.detail))
    response["Retry-After"] = str(error.wait)
    return response


def _refusal(exceeded: Sequence[Standing]) -> str:
    said = ", ".join(
        f'"{known.limit.name}" allows {known.limit.quota} requests in {known.limit.window} seconds'
        for known in exceeded
    )
    return f"Too often: {said}. Wait as long as Retry-After says."


def _email(body: Any) -> str:
    """The address in a body that nobody has validated yet."""
    email = body.get("email") if isinstance(body, Mapping) else None
    return str(email) if isinstance(email, str | int | float) else ""
