"""Saying about a view what its code cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from drf_yasg import openapi
from drf_yasg.utils import swagger_auto_schema
from rest_framework.serializers import BaseSerializer

_View = TypeVar("_View", bound=Callable[..., Any])
# A serializer for a body, a sentence for an answer without one, or drf-yasg's untyped response.
Answer = type[BaseSerializer] | str | Any


def empty_object(description: str) -> openapi.Response:
    """An answer whose status says it all, and whose body is `{}`."""
    return openapi.Response(description, openapi.Schema(type=openapi.TYPE_OBJECT))


def documented(
    *,
    name: str | None = None,
    takes: type[BaseSerializer] | None = None,
    asks: Iterable[openapi.Parameter] = (),
    answers: Mapping[int, Answer] | None = None,
    also: Mapping[int, Answer] | None = None,
    problems: Iterable[int] = (),
) -> Callable[[_View], _View]:
    """Describe a view's method, above `@action` if it is one.

    The summary and the description are the docstring, its first line and the rest; parameters,
    shapes and the usual problems are found in the code. `name` is the operation's id in clients,
    `takes` a body other than the view's own serializer, `asks` the query parameters that the
    method reads by itself, `answers` what comes back by status when it is not that serializer,
    `also` what else can come back, `problems` are statuses beyond those that go without saying.
    """
    overrides: dict[str, Any] = {"problems": tuple(problems), "also": dict(also or {})}
    if name is not None:
        overrides["operation_id"] = name
    if takes is not None:
        overrides["request_body"] = takes
    if asks:
        overrides["manual_parameters"] = list(asks)
    if answers is not None:
        overrides["responses"] = dict(answers)

    def decorate(view: _View) -> _View:
        described: _View = swagger_auto_schema(**overrides)(view)
        return described

    return decorate
