"""The outbox as admins see it: what is still owed, and since when."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from foundation.models import Promise


class ReadOnlyAdmin(ModelAdmin):
    """Rows that the hub writes by itself: a person may look at them, never touch them.

    Not even a superuser: a promise edited by hand would break what the outbox guarantees.
    """

    list_fullwidth = True
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class DayRangeFilter(RangeDateFilter):
    """Rows from one day to another, both days included, whatever the hour.

    Unfold's own filter takes a day for its midnight, and a midnight without a time zone.
    """

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """Rows within the days that were given; what is no day filters nothing."""
        for end, lookup in (("from", "gte"), ("to", "lte")):
            day = _day(self.used_parameters.get(f"{self.field_path}_{end}"))
            if day is not None:
                queryset = queryset.filter(**{f"{self.field_path}__date__{lookup}": day})
        return queryset


def _day(text: str | None) -> date | None:
    try:
        day: date | None = forms.DateField(required=False).clean(text)
    except forms.ValidationError:
        return None
    return day


class Owed(admin.SimpleListFilter):
    """Promises that wait for a worker, or those that were kept."""

    title = "state"
    parameter_name = "owed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Still owed"), ("no", "Kept")]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Promise]
    ) -> models.QuerySet[Promise]:
        if self.value() is None:
            return queryset
        return queryset.filter(kept_at__isnull=self.value() == "yes")


@admin.register(Promise)
class PromiseAdmin(ReadOnlyAdmin):
    """Promised work, newest first."""

    list_display = ("key", "task", "state", "rings", "made_at", "due_at", "kept_at")
    list_filter = (Owed,)
    search_fields = ("key", "task")
    ordering = ("-made_at", "-pk")

    @display(description="State", label={"Owed": "warning", "Kept": "success"})
    def state(self, row: Promise) -> str:
        """Whether a worker has still to do it."""
        return "Owed" if row.kept_at is None else "Kept"
