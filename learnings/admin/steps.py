"""Review steps as buttons on an entry's page and as actions of its list.

Every step goes through `publishing`; nothing here sets a status.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import User
from learnings import publishing
from learnings.admin import reviewing
from learnings.models import Entry, Solution, Status

REASON_HELP: Final = "The author reads this and works with it: say what is to be mended."


class ReasonForm(BaseDialogForm):
    """Asks why an entry is sent back."""

    reason = forms.CharField(
        max_length=2000, help_text=REASON_HELP, widget=UnfoldAdminTextareaWidget({"rows": 4})
    )


def dialog_texts(title: str, description: str, submit: str, **more: Any) -> dict[str, Any]:
    """The words of a dialog, and its form if it asks for more than a yes."""
    return {"title": title, "description": description, "form_submit_text": submit, **more}


class ReviewedAdmin(ModelAdmin):
    """An entry's admin with the steps of its life. Steps change state, so all of them are POSTs."""

    actions = ("publish_selected", "reject_selected", "retract_selected")
    actions_detail: tuple[str, ...] = ("submit", "publish", "reject", "retract")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The bulk actions, but not Django's deletion, which knows no rules."""
        found: dict[str, Any] = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[UnfoldAction]:
        """The buttons of the steps that are open to this person in the entry's present state."""
        entry = self._entry(request, object_id)
        allowed = open_steps(entry, request.user)
        offered: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        return [step for step in offered if step.path in allowed]

    @action(
        description="Submit for review",
        icon="send",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog=dialog_texts("Submit for review?", "Another curator will look at it.", "Submit"),
    )
    def submit(self, request: HttpRequest, _form: forms.Form, object_id: str) -> HttpResponse:
        """Put an own entry into the queue."""
        return self._step(
            request,
            object_id,
            lambda entry: publishing.submit(entry, by=person(request), at=timezone.now()),
            done="submitted",
        )

    @action(
        description="Publish",
        icon="check_circle",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog=dialog_texts(
            "Publish this entry?",
            "Everybody can read it then. Its author and the followers of its topics are told.",
            "Publish",
        ),
    )
    def publish(self, request: HttpRequest, _form: forms.Form, object_id: str) -> HttpResponse:
        """Make an entry public."""
        return self._step(
            request,
            object_id,
            lambda entry: publishing.publish(entry, by=person(request), at=timezone.now()),
            done="published",
        )

    @action(
        description="Reject…",
        icon="undo",
        variant=ActionVariant.DEFAULT,
        permissions=["change"],
        dialog=dialog_texts(
            "Send this entry back?",
            "Its author can mend it and submit it again.",
            "Reject",
            form_class=ReasonForm,
        ),
    )
    def reject(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        """Send an entry back to its author with a reason."""
        reason = form.cleaned_data["reason"]
        return self._step(
            request,
            object_id,
            lambda entry: publishing.reject(
                entry, by=person(request), reason=reason, at=timezone.now()
            ),
            done="rejected",
        )

    @action(
        description="Retract",
        icon="delete_history",
        variant=ActionVariant.DANGER,
        permissions=["change"],
        dialog=dialog_texts(
            "Take this entry back for good?",
            "It disappears from all lists and cannot be published again.",
            "Retract",
        ),
    )
    def retract(self, request: HttpRequest, _form: forms.Form, object_id: str) -> HttpResponse:
        """Take an entry back for good."""
        return self._step(
            request,
            object_id,
            lambda entry: publishing.retract(entry, by=person(request), at=timezone.now()),
            done="retracted",
        )

    @admin.action(description="Publish selected", permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Publish what is selected, each entry by the rules."""
        outcome = reviewing.publish_all(
            queryset.order_by("submitted_at", "pk"), by=person(request), at=timezone.now()
        )
        reviewing.tell(request, outcome, "published")

    @admin.action(description="Reject selected…", permissions=["change"])
    def reject_selected(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> TemplateResponse | None:
        """Ask for a reason, then send back what is selected."""
        form = ReasonForm(request, data=request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return TemplateResponse(
                request,
                "admin/curation/reject.html",
                {
                    **self.admin_site.each_context(request),
                    "title": "Reject with a reason",
                    "opts": self.opts,
                    "entries": queryset,
                    "form": form,
                },
            )
        outcome = reviewing.reject_all(
            queryset,
            by=person(request),
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )
        reviewing.tell(request, outcome, "rejected")
        return None

    @admin.action(description="Retract selected", permissions=["change"])
    def retract_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Take back what is selected, each entry by the rules."""
        outcome = reviewing.retract_all(queryset, by=person(request), at=timezone.now())
        reviewing.tell(request, outcome, "retracted")

    def _step(
        self, request: HttpRequest, object_id: str, step: Callable[[Any], Any], *, done: str
    ) -> HttpResponse:
        entry = self._entry(request, object_id)
        reviewing.tell(request, reviewing.carry_out([entry], step), done)
        return back(request, default=change_address(entry))

    def _entry(self, request: HttpRequest, object_id: str) -> Entry:
        entry: Entry | None = self.get_object(request, unquote(str(object_id)))
        if entry is None:
            raise Http404
        return entry


def open_steps(entry: Entry, user: Any) -> set[str]:
    """Names of the steps to offer: those that `publishing` would allow `user` now."""
    is_own = entry.author_id == user.pk
    trusted = is_own and user.has_perm("learnings.publish_own")
    is_open = not isinstance(entry, Solution) or entry.challenge.status == Status.PUBLISHED
    match entry.status:
        case Status.DRAFT | Status.REJECTED:
            steps = {"submit"} if is_own else set()
            publishable = trusted and entry.status == Status.DRAFT
        case Status.IN_REVIEW:
            steps = {"retract"} if is_own else {"reject", "retract"}
            publishable = trusted or not is_own
        case Status.PUBLISHED:
            steps, publishable = {"retract"}, False
            if isinstance(entry, Solution) and is_open:
                steps.add("unaccept" if entry.accepted else "accept")
        case _:
            steps, publishable = set(), False
    return steps | {"publish"} if publishable and is_open else steps


def change_address(entry: Entry) -> str:
    """Where the admin site shows this entry."""
    return reverse(f"admin:learnings_{entry.type_name}_change", args=(entry.pk,))


def back(request: HttpRequest, *, default: str) -> HttpResponse:
    """Return to the page on which a dialog was opened, as htmx or a plain browser wants it."""
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(default)
    # Only the path: wherever the header says the page was, it was one of ours.
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    inside = page.path.startswith(reverse("admin:index")) and not page.path.startswith("//")
    address = f"{page.path}?{page.query}" if page.query else page.path
    return HttpResponse(headers={"HX-Redirect": address if inside else default})


def person(request: HttpRequest) -> User:
    """Who is at the keyboard."""
    user: User = request.user  # type: ignore[assignment]  # the site lets only people in
    return user
