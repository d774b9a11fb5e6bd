"""Briefs: what a cohort asks of its READMEs, and until when."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display

from learnings.importing.judging import rubric_of
from learnings.importing.reviewing import STANDARD, BadRubric
from learnings.models import Brief


class BriefForm(forms.ModelForm):
    """A brief whose rubric is one."""

    def clean_rubric(self) -> Any:
        """Refuse what no rubric can say, by its place; empty stands for the standard.

        Raises:
            ValidationError: the sentence names the place.
        """
        rubric = self.cleaned_data["rubric"] or {}
        try:
            STANDARD.changed_by(rubric)
        except BadRubric as error:
            raise forms.ValidationError(str(error), code="bad_rubric") from error
        return rubric


@admin.register(Brief)
class BriefAdmin(ModelAdmin):
    """Briefs, those due next first."""

    form = BriefForm
    list_display = ("title", "cohort", "deadline", "state", "asked_for")
    list_fullwidth = True
    show_full_result_count = False
    search_fields = ("title", "cohort__name")
    ordering = ("-deadline", "pk")
    autocomplete_fields = ("cohort",)
    list_select_related: ClassVar = ("cohort",)
    fieldsets = (
        (None, {"fields": ("cohort", "title", "deadline")}),
        (
            "What differs from the standard rubric",
            {
                "fields": ("rubric",),
                "description": (
                    'For example {"sections": {"challenges": {"minimum": 5}, "collaboration": '
                    '{"expected": true}}, "checks": {"skipped_level": false}}. '
                    "All of it is explained in docs/review.md."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Briefs with their cohorts."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("cohort")

    @display(description="State", label={"Open": "success", "Over": "info"})
    def state(self, brief: Brief) -> str:
        """Whether the deadline is still to come."""
        return "Open" if brief.deadline > timezone.now() else "Over"

    @display(description="Asks for")
    def asked_for(self, brief: Brief) -> str:
        """The sections that are expected, in a line."""
        sections = rubric_of(brief).sections
        return ", ".join(section.title for section in sections if section.expected)
