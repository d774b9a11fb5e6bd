"""Saying about a view what its code cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from drf_yasg.utils import no_body, swagger_auto_schema
from rest_framework.serializers import BaseSerializer

_View = TypeVar("_View", bound=Callable[..., Any])
# A serializer for a body, a sentence for an answer without one.
Answer = type[BaseSerializer] | BaseSerializer | str


def documented(
    *,
    answers: Mapping[int, Answer],
    takes: type[BaseSerializer] | None = None,
    no_request_body: bool = False,
) -> Callable[[_View], _View]:
    """Describe a view's method: its good answers by status, and what it takes.

    Problem answers, parameters and the summary (the docstring's first line) need no words here.
    `takes` is for a body other than the view's own serializer, `no_request_body` for none at all.
    """
    overrides: dict[str, Any] = {"responses": dict(answers)}
    if takes is not None:
        overrides["request_body"] = takes
    elif no_request_body:
        overrides["request_body"] = no_body

    def decorate(view: _View) -> _View:
        described: _View = swagger_auto_schema(**overrides)(view)
        return described

    return decorate
