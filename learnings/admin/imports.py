"""Import runs, read-only, with the report their authors get."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
)
from unfold.decorators import display

from foundation.admin import DayRangeFilter, ReadOnlyAdmin
from learnings.admin.steps import change_address
from learnings.admin.waiting import Key, fetch
from learnings.models import ImportRun, ImportStatus

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
            }
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return answer


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
