"""Topics, with the other names by which people call them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from learnings.models import Topic, TopicAlias


class AliasForm(forms.ModelForm):
    """An alias that is no other topic's, whatever the case of its letters."""

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"].strip()
        others = TopicAlias.objects.filter(key=name.lower()).exclude(pk=self.instance.pk)
        if others.exists() or Topic.objects.filter(name_key=name.lower()).exists():
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
            key = row["name"].lower()
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
    """A topic whose name is no other topic's, whatever the case of its letters."""

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"].strip()
        others = Topic.objects.named([name]).get(name)
        if others is not None and others.pk != self.instance.pk:
            raise forms.ValidationError(f"“{name}” names “{others}” already.", code="taken")
        return name


@admin.register(Topic)
class TopicAdmin(ModelAdmin):
    """What entries can be about."""

    form = TopicForm
    list_display = ("name", "kind_label", "aliases", "learnings_count", "challenges_count")
    list_filter = (("kind", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_per_page = 50
    list_fullwidth = True
    show_full_result_count = False
    search_fields = ("name", "alias_rows__name")
    ordering = ("name", "pk")
    fields = ("name", "slug", "kind")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (AliasInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Topics with their aliases and counts: a constant number of queries."""
        rows: Any = super().get_queryset(request)
        counted: QuerySet[Any] = rows.with_counts().prefetch_related("alias_rows")
        return counted

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> dict[str, Any]:
        """A new topic's slug follows its name; later it is an address, and stays."""
        return {} if obj else {"slug": ("name",)}

    @display(description="Kind", ordering="kind", label=True)
    def kind_label(self, topic: Topic) -> str:
        """The kind as a label."""
        return topic.get_kind_display()

    @display(description="Also called")
    def aliases(self, topic: Topic) -> str:
        """Other names, with a comma between."""
        return ", ".join(alias.name for alias in topic.alias_rows.all()) or "—"

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
