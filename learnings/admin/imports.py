"""Import runs, read-only, with the report their authors get."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
)
from unfold.decorators import display

from foundation.admin import DayRangeFilter, ReadOnlyAdmin
from foundation.errors import NexusError
from learnings.admin.comparing import compare
from learnings.admin.steps import change_address, person
from learnings.admin.waiting import Key, fetch
from learnings.importing.resolving import resolve
from learnings.models import ImportConflict, ImportRun, ImportStatus, Keep

STATUS_COLOURS: Final = {
    ImportStatus.QUEUED: "info",
    ImportStatus.RUNNING: "warning",
    ImportStatus.DONE: "success",
    ImportStatus.FAILED: "danger",
}
# The numbers of a report, in the order in which they are told.
COUNTS: Final = ("created", "updated", "unchanged", "gone", "conflicts")


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """READMEs that were read, newest first."""

    list_display = ("document", "status_label", "author", "told", "created_at", "finished_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("author", AutocompleteSelectFilter),
        ("created_at", DayRangeFilter),
    )
    list_filter_submit = True
    search_fields = ("document", "repository", "author__display_name")
    ordering = ("-created_at", "-pk")
    change_form_outer_before_template = "admin/curation/import.html"

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """None: the report says all there is to say."""
        return []

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A run is a record of what happened; what it made is deleted by the rules for entries."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Runs with their authors, without the bytes they read."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("author").defer("content")

    def get_urls(self) -> list[Any]:
        """Add where conflicts are decided."""
        resolving = path(
            "<int:run_id>/conflicts/<int:number>/",
            self.admin_site.admin_view(require_POST(self.resolve_conflict)),
            name="learnings_importrun_resolve",
        )
        return [resolving, *super().get_urls()]

    def resolve_conflict(self, request: HttpRequest, run_id: int, number: int) -> HttpResponse:
        """Keep the hub's words, or take the README's, and return to the report."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        conflict = get_object_or_404(ImportConflict, import_run=run_id, number=number)
        keep = request.POST.get("keep", "")
        if keep not in Keep.values:
            raise BadRequest
        try:
            resolve(conflict, keep=Keep(keep), by=person(request), at=timezone.now())
        except NexusError as refusal:
            messages.warning(request, f"Not decided. {refusal}")
        else:
            messages.success(request, f"Decided: {Keep(keep).label} words are kept.")
        return HttpResponseRedirect(reverse("admin:learnings_importrun_change", args=(run_id,)))

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def status_label(self, run: ImportRun) -> tuple[str, str]:
        """The status as a coloured label."""
        return run.status, run.get_status_display()

    @display(description="Report")
    def told(self, run: ImportRun) -> str:
        """The report in a line."""
        told = [f"{number} {name}" for name, number in counts(run.report) if number]
        findings = run.report.get("findings") or []
        if findings:
            told.append(f"{len(findings)} finding{'' if len(findings) == 1 else 's'}")
        return ", ".join(told) or "—"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add what the report above the (empty) form shows."""
        run: ImportRun | None = kwargs.get("obj")
        if run is not None:
            context |= {
                "status_colour": STATUS_COLOURS[ImportStatus(run.status)],
                "counts": counts(run.report),
                "findings": run.report.get("findings") or [],
                "imported_entries": linked(run.entries),
                "conflicts": _compared(run),
            }
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return answer


def _compared(run: ImportRun) -> list[dict[str, Any]]:
    """A run's conflicts, each with what differs and where to decide it."""
    rows = run.conflicts.select_related("learning", "challenge", "solution__challenge")
    return [
        {
            "row": row,
            "entry": row.entry,
            "address": change_address(row.entry),
            "differences": compare(row.hub, row.readme),
            "decide": reverse("admin:learnings_importrun_resolve", args=(run.pk, row.number)),
        }
        for row in rows
    ]


def counts(report: dict[str, Any]) -> list[tuple[str, int]]:
    """The report's numbers; conflicts may come as a list, of which the length counts."""
    numbers = []
    for name in COUNTS:
        value = report.get(name) or 0
        numbers.append((name, value if isinstance(value, int) else len(value)))
    return numbers


def linked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A run's entries with `title` and `address` of their pages here; none for what is gone."""
    keys = [Key.parse(f"{row.get('type')}:{row.get('id')}") for row in rows]
    found = {Key(entry.type_name, entry.pk): entry for entry in fetch(key for key in keys if key)}
    return [
        {
            **row,
            "title": str(found[key]) if key in found else "",
            "address": change_address(found[key]) if key in found else "",
        }
        for row, key in zip(rows, keys, strict=True)
    ]
