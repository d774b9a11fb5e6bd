"""Numbers for Prometheus: requests as they pass, the hub's state as it is when asked.

The counters are those of one process. Where several serve, scrape each of them by its own address.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Model
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from accounts.models import User
from foundation.postgresql import bounds
from learnings.models import Challenge, ImportRun, Learning, Solution
from nexus.health import backlog
from nexus.pages import NOTHING_HERE

registry = CollectorRegistry()
ProcessCollector(registry=registry)
PlatformCollector(registry=registry)
GCCollector(registry=registry)

REQUESTS: Final = Counter(
    "nexus_http_requests",
    "Requests answered.",
    ["method", "route", "status"],
    registry=registry,
)
LATENCY: Final = Histogram(
    "nexus_http_request_seconds",
    "Time from a request's arrival to its answer's first byte.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)

# Labels are kept from a closed set: a client that makes up methods or addresses must not be able
# to make the hub remember them for ever.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE: Final = "(none)"  # static files, unknown addresses, what middleware answered itself


class MetricsMiddleware:
    """Counts and times each request by its route, which is a pattern and never a raw address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = f"/{match.route}" if match and match.url_name != NOTHING_HERE else _NO_ROUTE
        method = request.method if request.method in _METHODS else "OTHER"
        note(method, route, response.status_code, time.perf_counter() - began)
        return response


def note(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered, and how long that took."""
    latency, requests = _kept(method, route, status)
    latency.observe(seconds)
    requests.inc()


@cache  # as many as the collectors keep themselves, which look for labels under a lock
def _kept(method: str, route: str, status: int) -> tuple[Histogram, Counter]:
    return LATENCY.labels(method, route), REQUESTS.labels(method, route, status)


class HubCollector(Collector):
    """Asks the database, on each scrape, what the hub holds and how much work it owes."""

    def describe(self) -> Iterable[Metric]:
        """Name nothing in advance, so that registering runs no query."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the hub's gauges; without a database only that it is away."""
        up = GaugeMetricFamily("nexus_database_up", "Whether the database answered.")
        gauges, answers = [], True
        try:
            for gauge in self._gauges():
                gauges.append(gauge)  # noqa: PERF402 - what came before an error is told
        except DatabaseError as error:
            answers = bounds.is_reached(error)  # it says that counting takes too long
        up.add_metric([], int(answers))
        yield up
        yield from gauges

    def _gauges(self) -> Iterator[Metric]:
        # What somebody is woken for comes first: counting all entries may take too long.
        waiting = backlog(at=timezone.now())
        yield GaugeMetricFamily("nexus_outbox_owed", "Promises not kept yet.", waiting.owed)
        yield GaugeMetricFamily(
            "nexus_outbox_lag_seconds",
            "Age of the oldest overdue promise.",
            waiting.lag.total_seconds(),
        )
        entries = GaugeMetricFamily("nexus_entries", "Entries.", labels=["type", "status"])
        for model in (Learning, Challenge, Solution):
            for status, count in _by_status(model):
                entries.add_metric([model._meta.model_name or "", status], count)
        yield entries
        imports = GaugeMetricFamily("nexus_imports", "README imports.", labels=["status"])
        for status, count in _by_status(ImportRun):
            imports.add_metric([status], count)
        yield imports
        yield GaugeMetricFamily(
            "nexus_users", "Active people.", User.objects.filter(is_active=True).count()
        )


registry.register(HubCollector())


@require_safe
@never_cache
def exposition(request: HttpRequest) -> HttpResponse:
    """All numbers as text, for the addresses in `METRICS_ALLOW`; for others there is nothing here.

    Raises:
        Http404: the request comes from elsewhere, or through a proxy.
    """
    if not _may_read(request):
        raise Http404
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    # What comes through a proxy carries the proxy's address, which is often loopback, and the
    # header that names the real one can be made up: so neither is believed.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(
        address in ipaddress.ip_network(allowed, strict=False) for allowed in settings.METRICS_ALLOW
    )


def _by_status(model: type[Model]) -> list[tuple[str, int]]:
    rows = model._default_manager.order_by().values_list("status")
    return list(rows.annotate(count=Count("pk")))
