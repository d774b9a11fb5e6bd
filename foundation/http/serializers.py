"""Serializers that refuse what they would otherwise ignore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError


class StrictSerializer(serializers.Serializer):
    """Refuses body fields that it does not write, by name: a typo must not look like success."""

    def to_internal_value(self, data: Any) -> Any:
        """Validate `data`.

        Raises:
            ValidationError: with `unknown` or `read_only` for each field that may not be set.
        """
        if isinstance(data, Mapping):
            writable = {field.field_name for field in self._writable_fields}
            refused = {
                str(name): [_refusal(is_known=name in self.fields)]
                for name in data
                if name not in writable
            }
            if refused:
                raise ValidationError(refused)
        return super().to_internal_value(data)


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    """The same for models."""


def _refusal(*, is_known: bool) -> ErrorDetail:
    if is_known:
        return ErrorDetail("This field is set by the hub.", "read_only")
    return ErrorDetail("There is no such field here.", "unknown")
