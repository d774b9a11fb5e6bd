"""Choosing what a representation shows: `fields` trims it, `expand` embeds whole objects.

Both are lists of names, separated by commas. Only reading knows them: what is written is answered
whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from foundation.http.filtering import given_once
from foundation.http.problems import BadParameter

FIELDS: Final = "fields"
EXPAND: Final = "expand"
READING: Final = frozenset({"list", "retrieve"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What one request wants to see. `fields` is None for everything."""

    fields: frozenset[str] | None = None
    expand: frozenset[str] = frozenset()

    def shows(self, *names: str) -> bool:
        """Whether at least one of these fields is wanted."""
        return self.fields is None or not self.fields.isdisjoint(names)


class ChoosingMixin:
    """Lets clients choose what lists and details of a view show.

    `expansions` names what can be embedded; then the view's serializer takes `expand`, the names
    that were asked for. A view that does not show what its serializer makes says
    `takes_fields = False`.
    """

    expansions: ClassVar[tuple[str, ...]] = ()
    takes_fields: ClassVar[bool] = True

    @property
    def choosing_parameters(self) -> frozenset[str]:
        """The query parameters that this request may choose with."""
        if not self.takes_fields or not isinstance(self, GenericAPIView):
            return frozenset()
        action = getattr(self, "action", None) or "retrieve"
        request = getattr(self, "request", None)
        is_reading = action in READING and (request is None or request.method in SAFE_METHODS)
        if not is_reading or self.serializer_class is None:
            return frozenset()
        return frozenset({FIELDS, EXPAND} if self.expansions else {FIELDS})

    @cached_property
    def choice(self) -> Choice:
        """What this request wants to see.

        Raises:
            BadParameter: a name is missing or repeated, or there is no such expansion.
        """
        known, request = self.choosing_parameters, self.request  # type: ignore[attr-defined]
        fields = _names(request, FIELDS) if FIELDS in known else None
        expand = _names(request, EXPAND) if EXPAND in known else None
        _refuse_others(EXPAND, expand or (), known=self.expansions)
        return Choice(None if fields is None else frozenset(fields), frozenset(expand or ()))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The serializer, with what was chosen.

        Raises:
            BadParameter: it has no such field, or only with an expansion that was not asked for.
        """
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer(*args, **kwargs)  # type: ignore[misc]
        if self.choice.expand:
            kwargs["expand"] = self.choice.expand
        made: BaseSerializer = super().get_serializer(*args, **kwargs)  # type: ignore[misc]
        return trimmed(made, self.choice)


def _names(request: Request, parameter: str) -> tuple[str, ...] | None:
    text = given_once(request, parameter)
    if text is None:
        return None
    names = tuple(text.split(","))
    if "" in names:
        raise BadParameter(parameter, "Names, separated by commas.", code="blank")
    if len(set(names)) < len(names):
        raise BadParameter(parameter, "Name each of them once.", code="repeated")
    return names


def _refuse_others(parameter: str, names: Iterable[str], *, known: Iterable[str]) -> None:
    choices = list(known)
    if not set(names) <= set(choices):
        detail = f"Choose among {', '.join(choices)}."
        raise BadParameter(parameter, detail, code="invalid_choice")


def trimmed(serializer: Any, choice: Choice) -> Any:
    """`serializer`, without the fields that were not chosen.

    Raises:
        BadParameter: it has no such field, or only with an expansion that was not asked for.
    """
    names = choice.fields
    if names is not None:
        fields = getattr(serializer, "child", serializer).fields
        shown = [name for name, field in fields.items() if not field.write_only]
        _refuse_others(FIELDS, sorted(names), known=shown)
        for name in set(fields) - names:
            fields.pop(name)
    return serializer
