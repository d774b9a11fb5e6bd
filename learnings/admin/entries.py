"""Learnings, challenges and solutions: lists with what is in review first, pages with a preview."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Model, QuerySet, TextField, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from foundation.errors import NexusError
from learnings import publishing
from learnings.admin.steps import ReviewedAdmin, change_address, dialog_texts, person
from learnings.models import Challenge, Entry, Learning, Solution, Status

STATUS_COLOURS: Final = {
    Status.DRAFT: "info",
    Status.IN_REVIEW: "warning",
    Status.PUBLISHED: "success",
    Status.REJECTED: "danger",
    Status.RETRACTED: "",
}
_IN_REVIEW_FIRST: Final = Case(
    When(status=Status.IN_REVIEW, then=Value(0)), default=Value(1), output_field=IntegerField()
)


class EntryAdmin(ReviewedAdmin):
    """What the three kinds of entries share."""

    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("topics", AutocompleteSelectFilter),
        ("author", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
        ("published_at", RangeDateFilter),
    )
    list_filter_submit = True
    list_per_page = 25
    list_fullwidth = True
    show_full_result_count = False
    ordering = (_IN_REVIEW_FIRST, "-updated_at", "-pk")
    autocomplete_fields = ("topics",)
    warn_unsaved_form = True
    formfield_overrides = {TextField: {"widget": UnfoldAdminTextareaWidget({"rows": 12})}}
    change_form_outer_before_template = "admin/curation/entry.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Entries with what lists show of them: a constant number of queries."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("author").prefetch_related("topics")

    @display(description="Entry", header=True)
    def heading(self, entry: Entry) -> list[str]:
        """The title, and whose it is below."""
        return [Truncator(self._title(entry)).chars(90), f"by {entry.author}"]

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def status_label(self, entry: Entry) -> tuple[str, str]:
        """The status as a coloured label."""
        return entry.status, entry.get_status_display()

    @display(description="Topics")
    def topic_names(self, entry: Entry) -> str:
        """Topics, with a comma between."""
        return ", ".join(topic.name for topic in entry.topics.all()) or "—"

    @display(description="Source")
    def source(self, entry: Entry) -> str:
        """The imported document, if there is one."""
        return Truncator(entry.source_document).chars(40) or "—"

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: Any
    ) -> None:
        """Save a new draft of one's own, or the changed fields of an entry and nothing else."""
        if not change:
            obj.author = person(request)
            super().save_model(request, obj, form, change)
            return
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        publishing.revise(obj, by=person(request), changes=changes, at=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what nobody else reads can be deleted: the rule of `publishing.discard`."""
        may_delete: bool = super().has_delete_permission(request, obj)
        return may_delete and (obj is None or obj.status in publishing.DISCARDABLE)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete by the rules."""
        publishing.discard(obj, by=person(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then delete; say so if the entry's state has changed meanwhile."""
        try:
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
        except NexusError as refusal:
            messages.error(request, str(refusal))
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=(object_id,)))
        return answer

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add what the summary above the form shows."""
        entry: Entry | None = kwargs.get("obj")
        if entry is not None:
            context["entry_html"] = preview(entry)
            context["status_colour"] = STATUS_COLOURS[Status(entry.status)]
            context["is_own"] = entry.author_id == request.user.pk
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return answer

    def _title(self, entry: Entry) -> str:
        return str(entry)


@admin.register(Learning)
class LearningAdmin(EntryAdmin):
    """Technologies, concepts, best practices, takeaways and goals."""

    list_display = (
        "heading", "status_label", "kind", "topic_names", "source", "submitted_at", "published_at",
        "votes_count",
    )  # fmt: skip
    list_filter = (("kind", ChoicesDropdownFilter), *EntryAdmin.list_filter)
    search_fields = ("title", "body", "author__display_name", "author__email")
    fieldsets = (("Text", {"fields": ("title", "kind", "topics", "body")}),)


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

    @display(description="Status", label=STATUS_COLOURS)
    def status_label(self, solution: Solution) -> tuple[str, str]:
        """The status as a coloured label."""
        return solution.status, solution.get_status_display()

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
        "heading", "status_label", "accepted", "topic_names", "source", "submitted_at",
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


def preview(entry: Entry) -> str:
    """The entry's text as HTML. It was sanitised when it was saved: `foundation.markdown`."""
    html: str = getattr(entry, next(iter(entry.rendered.values())))
    return html
