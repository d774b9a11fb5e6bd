"""Challenges with their solutions, to look at, to edit and to accept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from learnings import publishing
from learnings.admin.entries import STATUS_COLOURS, EntryAdmin
from learnings.admin.steps import change_address, dialog_texts, person
from learnings.models import Challenge, Entry, Solution, Status


class SolutionInline(TabularInline):
    """The solutions of a challenge, to look at and to accept."""

    model = Solution
    fk_name = "challenge"
    verbose_name_plural = "Solutions"
    fields = ("excerpt", "author", "status_label", "accepting")
    readonly_fields = fields
    ordering = ("-accepted", "-published_at", "pk")
    extra = 0
    can_delete = False
    show_change_link = True
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Solutions with their authors."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("author", "challenge")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(description="Solution")
    def excerpt(self, solution: Solution) -> str:
        """Its beginning, with a link to the whole."""
        return format_html(
            '<a class="nx-link" href="{}">{}</a>',
            change_address(solution),
            Truncator(solution.body).chars(110),
        )

    @display(description="Status")
    def status_label(self, solution: Solution) -> str:
        """The status as a coloured label, which unfold makes by itself only in lists."""
        colour = STATUS_COLOURS[Status(solution.status)]
        text = solution.get_status_display()
        return render_to_string("unfold/helpers/label.html", {"text": text, "type": colour})

    @display(description="Accepted")
    def accepting(self, solution: Solution) -> str:
        """Whether it is the one that worked, or a button that says so."""
        if solution.accepted:
            return "✓ accepted"
        if solution.status != Status.PUBLISHED or solution.challenge.status != Status.PUBLISHED:
            return "—"
        return format_html(
            '<a class="nx-link" href="{0}" hx-get="{0}" hx-target="#modal-content"'
            ' hx-select="#dialog" x-on:htmx:after-on-load="openModal = true">Accept</a>',
            reverse("admin:learnings_solution_accept", args=(solution.pk,)),
        )


@admin.register(Challenge)
class ChallengeAdmin(EntryAdmin):
    """Problems, with how they were solved."""

    list_display = (
        "heading", "status_label", "solutions_count", "topic_names", "source", "submitted_at",
        "published_at", "votes_count",
    )  # fmt: skip
    search_fields = ("title", "problem", "author__display_name", "author__email")
    fieldsets = (("Text", {"fields": ("title", "topics", "problem")}),)
    inlines = (SolutionInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Challenges with the number of their published solutions."""
        rows: Any = super().get_queryset(request)
        counted: QuerySet[Any] = rows.with_solution_facts()
        return counted

    @display(description="Solutions")
    def solutions_count(self, challenge: Any) -> int:
        """How many are published."""
        count: int = challenge.solutions_count
        return count


class SolutionForm(forms.ModelForm):
    """A solution's form; a new one names the challenge it solves."""

    def clean_challenge(self) -> Challenge:
        """Refuse a challenge that takes no solutions, in the words of `publishing`."""
        challenge: Challenge = self.cleaned_data["challenge"]
        try:
            publishing.require_open(challenge)
        except publishing.ChallengeNotPublished as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        return challenge


@admin.register(Solution)
class SolutionAdmin(EntryAdmin):
    """How somebody solved a challenge."""

    form = SolutionForm
    list_display = (
        "heading", "status_label", "accepted_label", "topic_names", "source", "submitted_at",
        "published_at", "votes_count",
    )  # fmt: skip
    list_filter = ("accepted", *EntryAdmin.list_filter)
    search_fields = ("body", "challenge__title", "author__display_name", "author__email")
    autocomplete_fields = ("challenge", "topics")
    fieldsets = (("Text", {"fields": ("challenge", "topics", "body")}),)
    actions_detail = (*EntryAdmin.actions_detail, "accept", "unaccept")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Solutions with the challenges they solve."""
        return super().get_queryset(request).select_related("author", "challenge")

    @display(description="Accepted", ordering="accepted", label={"Accepted": "success"})
    def accepted_label(self, solution: Solution) -> str:
        """Marks the one that worked."""
        return "Accepted" if solution.accepted else ""

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """A solution never moves to another challenge."""
        return ("challenge",) if obj else ()

    @action(
        description="Accept",
        icon="verified",
        variant=ActionVariant.SUCCESS,
        permissions=["change"],
        dialog=dialog_texts(
            "Is this the one that worked?", "It replaces an accepted one.", "Accept"
        ),
    )
    def accept(self, request: HttpRequest, _form: forms.Form, object_id: str) -> HttpResponse:
        """Mark this solution as the one that worked."""
        return self._step(
            request,
            object_id,
            lambda row: publishing.accept(row, by=person(request), at=timezone.now()),
            done="accepted",
        )

    @action(
        description="Take acceptance back",
        icon="remove_done",
        permissions=["change"],
        dialog=dialog_texts(
            "Take the acceptance back?", "The solution stays published.", "Take back"
        ),
    )
    def unaccept(self, request: HttpRequest, _form: forms.Form, object_id: str) -> HttpResponse:
        """Make the challenge unsolved again."""
        return self._step(
            request,
            object_id,
            lambda row: publishing.unaccept(row, by=person(request)),
            done="no longer accepted",
        )

    def _title(self, entry: Entry) -> str:
        return getattr(entry, "body", "")
