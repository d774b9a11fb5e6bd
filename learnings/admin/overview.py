"""The admin site's first page: how the hub is doing, and what needs somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from foundation.models import Promise
from learnings.admin import waiting
from learnings.admin.waiting import MODELS, Key
from learnings.models import ImportRun, ImportStatus, Status
from notifications.models import Announcement, Event

WEEK: Final = timedelta(days=7)
NEXT: Final = 6  # entries shown of the queue
NEWEST: Final = 8  # happenings shown
# What a curator wants to hear of; the others repeat these for followers.
TOLD: Final = {
    Event.ENTRY_SUBMITTED: "inbox",
    Event.ENTRY_PUBLISHED: "check_circle",
    Event.ENTRY_REJECTED: "undo",
    Event.SOLUTION_ACCEPTED: "verified",
    Event.IMPORT_FINISHED: "upload_file",
    Event.REVISION_PROPOSED: "difference",
    Event.REVISION_DECIDED: "rule",
}


def with_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by unfold: add the overview's figures, next entries and newest activity."""
    first = waiting.waiting({})[:NEXT]
    happened = Announcement.objects.filter(event__in=TOLD).order_by("-created_at", "-pk")
    return {
        **context,
        "figures": _figures(request),
        "next_entries": [
            {"entry": entry, "waits": waiting.since(entry.submitted_at)}
            for entry in waiting.fetch(Key(type_name, pk) for _at, type_name, pk in first)
        ],
        "activity": [
            {
                "row": row,
                "icon": TOLD[Event(row.event)],
                "address": _address(row.target),
                "ago": waiting.since(row.created_at),
            }
            for row in happened[:NEWEST]
        ],
    }


def _figures(request: HttpRequest) -> list[dict[str, Any]]:
    since = timezone.now() - WEEK
    published = sum(
        model._default_manager.filter(status=Status.PUBLISHED, published_at__gte=since).count()
        for model in MODELS.values()
    )
    failed = ImportRun.objects.filter(status=ImportStatus.FAILED, created_at__gte=since).count()
    owed = Promise.objects.filter(kept_at=None).count()
    figures = [
        _figure("Waiting for review", waiting.count_waiting(), "rate_review", "admin:review"),
        _figure("Published this week", published, "check_circle"),
        _figure(
            "Failed imports this week",
            failed,
            "upload_file",
            "admin:learnings_importrun_changelist",
        )
        | {"is_bad": failed > 0},
    ]
    backlog = _figure("Deliveries owed", owed, "outbox")
    if request.user.has_perm("foundation.view_promise"):
        backlog["address"] = f"{reverse('admin:foundation_promise_changelist')}?owed=yes"
    return [*figures, backlog]


def _figure(label: str, number: int, icon: str, page: str = "") -> dict[str, Any]:
    return {
        "label": label,
        "number": number,
        "icon": icon,
        "address": reverse(page) if page else "",
        "is_bad": False,
    }


def _address(target: str) -> str:
    """The page here of an entry whose address in the API is `target`, or nothing."""
    *_root, plural, pk = target.strip("/").split("/") if target.count("/") > 1 else ("", "")
    type_name = plural.removesuffix("s")
    if type_name in MODELS and pk.isdigit():
        return reverse(f"admin:learnings_{type_name}_change", args=(pk,))
    if pk == "revisions":
        return reverse("admin:learnings_revision_changelist")
    if plural == "imports" and pk.isdigit():
        return reverse("admin:learnings_importrun_change", args=(pk,))
    return ""
