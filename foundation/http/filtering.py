"""Typed filters that refuse what they do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend, TypedChoiceFilter
from rest_framework.request import Request

from foundation.http.problems import BadParameter, is_storable

if TYPE_CHECKING:
    # REST framework's views import this module while they are being made.
    from rest_framework.views import APIView

PAGING_PARAMETERS: Final = frozenset({"cursor", "page_size", "ordering"})


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


class TruthFilter(TypedChoiceFilter):
    """`true` or `false`. django-filter's own takes any other word for no filter at all."""

    def __init__(self, **options: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", **options)


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
        refuse_unknown_parameters(request, names | PAGING_PARAMETERS)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            parameter, problems = next(iter(filterset.errors.items()))
            raise BadParameter(parameter, str(problems[0]))
        return filterset.qs
