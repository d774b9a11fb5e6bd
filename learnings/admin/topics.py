"""Topics: what READMEs propose comes first, to be confirmed, renamed or merged."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from foundation.errors import NexusError
from learnings import curating
from learnings.models import Topic, TopicAlias
from learnings.naming import fold

STATE_COLOURS: Final = {"proposed": "warning", "confirmed": "success"}


class AliasForm(forms.ModelForm):
    """An alias that is no other topic's, however it is spelled."""

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"].strip()
        key = fold(name)
        others = TopicAlias.objects.filter(key=key).exclude(pk=self.instance.pk)
        if others.exists() or Topic.objects.filter(name_key=key).exists():
            raise forms.ValidationError(f"“{name}” names a topic already.", code="taken")
        return name


class AliasFormSet(forms.BaseInlineFormSet):
    """The aliases of one topic, each given once."""

    def clean(self) -> None:
        """Refuse the same name twice: the rows that wait here cannot be found in the database."""
        super().clean()
        given: set[str] = set()
        for form in self.forms:
            row = form.cleaned_data if form.is_valid() else {}
            if not row.get("name") or row.get("DELETE"):
                continue
            key = fold(row["name"])
            if key in given:
                form.add_error("name", forms.ValidationError("Given twice.", code="taken"))
            given.add(key)


class AliasInline(TabularInline):
    """Other names of a topic."""

    model = TopicAlias
    form = AliasForm
    formset = AliasFormSet
    fields = ("name",)
    extra = 0
    verbose_name = "alias"
    verbose_name_plural = "Aliases"
    hide_title = True


class TopicForm(forms.ModelForm):
    """A topic whose name is no other topic's, however it is spelled."""

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"].strip()
        others = Topic.objects.named([name]).get(name)
        if others is not None and others.pk != self.instance.pk:
            raise forms.ValidationError(f"“{name}” names “{others}” already.", code="taken")
        return name


class MergeForm(forms.Form):
    """Asks which topic the others become names of."""

    into = forms.ModelChoiceField(
        queryset=Topic.objects.none(),
        label="Merge into",
        empty_label="Choose a topic",
        help_text="It takes their entries and followers, and their names as aliases.",
        widget=UnfoldAdminSelectWidget,
    )


@admin.register(Topic)
class TopicAdmin(ModelAdmin):
    """What entries can be about."""

    form = TopicForm
    list_display = (
        "name", "state_label", "kind_label", "mentions_count", "aliases", "learnings_count",
        "challenges_count",
    )  # fmt: skip
    list_filter = (("is_proposed", BooleanRadioFilter), ("kind", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    list_fullwidth = True
    show_full_result_count = False
    search_fields = ("name", "alias_rows__name")
    ordering = ("-is_proposed", "name", "pk")
    fields = ("name", "slug", "kind", "is_proposed")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (AliasInline,)
    actions = ("confirm_selected", "merge_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Topics with their aliases and counts: a constant number of queries."""
        rows: Any = super().get_queryset(request)
        counted: QuerySet[Any] = rows.with_counts().with_mentions().prefetch_related("alias_rows")
        return counted

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> dict[str, Any]:
        """A new topic's slug follows its name; later it is an address, and stays."""
        return {} if obj else {"slug": ("name",)}

    @admin.action(description="Confirm selected", permissions=["change"])
    def confirm_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Show what is selected to everybody."""
        count = curating.confirm(queryset)
        messages.success(request, f"{count} confirmed: everybody sees them now.")

    @admin.action(description="Merge selected into…", permissions=["change", "delete"])
    def merge_selected(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> TemplateResponse | None:
        """Ask for a topic, then make what is selected other names of it."""
        topics = list(queryset)
        form = MergeForm(request.POST if "into" in request.POST else None)
        chosen: Any = form.fields["into"]
        chosen.queryset = Topic.objects.confirmed().exclude(pk__in=[topic.pk for topic in topics])
        if not form.is_valid():
            return TemplateResponse(
                request,
                "admin/curation/merge.html",
                {
                    **self.admin_site.each_context(request),
                    "title": "Merge into another topic",
                    "opts": self.opts,
                    "topics": topics,
                    "form": form,
                },
            )
        into = form.cleaned_data["into"]
        try:
            with transaction.atomic():
                for topic in topics:
                    curating.merge(topic, into=into)
        except NexusError as refusal:  # somebody else merged or deleted one meanwhile
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{len(topics)} merged into {into}.")
        return None

    @display(description="State", ordering="is_proposed", label=STATE_COLOURS)
    def state_label(self, topic: Topic) -> tuple[str, str]:
        """Whether everybody sees it, as a coloured label."""
        return ("proposed", "Proposed") if topic.is_proposed else ("confirmed", "Confirmed")

    @display(description="Kind", ordering="kind", label=True)
    def kind_label(self, topic: Topic) -> str:
        """The kind as a label."""
        return topic.get_kind_display()

    @display(description="Also called")
    def aliases(self, topic: Topic) -> str:
        """Other names, with a comma between."""
        return ", ".join(alias.name for alias in topic.alias_rows.all()) or "—"

    @display(description="Named by", ordering="mentions_count")
    def mentions_count(self, topic: Any) -> int:
        """How many entries name it, drafts included."""
        count: int = topic.mentions_count
        return count

    @display(description="Learnings", ordering="learnings_count")
    def learnings_count(self, topic: Any) -> int:
        """How many are published."""
        count: int = topic.learnings_count
        return count

    @display(description="Challenges", ordering="challenges_count")
    def challenges_count(self, topic: Any) -> int:
        """How many are published."""
        count: int = topic.challenges_count
        return count
