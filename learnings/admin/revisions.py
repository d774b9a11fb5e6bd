"""Proposed changes of published entries: what is published beside what is proposed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Case, IntegerField, Model, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from foundation.admin import DayRangeFilter, ReadOnlyAdmin
from foundation.errors import NexusError
from learnings import revising
from learnings.admin.comparing import compare
from learnings.admin.steps import ReasonForm, back, change_address, dialog_texts, person
from learnings.models import Revision, RevisionStatus

STATUS_COLOURS: Final = {
    RevisionStatus.PROPOSED: "warning",
    RevisionStatus.APPROVED: "success",
    RevisionStatus.REJECTED: "danger",
}
_OPEN_FIRST: Final = Case(
    When(status=RevisionStatus.PROPOSED, then=Value(0)),
    default=Value(1),
    output_field=IntegerField(),
)
_ENTRIES: Final = ("learning", "challenge", "solution")


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """Revisions, those that wait first. Their words change only by a decision."""

    list_display = ("heading", "status_label", "fields_changed", "origin", "created_at")
    list_filter = (("status", ChoicesDropdownFilter), ("created_at", DayRangeFilter))
    list_filter_submit = True
    search_fields = ("proposed_by__display_name", "learning__title", "challenge__title")
    ordering = (_OPEN_FIRST, "-created_at", "-pk")
    actions_detail: tuple[str, ...] = ("approve", "reject")
    change_form_outer_before_template = "admin/curation/revision.html"

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """None: the comparison says all there is to say."""
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Revisions with their entries: a constant number of queries."""
        rows: QuerySet[Any] = super().get_queryset(request)
        authors = [f"{name}__author" for name in _ENTRIES]
        return rows.select_related(*authors, "solution__challenge", "proposed_by", "import_run")

    def has_decide_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:  # called by unfold for the buttons
        """Whether this person decides about revisions at all."""
        return bool(request.user.has_perm("learnings.change_revision"))

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[UnfoldAction]:
        """The buttons of what this person may decide."""
        allowed = _open_steps(self._revision(request, object_id), request.user)
        offered: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        return [step for step in offered if step.path in allowed]

    @action(
        description="Approve",
        icon="check_circle",
        variant=ActionVariant.PRIMARY,
        permissions=["decide"],
        dialog=dialog_texts(
            "Publish these words?",
            "They take the place of what is published. The author is told.",
            "Approve",
        ),
    )
    def approve(self, request: HttpRequest, _form: forms.Form, object_id: str) -> HttpResponse:
        """Put the proposed words in the place of the published ones."""
        return self._decide(
            request,
            object_id,
            lambda revision: revising.approve(revision, by=person(request), at=timezone.now()),
            done="Approved.",
        )

    @action(
        description="Reject…",
        icon="undo",
        variant=ActionVariant.DEFAULT,
        permissions=["decide"],
        dialog=dialog_texts(
            "Turn this change down?",
            "What is published stays as it is. The author is told why.",
            "Reject",
            form_class=ReasonForm,
        ),
    )
    def reject(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        """Let the published words stand, with a reason."""
        reason = form.cleaned_data["reason"]
        return self._decide(
            request,
            object_id,
            lambda revision: revising.reject(
                revision, by=person(request), reason=reason, at=timezone.now()
            ),
            done="Rejected.",
        )

    @display(description="Entry", header=True)
    def heading(self, revision: Revision) -> list[str]:
        """The entry, and who proposes."""
        return [Truncator(str(revision.entry)).chars(90), f"by {revision.proposed_by}"]

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def status_label(self, revision: Revision) -> tuple[str, str]:
        """The status as a coloured label."""
        return revision.status, revision.get_status_display()

    @display(description="Changes")
    def fields_changed(self, revision: Revision) -> str:
        """Names of the fields."""
        return ", ".join(revision.changes) or "—"

    @display(description="Origin")
    def origin(self, revision: Revision) -> str:
        """The README that says so, or nothing."""
        return revision.import_run.document if revision.import_run else "Written here"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add what the comparison above the (empty) form shows."""
        revision: Revision | None = kwargs.get("obj")
        if revision is not None:
            entry = revision.entry
            topics = [topic.slug for topic in entry.topics.all()]
            context |= {
                "entry": entry,
                "entry_address": change_address(entry),
                "status_colour": STATUS_COLOURS[RevisionStatus(revision.status)],
                "differences": compare({**entry.content, "topics": topics}, revision.changes),
                "is_own": entry.author_id == request.user.pk,
            }
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return answer

    def _decide(
        self,
        request: HttpRequest,
        object_id: str,
        decision: Callable[[Revision], Any],
        *,
        done: str,
    ) -> HttpResponse:
        revision = self._revision(request, object_id)
        try:
            decision(revision)
        except NexusError as refusal:
            messages.warning(request, f"Not decided. {refusal}")
        else:
            messages.success(request, f"{done} {revision.entry}")
            self.log_change(request, revision, done)
        return back(request, default=reverse("admin:learnings_revision_changelist"))

    def _revision(self, request: HttpRequest, object_id: str) -> Revision:
        revision: Revision | None = self.get_object(request, unquote(str(object_id)))
        if revision is None:
            raise Http404
        return revision


def _open_steps(revision: Revision, user: Any) -> set[str]:
    """Names of the decisions that `revising` would take from `user` now."""
    if revision.status != RevisionStatus.PROPOSED:
        return set()
    if revision.entry.author_id == user.pk:
        return {"approve"} if user.has_perm("learnings.publish_own") else set()
    return {"approve", "reject"} if user.curates else set()


def count_open() -> int:
    """How many revisions wait for a decision."""
    return Revision.objects.filter(status=RevisionStatus.PROPOSED).count()
