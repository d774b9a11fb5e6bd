"""Cohorts and who takes part in them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from accounts.models import Cohort, Membership


class MembershipInline(TabularInline):
    """Who takes part in a cohort, or in which cohorts somebody takes part."""

    model = Membership
    extra = 0
    fields: tuple[str, ...] = ("cohort", "user", "joined_at")
    readonly_fields = ("joined_at",)
    autocomplete_fields = ("cohort", "user")
    verbose_name_plural = "Members"
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Memberships with both ends."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("cohort", "user")


@admin.register(Cohort)
class CohortAdmin(ModelAdmin):
    """Cohorts with their members."""

    list_display = ("name", "starts_on", "ends_on", "members_count")
    list_fullwidth = True
    show_full_result_count = False
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", ("starts_on", "ends_on"))
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Cohorts with the number of their members."""
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(members_count=Count("memberships"))
        return counted

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Cohort | None = None
    ) -> dict[str, Any]:
        """A new cohort's slug follows its name; later it is an address, and stays."""
        return {} if obj else {"slug": ("name",)}

    @display(description="Members", ordering="members_count")
    def members_count(self, cohort: Any) -> int:
        """How many take part."""
        count: int = cohort.members_count
        return count
