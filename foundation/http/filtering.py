"""Typed filters that refuse what they do not know."""

from __future__ import annotations

import re
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django_filters.rest_framework import CharFilter, DjangoFilterBackend, TypedChoiceFilter
from rest_framework.request import Request

from foundation.http.problems import BadParameter, is_storable

if TYPE_CHECKING:
    # REST framework's views import this module while they are being made.
    from rest_framework.views import APIView

_ID: Final = re.compile("[0-9]{1,18}")  # any number so long fits into a bigint
PAGING_PARAMETERS: Final = frozenset({"cursor", "page", "page_size", "ordering"})


def refuse_unknown_parameters(request: Request, known: frozenset[str]) -> None:
    """Stop a request with a parameter that nothing would read: a typo must not look like an answer.

    Raises:
        BadParameter: names the first one; also for text that no database can hold.
    """
    for name, values in request.query_params.lists():
        if name not in known:
            raise BadParameter(name, "This address knows no such parameter.", code="unknown")
        for value in values:
            if not is_storable(value):
                raise BadParameter(name, "Has a character that is not allowed.", code="invalid")


def given_once(request: Request, name: str) -> str | None:
    """The value of a parameter that has one; None if it was not sent.

    Raises:
        BadParameter: it was sent more often, and only one of the values could be obeyed.
    """
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise BadParameter(name, "Send it once.", code="repeated")
    return values[0] if values else None


class TruthFilter(TypedChoiceFilter):
    """`true` or `false`. django-filter's own takes any other word for no filter at all."""

    def __init__(self, **options: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", **options)


class IdsField(forms.CharField):
    """Ids, separated by commas."""

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(strip=False, **options)
        self.most = most

    def clean(self, value: Any) -> list[int] | None:
        """The ids, or None if nothing was given.

        Raises:
            ValidationError: one of them is no id, or they are too many.
        """
        if value is None:
            return None
        words = str(value).split(",")
        if len(words) > self.most or not all(_ID.fullmatch(word) for word in words):
            raise ValidationError(f"Up to {self.most} ids, separated by commas.")
        return [int(word) for word in words]


class IdsFilter(CharFilter):
    """Rows that refer, through any of the relations `through`, to one of several ids."""

    field_class = IdsField

    def __init__(self, *, through: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self.through = through

    def filter(self, qs: QuerySet[Any], value: list[int] | None) -> QuerySet[Any]:
        """The rows; all of them where nothing was given.

        Raises:
            BadParameter: it was sent twice, and one of the values would be lost.
        """
        given_once(self.parent.request, self.field_name)
        if value is None:
            return qs
        return qs.filter(reduce(or_, (Q(**{f"{name}__in": value}) for name in self.through)))


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter for lists, with unknown parameters and bad values refused by name."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Any:
        """Filter `queryset` by the request's parameters.

        Raises:
            BadParameter: a parameter is unknown or its value is of the wrong type.
        """
        if getattr(view, "action", None) != "list":
            return queryset  # one object is found by its address alone
        filterset = self.get_filterset(request, queryset, view)
        names = frozenset() if filterset is None else frozenset(filterset.filters)
        choosing: frozenset[str] = getattr(view, "choosing_parameters", frozenset())
        refuse_unknown_parameters(request, names | PAGING_PARAMETERS | choosing)
        if filterset is None:
            return queryset
        _refuse_blank(request, filterset)
        if not filterset.is_valid():
            parameter, problems = next(iter(filterset.errors.items()))
            field = filterset.form.fields[parameter]
            raise BadParameter(parameter, _good_ones(field) or str(problems[0]))
        return filterset.qs


def _good_ones(field: forms.Field) -> str | None:
    """A sentence with the words that a field takes; None if it takes others than a few words."""
    if isinstance(field, forms.ModelChoiceField) or not isinstance(field, forms.ChoiceField):
        return None
    choices: Any = field.choices
    return f"One of {', '.join(str(word) for word, _ in choices if word)}."


def _refuse_blank(request: Request, filterset: Any) -> None:
    """Stop a request with a filter that names nothing: django-filter would take it for none.

    Nothing to search for is what an empty search box means, so that is no filter.
    """
    for name, found in filterset.filters.items():
        if type(found) is not CharFilter and "" in request.query_params.getlist(name):
            raise BadParameter(name, "Has no value. Leave it out.", code="blank")
