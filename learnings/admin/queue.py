"""The review queue: all that waits, longest waiting first, to publish or send back in one go."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views import View
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import Cohort, User
from learnings.admin import reviewing, waiting
from learnings.admin.entries import preview
from learnings.admin.revisions import count_open
from learnings.admin.steps import change_address, person
from learnings.admin.waiting import Key
from learnings.models import Challenge, Entry, LearningKind, Solution, Status, Topic
from learnings.publishing import ReasonMissing

PAGE_SIZE: Final = 20  # a page is read, not skimmed


class QueueFilters(forms.Form):
    """What of the queue to show. A value that means nothing is ignored."""

    q = forms.CharField(
        required=False,
        max_length=200,
        label="Search",
        widget=UnfoldAdminTextInputWidget(
            {"type": "search", "placeholder": "Search titles, texts and authors"}
        ),
    )
    type = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All types"),
            ("challenge", "Challenges"),
            ("solution", "Solutions"),
            ("learning", "Learnings"),
        ],
    )
    kind = forms.ChoiceField(
        required=False, choices=[("", "All kinds"), *LearningKind.choices], label="Kind"
    )
    topic = forms.ModelChoiceField(Topic.objects.none(), required=False, empty_label="All topics")
    author = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="All authors")
    cohort = forms.ModelChoiceField(Cohort.objects.all(), required=False, empty_label="All cohorts")
    imported = forms.ChoiceField(
        required=False,
        choices=[("", "Any origin"), ("yes", "From an import"), ("no", "Written here")],
        label="Origin",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        behind: dict[str, QuerySet[Any]] = {
            "topic": waiting.topics_waiting(),
            "author": waiting.authors_waiting(),
        }
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and name in behind:
                field.queryset = behind[name]
            if isinstance(field, forms.ChoiceField):
                field.widget = UnfoldAdminSelectWidget(choices=field.choices)
            field.widget.attrs["aria-label"] = field.label or name.capitalize()

    def chosen(self) -> dict[str, Any]:
        """The filters in use, by name, with `q` as `search`."""
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        if "q" in values:
            values["search"] = values.pop("q")
        return values


class ReviewQueue(View):
    """GET shows a page of the queue; POST takes a step with the entries that were ticked."""

    site: AdminSite = None  # type: ignore[assignment]  # given by `as_view`

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what waits."""
        filters = QueueFilters(request.GET)
        chosen = filters.chosen()
        page = Paginator(waiting.waiting(chosen), PAGE_SIZE).get_page(request.GET.get("page"))
        entries = waiting.fetch(Key(type_name, pk) for _at, type_name, pk in page)
        trusted = request.user.has_perm("learnings.publish_own")
        context = {
            **self.site.each_context(request),
            "title": "Review queue",
            "filters": filters,
            "is_filtered": bool(chosen),
            "page": page,
            "page_numbers": _page_numbers(page),
            "open_revisions": count_open(),
            "rows": [_row(entry, person(request).pk, trusted=trusted) for entry in entries],
        }
        request.current_app = self.site.name
        return TemplateResponse(request, "admin/curation/queue.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Publish or send back, then show the same page of the queue with what happened."""
        keys = [key for text in request.POST.getlist("entries") if (key := Key.parse(text))]
        entries = waiting.fetch(keys[:PAGE_SIZE])
        if not entries:
            messages.info(request, "Tick the entries first.")
        else:
            self._take(request.POST.get("step", ""), request, entries)
        return HttpResponseRedirect(request.get_full_path())

    def _take(self, step: str, request: HttpRequest, entries: list[Entry]) -> None:
        by, at = person(request), timezone.now()
        if step in {"publish", "publish_with_solutions"}:
            with_solutions = step == "publish_with_solutions"
            outcome = reviewing.publish_all(entries, by=by, at=at, with_solutions=with_solutions)
            reviewing.tell(request, outcome, "published")
        elif step == "reject":
            reason = request.POST.get("reason", "").strip()
            if not reason:
                # Once, not once for every entry.
                messages.error(request, f"{ReasonMissing.__doc__} Nothing was rejected.")
                return
            outcome = reviewing.reject_all(entries, by=by, reason=reason[:2000], at=at)
            reviewing.tell(request, outcome, "rejected")


def _row(entry: Entry, user_id: int, *, trusted: bool) -> dict[str, Any]:
    is_own = entry.author_id == user_id
    challenge = entry.challenge if isinstance(entry, Solution) else None
    return {
        "key": str(Key(entry.type_name, entry.pk)),
        "entry": entry,
        "title": challenge.title if challenge else str(entry),
        "kind": getattr(entry, "get_kind_display", lambda: "")(),
        "html": preview(entry),
        "address": change_address(entry),
        "waits": waiting.since(entry.submitted_at),
        "is_own": is_own,
        "can_be_ticked": trusted or not is_own,
        "waiting_solutions": entry.waiting_solutions if isinstance(entry, Challenge) else 0,  # type: ignore[attr-defined]
        "waits_for_challenge": challenge is not None and challenge.status != Status.PUBLISHED,
    }


def _page_numbers(page: Page[Any]) -> list[Any]:
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))
