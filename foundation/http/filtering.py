"""Typed filters that refuse what they do not know."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from foundation.http.problems import BadParameter

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
            if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
                raise BadParameter(name, "Has a character that is not allowed.", code="invalid")


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, with unknown parameters and bad values refused by name."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Any:
        """Filter `queryset` by the request's parameters.

        Raises:
            BadParameter: a parameter is unknown or its value is of the wrong type.
        """
        filterset = self.get_filterset(request, queryset, view)
        names = frozenset() if filterset is None else frozenset(filterset.filters)
        paging = PAGING_PARAMETERS if getattr(view, "action", None) == "list" else frozenset()
        refuse_unknown_parameters(request, names | paging)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            parameter, problems = next(iter(filterset.errors.items()))
            raise BadParameter(parameter, str(problems[0]))
        return filterset.qs
