"""Typed filters of the lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from rest_framework.exceptions import NotAuthenticated

from accounts.models import Cohort, Membership, Track
from foundation.http.filtering import TruthFilter
from learnings import searching
from learnings.models import Challenge, Learning, LearningKind, Solution, Status, Topic, TopicKind
from learnings.searching import containing, matching

MAX_ID_DIGITS: Final = 18  # any number so long fits into a bigint


class MomentField(IsoDateTimeField):
    """A moment that every database can hold."""

    default_error_messages: ClassVar = {"invalid": "Not a moment such as 2026-03-01T09:00:00Z."}

    def clean(self, value: Any) -> datetime | None:
        """The moment in UTC.

        Raises:
            ValidationError: not a moment, or outside of the calendar once in UTC.
        """
        try:
            moment: datetime | None = super().clean(value)
            return moment.astimezone(UTC) if moment else None
        except OverflowError:
            raise ValidationError("Not a moment between the years 1 and 9999.") from None


class MomentFilter(filters.IsoDateTimeFilter):
    """ISO 8601 with or without an offset; UTC without."""

    field_class = MomentField


class SpanEndFilter(MomentFilter):
    """One end of a span of time, which the filter set looks at as a whole."""

    def filter(self, qs: QuerySet[Any], _value: datetime | None) -> QuerySet[Any]:
        """All of `qs`: see `EntryFilterSet.within`."""
        return qs


class AuthorField(forms.CharField):
    """`me` or the id of a person."""

    def __init__(self, **options: Any) -> None:
        # As it was written: a list is shared or personal by the very word that stands there.
        super().__init__(strip=False, **options)

    def clean(self, value: Any) -> str | int | None:
        """`"me"`, the id as a number, or None if nothing was given."""
        text: str = super().clean(value)
        if text in {"", "me"}:
            return text or None
        if text.isascii() and text.isdecimal() and len(text) <= MAX_ID_DIGITS:
            return int(text)
        raise ValidationError("The id of a person, or me.")


class AuthorFilter(filters.CharFilter):
    """Entries by one author."""

    field_class = AuthorField
    described_as: ClassVar = {"type": "string", "pattern": f"^(me|[0-9]{{1,{MAX_ID_DIGITS}}})$"}

    def filter(self, qs: QuerySet[Any], value: str | int | None) -> QuerySet[Any]:
        """Entries of this author; `me` needs somebody to be signed in."""
        if value == "me":
            user = self.parent.request.user
            if not user.is_authenticated:
                raise NotAuthenticated
            return qs.filter(author=user.pk)
        return qs if value is None else qs.filter(author=value)


class IdField(forms.IntegerField):
    """An id, as large as the database can hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 2**63 - 1, **options})


class IdFilter(filters.NumberFilter):
    """Rows that refer to one id."""

    field_class = IdField


class EntryFilterSet(filters.FilterSet):
    """What every list of entries can be filtered by."""

    author = AuthorFilter(label="Id of the author, or `me`.")
    status = filters.ChoiceFilter(
        choices=Status.choices,
        label="Entries in this state that you may see. Without it, and without `author=me`, the "
        "list holds published ones.",
    )
    created_after = SpanEndFilter(label="Made at this moment or later.")
    created_before = SpanEndFilter(label="Made before this moment.")
    updated_after = SpanEndFilter(label="Last changed at this moment or later.")
    updated_before = SpanEndFilter(label="Last changed before this moment.")
    search = filters.CharFilter(
        method="with_words", label="Words that all occur, or begin what occurs.", max_length=200
    )

    # With one of these a page is not looked for along the list of all that is published.
    narrowing: ClassVar[tuple[str, ...]] = ("author", "status")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What passes every filter."""
        for stem in ("created", "updated"):
            queryset = self.within(queryset, stem)
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found

    def within(self, entries: QuerySet[Any], stem: str) -> QuerySet[Any]:
        """Entries of the span that `{stem}_after` and `{stem}_before` give; all without either."""
        given, field = self.form.cleaned_data, f"{stem}_at"
        since, before = given[f"{stem}_after"], given[f"{stem}_before"]
        if since is before is None:
            return entries
        is_narrow = not self.narrowing or any(given[name] for name in self.narrowing)
        ordered_by = self.request.query_params.get("ordering") or "-published_at"
        if is_narrow or ordered_by.lstrip("-") == field:
            return searching.spanned(entries, field, since=since, before=before)
        newest_first = ordered_by.startswith("-") and ordered_by != "-votes_count"
        return searching.within(
            entries, field, since=since, before=before, newest_first=newest_first
        )

    def with_words(self, entries: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """Entries in which every word occurs."""
        return matching(entries, words)


def under_any(entries: QuerySet[Any], topics: Any) -> QuerySet[Any]:
    """Entries under any of the topics; all of them without topics."""
    if not topics:
        return entries
    return searching.under_any(entries, [topic.pk for topic in topics])


class TopicalFilterSet(EntryFilterSet):
    """Filters of learnings and challenges."""

    topic = filters.ModelMultipleChoiceFilter(
        queryset=Topic.objects.confirmed(), to_field_name="slug", method="with_topics",
        error_messages={"invalid_choice": 'No topic has the slug "%(value)s".'},
        label="Slug of a topic; repeat it for entries under any of several.",
    )  # fmt: skip
    cohort = filters.ModelChoiceFilter(
        queryset=Cohort.objects.all(), to_field_name="slug", method="of_cohort",
        label="Slug of the author's cohort.",
    )  # fmt: skip
    track = filters.ChoiceFilter(
        choices=Track.choices, field_name="author__track", label="Track of the author."
    )

    def with_topics(self, entries: QuerySet[Any], _name: str, topics: Any) -> QuerySet[Any]:
        """Entries under any of the topics."""
        return under_any(entries, topics)

    def of_cohort(self, entries: QuerySet[Any], _name: str, cohort: Cohort) -> QuerySet[Any]:
        """Entries by members of the cohort."""
        members = Membership.objects.filter(cohort=cohort, user=OuterRef("author"))
        return entries.filter(Exists(members))


class LearningFilterSet(TopicalFilterSet):
    """Filters of learnings."""

    kind = filters.ChoiceFilter(choices=LearningKind.choices, label="Only learnings of this kind.")

    class Meta:
        model = Learning
        fields: list[str] = []


class ChallengeFilterSet(TopicalFilterSet):
    """Filters of challenges."""

    solved = TruthFilter(method="is_solved", label="With an accepted solution or not.")

    class Meta:
        model = Challenge
        fields: list[str] = []

    def is_solved(self, challenges: Any, _name: str, solved: bool) -> Any:  # noqa: FBT001 - django-filter's signature
        """Challenges with or without an accepted solution."""
        return challenges.solved(solved)


class SolutionFilterSet(EntryFilterSet):
    """Filters of solutions."""

    narrowing = (*EntryFilterSet.narrowing, "challenge")

    challenge = IdFilter(field_name="challenge_id", label="Id of the challenge.")

    class Meta:
        model = Solution
        fields: list[str] = []


class ChallengeSolutionFilterSet(SolutionFilterSet):
    """Filters of the solutions of one challenge."""

    narrowing = ()  # it is narrow already


class TopicFilterSet(filters.FilterSet):
    """Filters of topics."""

    kind = filters.ChoiceFilter(choices=TopicKind.choices)
    search = filters.CharFilter(method="with_words", label="Words in the name.", max_length=200)
    proposed = TruthFilter(
        field_name="is_proposed",
        label="Named by READMEs and not confirmed yet: for curators, others find none.",
    )

    class Meta:
        model = Topic
        fields: list[str] = []

    def with_words(self, topics: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """Topics whose name has every word."""
        return containing(topics, words, fields=("name",))
