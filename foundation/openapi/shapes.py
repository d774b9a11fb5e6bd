"""Serializers as definitions: one for reading, one for writing, one for changing.

drf-yasg makes one for all three, with read-only fields that no answer is bound to have, and
required fields that no PATCH needs.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from enum import Enum
from types import NoneType
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from drf_yasg import openapi
from drf_yasg.errors import SwaggerGenerationError
from drf_yasg.inspectors import FieldInspector, NotHandled, ReferencingSerializerInspector
from rest_framework import serializers

from foundation.http.serializers import SlugReferenceField, StrictSerializer
from foundation.openapi.naming import singular
from foundation.openapi.shared import ID, SLUG, STORABLE, VISIBLE

_MADE_OF: Final = "_NP_made_of"  # drf-yasg keeps attributes so named out of the document


class Direction(Enum):
    """Which way a body travels. The value is what its definition's name ends with."""

    READ = ""
    WRITE = "Write"
    CHANGE = "Change"


# What limits input says nothing about answers.
_LIMITS: Final = (
    "minLength", "maxLength", "minimum", "maximum", "pattern", "default", "minItems", "maxItems",
)  # fmt: skip


def travelling(serializer: Any, direction: Direction) -> Any:
    """Mark a serializer, and with it all fields inside, as one for this direction."""
    serializer.openapi_direction = direction
    return serializer


def direction_of(field: Any) -> Direction:
    """Which way the body travels that this field is part of."""
    direction: Direction = getattr(field.root, "openapi_direction", Direction.READ)
    return direction


class ShapeInspector(ReferencingSerializerInspector):
    """Makes the definitions.

    A serializer whose answers can have more fields, when they are asked for, gives those by name
    with its method `only_expanded`.
    """

    def field_to_swagger_object(
        self,
        field: Any,
        swagger_object_type: Any,
        use_references: bool,  # noqa: FBT001 - drf-yasg's signature
        **kwargs: Any,
    ) -> Any:
        """A reference to the definition of `field`, if it is a serializer."""
        is_shape = isinstance(field, serializers.Serializer)
        if not is_shape or swagger_object_type is not openapi.Schema:
            return super().field_to_swagger_object(
                field, swagger_object_type, use_references, **kwargs
            )
        direction = direction_of(field)
        name = self._name(field, direction)
        definitions = self.components.with_scope(openapi.SCHEMA_DEFINITIONS)
        made = definitions.setdefault(name, lambda: self._definition(field, direction))
        if getattr(made, _MADE_OF, None) is not type(field):
            raise SwaggerGenerationError(f"Two serializers are called {name}: give one a ref_name.")
        return openapi.SchemaRef(definitions, name)

    def process_result(
        self,
        result: Any,
        method_name: str,  # noqa: ARG002 - drf-yasg's signature
        obj: Any,
        **_kwargs: Any,
    ) -> Any:
        """Say of what is sent all that the server asks of it, whichever inspector described it."""
        if isinstance(obj, serializers.Field) and hasattr(result, "type"):
            if direction_of(obj) is not Direction.READ:
                for name, limit in limits_of(obj, described=result).items():
                    result[name] = limit
            elif obj.field_name == "id":
                result["format"] = "int64"
        return result

    def _name(self, serializer: Any, direction: Direction) -> str:
        name: str = self.get_serializer_ref_name(serializer)
        has_two_sides = any(field.read_only for field in serializer.fields.values())
        if direction is Direction.WRITE and _is_cut(serializer):
            name = f"{self._owner}{name}"
        if direction is Direction.WRITE and not has_two_sides:
            return name
        return f"{name}{direction.value}"

    @property
    def _owner(self) -> str:
        """`Challenge` at `/challenges/{id}/solutions/`."""
        words = [step for step in self.path.strip("/").split("/") if "{" not in step]
        return singular(words[-2]).capitalize()

    def _definition(self, serializer: Any, direction: Direction) -> openapi.Schema:
        is_read = direction is Direction.READ
        fields = {
            name: field
            for name, field in serializer.fields.items()
            if not (field.write_only if is_read else field.read_only)
            and not isinstance(field, serializers.HiddenField)
        }
        is_whole = is_read and not getattr(serializer, "is_partial", False)
        required = [
            name
            for name, field in fields.items()
            if is_whole or (field.required and direction is not Direction.CHANGE)
        ]
        if is_read and hasattr(serializer, "only_expanded"):
            fields |= serializer.only_expanded()  # there for who asks: never required
        definition = openapi.Schema(
            type=openapi.TYPE_OBJECT,
            description=_first_paragraph(type(serializer).__doc__),
            properties={name: self._property(field, is_read) for name, field in fields.items()},
            required=required or None,
            # Answers may get more fields one day; bodies with unknown ones are refused today.
            additional_properties=False if _is_strict(serializer, direction) else None,
        )
        if not is_read and (choice := choice_of(serializer)):
            definition["x-also"] = choice["x-also"]
        setattr(definition, _MADE_OF, type(serializer))
        return definition

    def _property(self, field: Any, is_read: bool) -> Any:  # noqa: FBT001 - private
        made = self.probe_field_inspectors(field, openapi.Schema, use_references=True)
        # What may not be sent as null can still be shown as null, and says so.
        nullable = is_nullable(field) or (is_read and bool(field.style.get("shown_as_null")))
        if isinstance(made, openapi.SchemaRef):
            # What stands beside a reference is not read, so null is said around it.
            if not nullable:
                return made
            return openapi.Schema(type=openapi.TYPE_OBJECT, all_of=[made], x_nullable=True)
        made.pop("title", None)
        if is_read:
            for limit in _LIMITS:
                made.pop(limit, None)
        if getattr(field, "allow_blank", False):
            made.pop("format", None)  # an empty text has no format
        if nullable:
            made["x-nullable"] = True
        return made


class ShownAsInspector(FieldInspector):
    """Fields that are read as something else than they are written as.

    A field says so with `shown_as`, a serializer class.
    """

    def field_to_swagger_object(
        self,
        field: Any,
        swagger_object_type: Any,
        use_references: bool,  # noqa: FBT001 - drf-yasg's signature
        **_kwargs: Any,
    ) -> Any:
        """The definition of what is shown, for answers."""
        shown_as = getattr(field, "shown_as", None)
        if shown_as is None or direction_of(field) is not Direction.READ:
            return NotHandled
        return self.probe_field_inspectors(shown_as(), swagger_object_type, use_references)


def limits_of(field: Any, *, described: Mapping[str, Any]) -> dict[str, Any]:
    """What a field that is sent must keep to, besides what its description says already."""
    if isinstance(field, serializers.PrimaryKeyRelatedField):
        return dict(ID)
    if isinstance(field, SlugReferenceField):
        rows: Any = field.get_queryset()
        column = rows.model._meta.get_field(field.slug_field)
        return {"pattern": SLUG, "minLength": 1, "maxLength": column.max_length}
    if isinstance(field, serializers.ListField) and not field.allow_empty:
        return {"minItems": 1, **field.style.get("limits", {})}
    is_text = isinstance(field, serializers.CharField) and "enum" not in described
    if not is_text or "pattern" in described or "format" in described:
        return dict(field.style.get("limits", {}))
    is_blank_refused = not field.allow_blank and field.trim_whitespace
    pattern = {"pattern": VISIBLE if is_blank_refused else STORABLE}
    return {**pattern, **field.style.get("limits", {})}


def choice_of(serializer: Any) -> dict[str, Any]:
    """What only JSON Schema can say of a body that names `exactly_one_of` its fields."""
    names = getattr(serializer, "exactly_one_of", ())
    there = [name for name in names if name in serializer.fields]
    return {"x-also": {"oneOf": [{"required": [name]} for name in there]}} if there else {}


def _is_cut(serializer: Any) -> bool:
    """Whether this address takes fewer fields than others that use the same serializer."""
    if serializer.parent is not None:
        return False
    usual = type(serializer)().fields.values()
    return len(_written(serializer.fields.values())) < len(_written(usual))


def _written(fields: Any) -> list[str]:
    # JSON holds no files, so a body of JSON is not cut because it lacks them.
    return [
        field.field_name
        for field in fields
        if not field.read_only and not isinstance(field, serializers.FileField)
    ]


def _is_strict(serializer: Any, direction: Direction) -> bool:
    return direction is not Direction.READ and isinstance(serializer, StrictSerializer)


def is_nullable(field: Any) -> bool:
    """Whether the field can be null: it says so, its column can, or its method's type does."""
    if isinstance(field, serializers.SerializerMethodField):
        method = getattr(field.parent, field.method_name)
        return NoneType in typing.get_args(typing.get_type_hints(method).get("return"))
    if field.allow_null:
        return True
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    try:
        return field.read_only and bool(model._meta.get_field(field.source).null)  # type: ignore[union-attr]
    except (AttributeError, FieldDoesNotExist):
        return False


def _first_paragraph(docstring: str | None) -> str | None:
    return " ".join((docstring or "").strip().split("\n\n")[0].split()) or None
