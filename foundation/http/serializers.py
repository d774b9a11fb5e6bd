"""Serializers that refuse what they would otherwise ignore."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, ClassVar, Final

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

MOST_NAMED: Final = 50  # culprits of one kind: who sends more hears of the others next time
_SLUG: Final = re.compile("[-a-zA-Z0-9_]+")


class StrictSerializer(serializers.Serializer):
    """Refuses body fields that it does not write, by name: a typo must not look like success."""

    def to_internal_value(self, data: Any) -> Any:
        """Validate `data`.

        Raises:
            ValidationError: what is wrong with each field, all of them at once; with `unknown` or
                `read_only` for those that may not be set, with `invalid` for those of another
                type than the document says. Of a flood the first are named.
        """
        refused = self._refused(data) if isinstance(data, Mapping) else {}
        try:
            taken = super().to_internal_value(data)
        except ValidationError as error:
            if not refused or not isinstance(error.detail, dict):
                raise
            raise ValidationError({**refused, **error.detail, **refused}) from None
        if refused:
            raise ValidationError(refused)
        return taken

    def _refused(self, data: Mapping[Any, Any]) -> dict[str, Any]:
        """What REST framework would ignore, or turn into something else."""
        writable = {field.field_name: field for field in self._writable_fields}
        others = (name for name in data if name not in writable)
        refused: dict[str, Any] = {
            str(name): [_refusal(is_known=name in self.fields)]
            for name in islice(others, MOST_NAMED)
        }
        if not isinstance(data, QueryDict):  # a form has only text
            refused |= {
                name: wrong
                for name, value in data.items()
                if name in writable and (wrong := _mistyped(writable[name], value))
            }
        return refused


class SlugReferenceField(serializers.SlugRelatedField):
    """A row by its slug. Text that cannot be a slug is one that does not exist."""

    found: Mapping[str, Any] | None = None  # by slug, where the rows were looked up before
    default_error_messages: ClassVar = {
        "does_not_exist": 'Nothing here has the slug "{value}".',
        "invalid": 'Send the slug alone, as text: "django", say.',
    }

    def to_internal_value(self, data: Any) -> Any:
        """Find the row.

        Raises:
            ValidationError: `does_not_exist`, or `invalid` for what is no text.
        """
        if not isinstance(data, str):
            self.fail("invalid")
        # PostgreSQL would not even look for a NUL or for half a character.
        if not _SLUG.fullmatch(data):
            self.fail("does_not_exist", slug_name=self.slug_field, value=data)
        if self.found is None:
            return super().to_internal_value(data)
        if data not in self.found:
            self.fail("does_not_exist", slug_name=self.slug_field, value=data)
        return self.found[data]

    def find(self, slugs: Iterable[Any]) -> Mapping[str, Any]:
        """Find many rows with one query, for `to_internal_value` to choose among: by slug."""
        wanted = {slug for slug in slugs if isinstance(slug, str) and _SLUG.fullmatch(slug)}
        rows: Any = self.get_queryset()
        rows = rows.filter(**{f"{self.slug_field}__in": wanted}) if wanted else ()
        self.found = {getattr(row, self.slug_field): row for row in rows}
        return self.found


class ShortListField(serializers.ListField):
    """A list whose length is looked at before its items are: each of those may cost a query."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Validate the list.

        Raises:
            ValidationError: `max_length` for too many items, or what is wrong with some of them.
        """
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            detail = f"Ensure this field has no more than {self.max_length} elements."
            raise ValidationError(detail, "max_length")
        items: list[Any] = super().to_internal_value(data)
        return items


class SlugReferencesField(ShortListField):
    """Rows by their slugs, each once, in the order of their queryset. One query finds them all."""

    child: SlugReferenceField

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        """Find the rows.

        Raises:
            ValidationError: what is wrong with each slug, by its place in the list.
        """
        found = self.child.find(data)
        super().run_child_validation(data)
        return list(found.values())


class ModelSerializer(serializers.ModelSerializer):
    """REST framework's, but what follows from the model is worked out once for each class."""

    def get_fields(self) -> dict[str, Any]:
        """The fields, for this serializer alone: they may be changed."""
        kept = vars(type(self)).get("_kept_fields")
        if kept is None:
            kept = super().get_fields()
            type(self)._kept_fields = kept  # type: ignore[attr-defined] # noqa: SLF001 - its own
        return {name: _copied(field) for name, field in kept.items()}


class StrictModelSerializer(StrictSerializer, ModelSerializer):
    """The strict one for models."""


# Their children know them as parents.
_NESTING: Final = (
    serializers.BaseSerializer, serializers.ListField, serializers.DictField,
    serializers.ManyRelatedField,
)  # fmt: skip


def _copied(field: serializers.Field) -> serializers.Field:
    """A field that can be bound to another serializer, sharing what no request changes."""
    return copy.deepcopy(field) if isinstance(field, _NESTING) else copy.copy(field)


def _refusal(*, is_known: bool) -> ErrorDetail:
    if is_known:
        return ErrorDetail("This field is set by the hub.", "read_only")
    return ErrorDetail("There is no such field here.", "unknown")


# What REST framework would turn into the right type, which no document can say.
_TAKEN_FOR: Final = (
    (serializers.CharField, (int, float), "Not a valid string."),
    (serializers.IntegerField, (str,), "A valid integer is required."),
    (serializers.PrimaryKeyRelatedField, (str,), "A valid integer is required."),
    (serializers.BooleanField, (str, int, float), "Must be a valid boolean."),
)


def _mistyped(field: Any, value: Any) -> Any:
    """What is wrong with the JSON type of a value, or with those in a list of them."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        found = ((number, _mistyped(field.child, item)) for number, item in enumerate(value))
        return dict(islice(((number, wrong) for number, wrong in found if wrong), MOST_NAMED))
    for kind, types, detail in _TAKEN_FOR:
        is_truth = isinstance(value, bool)  # which Python counts among the numbers
        if isinstance(field, kind) and isinstance(value, types) and not is_truth:
            return [ErrorDetail(detail, "invalid")]
    return None
