"""Learnings, challenges and solutions: lists with what is in review first, pages with a preview."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import Case, IntegerField, QuerySet, TextField, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
)
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from foundation.admin import DayRangeFilter
from foundation.errors import NexusError
from learnings import publishing, revising
from learnings.admin.steps import ReviewedAdmin, person
from learnings.models import Entry, Learning, Revision, Status

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

    list_filter: tuple[Any, ...] = (
        ("status", ChoicesDropdownFilter),
        ("topics", AutocompleteSelectFilter),
        ("author", AutocompleteSelectFilter),
        ("created_at", DayRangeFilter),
        ("published_at", DayRangeFilter),
    )
    list_filter_submit = True
    list_per_page = 25
    list_fullwidth = True
    show_full_result_count = False
    ordering = (_IN_REVIEW_FIRST, "-updated_at", "-pk")
    autocomplete_fields: tuple[str, ...] = ("topics",)
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
        """Save a new draft of one's own, or the changed fields of an entry and nothing else.

        A change of one's own published entry becomes a proposal, by the rule of `revising`.
        """
        if not change:
            obj.author = person(request)
            super().save_model(request, obj, form, change)
            return
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if not changes:
            return
        made = revising.change(obj, by=person(request), changes=changes, at=timezone.now())
        form.is_proposal = isinstance(made, Revision)  # type: ignore[attr-defined]

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: Any
    ) -> None:
        """Save the topics, unless they only wait in a proposal."""
        if getattr(form, "is_proposal", False):
            form.save_m2m = lambda: None  # type: ignore[method-assign]
        super().save_related(request, form, formsets, change)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Go back to the list; say so if the published words stay for now."""
        answer: HttpResponse = super().response_change(request, obj)
        if obj.status == Status.PUBLISHED and obj.revisions.open().filter(
            proposed_by=person(request)
        ):
            messages.info(request, "Your own words: another curator approves the change.")
        return answer

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


def preview(entry: Entry) -> str:
    """The entry's text as HTML. It was sanitised when it was saved: `foundation.markdown`."""
    html: str = getattr(entry, next(iter(entry.rendered.values())))
    return html
