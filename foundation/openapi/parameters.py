"""Query parameters with their types: filters and paging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import django_filters
from django import forms
from drf_yasg import openapi
from drf_yasg.inspectors import FilterInspector, NotHandled, PaginatorInspector

from foundation.http.filtering import IdsFilter, StrictFilterBackend, TruthFilter
from foundation.http.paging import MAX_PAGE_SIZE, MAX_ROWS, PAGE_SIZE, KeysetPagination
from foundation.http.sparse import EXPAND, FIELDS
from foundation.openapi.shared import LONGEST_ID, MAX_ID, SLUG, STORABLE


class TypedFilters(FilterInspector):
    """django-filter's filters, which drf-yasg takes for plain text."""

    def get_filter_parameters(self, filter_backend: Any) -> Any:
        """One parameter for each filter of the view."""
        if not isinstance(filter_backend, StrictFilterBackend):
            return NotHandled
        filterset_class = getattr(self.view, "filterset_class", None)
        if filterset_class is None:
            return []
        return [
            openapi.Parameter(
                name=name,
                in_=openapi.IN_QUERY,
                required=False,
                description=str(found.label) if found.label else None,
                **_type(found),
            )
            for name, found in filterset_class.base_filters.items()
        ]


def _type(found: Any) -> dict[str, Any]:
    """Type, format and choices of a filter: text, unless it is one of the known kinds.

    A filter with values of its own describes them in `described_as`.
    """
    if described := getattr(found, "described_as", None):
        return dict(described)
    for kind, describe in _KINDS.items():
        if isinstance(found, kind):
            return describe(found)
    return {"type": openapi.TYPE_STRING, "pattern": STORABLE, **_longest(found)}


def _longest(found: Any) -> dict[str, Any]:
    longest = found.extra.get("max_length")
    return {"max_length": longest} if longest else {}


def _truth_type(_found: Any) -> dict[str, Any]:
    return {"type": openapi.TYPE_BOOLEAN}


def _choice_type(found: Any) -> dict[str, Any]:
    choices = [value for value, _label in found.extra["choices"]]
    return {"type": openapi.TYPE_STRING, "enum": choices}


def _number_type(found: Any) -> dict[str, Any]:
    is_whole = issubclass(found.field_class, forms.IntegerField)
    limits = {"minimum": found.field.min_value, "maximum": found.field.max_value}
    return {
        "type": openapi.TYPE_INTEGER if is_whole else openapi.TYPE_NUMBER,
        **{name: limit for name, limit in limits.items() if limit is not None},
    }


def _moment_type(_found: Any) -> dict[str, Any]:
    return {"type": openapi.TYPE_STRING, "format": openapi.FORMAT_DATETIME}


def _keys_type(found: Any) -> dict[str, Any]:
    items = openapi.Items(**_key_type(found))
    return {"type": openapi.TYPE_ARRAY, "items": items, "collection_format": "multi"}


def _ids_type(found: Any) -> dict[str, Any]:
    items = openapi.Items(type=openapi.TYPE_INTEGER, minimum=0, maximum=LONGEST_ID)
    return {**_csv(items), "max_items": found.extra["most"]}


def _csv(items: openapi.Items) -> dict[str, Any]:
    """A list of values in one, separated by commas. An empty one is a list of one empty text."""
    listed = {"type": openapi.TYPE_ARRAY, "items": items, "collection_format": "csv"}
    return {**listed, "min_items": 1}


def _key_type(found: Any) -> dict[str, Any]:
    if found.extra.get("to_field_name") is not None:
        return {"type": openapi.TYPE_STRING, "pattern": SLUG, "min_length": 1}
    return {"type": openapi.TYPE_INTEGER, "minimum": 0, "maximum": MAX_ID}


# The special before the general: the first kind that fits is taken.
_KINDS: Final[dict[type, Callable[[Any], dict[str, Any]]]] = {
    IdsFilter: _ids_type,
    TruthFilter: _truth_type,
    django_filters.BooleanFilter: _truth_type,
    django_filters.ModelMultipleChoiceFilter: _keys_type,
    django_filters.ModelChoiceFilter: _key_type,
    django_filters.ChoiceFilter: _choice_type,
    django_filters.NumberFilter: _number_type,
    django_filters.IsoDateTimeFilter: _moment_type,
}


def choosing(view: Any) -> list[openapi.Parameter]:
    """`fields` and `expand`, as far as the view's answer can be chosen with them."""
    known: frozenset[str] = getattr(view, "choosing_parameters", frozenset())
    if not known:
        return []
    shape = view.get_serializer()
    names = [name for name, field in shape.fields.items() if not field.write_only]
    if hasattr(shape, "only_expanded"):
        names += shape.only_expanded()
    found = [
        _parameter(
            FIELDS,
            "Only these fields, separated by commas. Without it all of them.",
            **_csv(openapi.Items(type=openapi.TYPE_STRING, enum=names)),
            unique_items=True,
        )
    ]
    if EXPAND in known:
        items = openapi.Items(type=openapi.TYPE_STRING, enum=list(view.expansions))
        whole = "Shows these as whole objects, separated by commas."
        found.append(_parameter(EXPAND, whole, **_csv(items), unique_items=True))
    return found


class KeysetPages(PaginatorInspector):
    """Keyset pages: what they are asked for, and their shape by a name of its own."""

    def get_paginator_parameters(self, paginator: Any) -> Any:
        """`ordering`, `page_size`, `cursor` and `page`."""
        if not isinstance(paginator, KeysetPagination):
            return NotHandled
        keys = [key.removeprefix("-") for key in self.view.ordering_fields]
        orders = [order for key in keys for order in (key, f"-{key}")]
        return [
            _parameter(
                "ordering",
                f"Sort key, descending with `-`. Default: `{self.view.ordering_fields[0]}`.",
                type=openapi.TYPE_STRING,
                enum=orders,
            ),
            _parameter(
                "page_size",
                "How many results a page holds at most.",
                type=openapi.TYPE_INTEGER,
                minimum=1,
                maximum=MAX_PAGE_SIZE,
                default=PAGE_SIZE,
            ),
            _parameter(
                "cursor",
                "Where the page begins. Follow `next` and `previous` instead of making one up.",
                type=openapi.TYPE_STRING,
                min_length=1,
            ),
            _parameter(
                "page",
                "Number of the page, instead of a cursor. The page then has `count`. Good for the "
                f"first {MAX_ROWS:,} rows.",
                type=openapi.TYPE_INTEGER,
                minimum=1,
                maximum=MAX_ROWS,
            ),
        ]

    def get_paginated_response(self, paginator: Any, response_schema: Any) -> Any:
        """The page as a definition, such as `ChallengePage`."""
        if not isinstance(paginator, KeysetPagination):
            return NotHandled
        name = f"{response_schema.items_.ref.rpartition('/')[2]}Page"
        definitions = self.components.with_scope(openapi.SCHEMA_DEFINITIONS)
        definitions.setdefault(name, lambda: _page(paginator, response_schema))
        return openapi.SchemaRef(definitions, name)


def _parameter(name: str, description: str, **attributes: Any) -> openapi.Parameter:
    return openapi.Parameter(
        name=name, in_=openapi.IN_QUERY, required=False, description=description, **attributes
    )


def _page(paginator: KeysetPagination, results: Any) -> openapi.Schema:
    shape = paginator.get_paginated_response_schema(results)
    address = {"type": openapi.TYPE_STRING, "format": openapi.FORMAT_URI, "x_nullable": True}
    described = {
        "count": openapi.Schema(
            type=openapi.TYPE_INTEGER,
            description=f"Rows on all pages, up to {MAX_ROWS:,}. Only with `page`.",
        ),
        "count_exact": openapi.Schema(
            type=openapi.TYPE_BOOLEAN,
            description="False where there are more rows than `count`. Only with `page`.",
        ),
        "next": openapi.Schema(
            description="Address of the next page, null on the last.", **address
        ),
        "previous": openapi.Schema(description="Null on the first page.", **address),
        "results": results,
    }
    return openapi.Schema(
        type=openapi.TYPE_OBJECT,
        description="One page of a list.",
        required=shape["required"],
        properties={name: described[name] for name in shape["properties"]},
    )
