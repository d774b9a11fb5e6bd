"""Is it alive, is it ready, and if not, which part is away?

`/healthz` asks nothing but this process: an orchestrator restarts what does not answer it, and a
restart mends no database. `/readyz` asks every part:

| component | away means |
| --- | --- |
| `database`, `migrations` | nothing can be answered: 503, and no traffic should come here |
| `cache` | reads go to the database, slower: 200, `degraded` |
| `broker`, `outbox` | notifications and imports wait, none is lost: 200, `degraded` |

Taking a hub that can still be read out of service would make a small trouble a big one, so only
the first row does. Answers name the kind of error and never its text, which can hold addresses.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache as once
from typing import Any, Final

from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation.errors import Unavailable
from foundation.models import Promise
from foundation.outbox import RING_GRACE

logger = logging.getLogger(__name__)

BROKER_PATIENCE: Final = 1.0  # seconds
LAG_ALARM: Final = timedelta(seconds=60)  # six sweeps: a worker that lives would have been there


class NotReady(Unavailable):
    """A part answers, but not as it should; the sentence says how."""

    code = "not_ready"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is promised and not yet kept. `lag` is zero until the first ring had its time."""

    owed: int
    lag: timedelta


def backlog(*, at: datetime) -> Backlog:
    """How much work waits at `at`, and how old the oldest overdue piece is."""
    found = Promise.objects.filter(kept_at=None).aggregate(
        owed=Count("pk"), oldest_at=Min("made_at")
    )
    age = at - found["oldest_at"] if found["oldest_at"] else timedelta()
    return Backlog(owed=found["owed"], lag=age if age > RING_GRACE else timedelta())


@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer, which is all that is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> HttpResponse:
    """Name every part with its state and how long it took to answer, in milliseconds."""
    components = {name: _asked(name, check) for name, check in _CHECKS.items()}
    away = {name for name, found in components.items() if found["status"] != "ok"}
    status = "ok" if not away else "unavailable" if away & _NEEDED else "degraded"
    return JsonResponse(
        {"status": status, "components": components}, status=503 if away & _NEEDED else 200
    )


def _asked(name: str, check: Callable[[], None]) -> dict[str, Any]:
    began = time.perf_counter()
    found: dict[str, Any] = {"status": "ok"}
    try:
        check()
    except NotReady as error:
        found = {"status": "err", "error": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a part throws, the answer is that it is away
        logger.warning("%s is not ready: %s: %s", name, type(error).__name__, error)
        found = {"status": "err", "error": type(error).__name__}
    return {**found, "latency_ms": round((time.perf_counter() - began) * 1000, 1)}


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    applied = MigrationRecorder(connection).applied_migrations()
    if missing := _known_migrations() - set(applied):
        names = ", ".join(sorted(".".join(key) for key in missing))
        raise NotReady(f"Not applied: {names}.")


@once
def _known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations that this code came with, as (app, name). Read from disk a single time."""
    loader = MigrationLoader(None)
    return frozenset(key for key, found in loader.disk_migrations.items() if not found.replaces)


def _cache() -> None:
    # Written and read back: a Redis that is full answers a ping, too.
    token = uuid.uuid4().hex
    cache.set(f"readyz:{token}", token, timeout=10)
    if cache.get(f"readyz:{token}") != token:
        raise NotReady("What was written could not be read back.")
    cache.delete(f"readyz:{token}")


def _broker() -> None:
    link = current_app.connection_for_read()
    options = dict(link.transport_options or {})
    if link.transport.driver_type == "redis":
        options |= {"socket_timeout": BROKER_PATIENCE, "socket_connect_timeout": BROKER_PATIENCE}
    with link.clone(connect_timeout=BROKER_PATIENCE, transport_options=options) as probe:
        # Not `connect`, which tries a second time: whoever asks will ask again by themselves.
        opened = probe.transport.establish_connection()
        probe.transport.close_connection(opened)


def _outbox() -> None:
    found = backlog(at=timezone.now())
    if found.lag > LAG_ALARM:
        waited = int(found.lag.total_seconds())
        raise NotReady(f"{found.owed} promises wait, the oldest for {waited} s.")


_CHECKS: Final[dict[str, Callable[[], None]]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "broker": _broker,
    "outbox": _outbox,
}
_NEEDED: Final = frozenset({"database", "migrations"})
