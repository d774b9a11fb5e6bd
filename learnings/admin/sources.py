"""Followed sources, as admins see them: where they lead, and what was wrong."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from foundation.admin import ReadOnlyAdmin
from learnings.models import Source


class Failing(admin.SimpleListFilter):
    """Sources whose last look failed, or did not."""

    title = "last look"
    parameter_name = "failing"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Failed"), ("no", "Went well")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> QuerySet[Source]:
        if self.value() is None:
            return queryset
        rows = queryset.exclude(checked_at=None)
        return rows.exclude(problem="") if self.value() == "yes" else rows.filter(problem="")


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """READMEs that people follow, newest first. An admin may end what does harm."""

    list_display = ("url", "user", "state", "checked_at", "problem", "created_at")
    list_filter = (Failing, ("user", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related: ClassVar = ("user",)
    search_fields = ("url", "user__display_name")
    ordering = ("-created_at", "-pk")
    fields = (
        "url", "user", "state", "problem", "failures", "checked_at", "due_at", "last_run",
        "created_at",
    )  # fmt: skip
    readonly_fields = fields

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever has the permission; the sources of somebody who left need an end."""
        return request.user.has_perm("learnings.delete_source")

    @display(
        description="Last look",
        label={"Waiting": "info", "Failed": "danger", "Went well": "success"},
    )
    def state(self, source: Source) -> str:
        """How the last look went."""
        if source.checked_at is None:
            return "Waiting"
        return "Failed" if source.problem else "Went well"
