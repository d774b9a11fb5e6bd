"""Notifications as the API shows them, and how they are marked as read."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from foundation.http.serializers import (
    ShortListField,
    StrictModelSerializer,
    StrictSerializer,
)
from notifications.models import Event, Notification

MAX_IDS: Final = 1000
MAX_ID: Final = 2**63 - 1  # what a bigint holds


class NotificationSerializer(StrictModelSerializer):
    """Something that happened and concerns the reader."""

    event = serializers.ChoiceField(
        source="announcement.event", choices=Event.choices, read_only=True
    )
    text = serializers.CharField(
        source="announcement.text", read_only=True, help_text="A sentence for a person."
    )
    target = serializers.CharField(
        source="announcement.target",
        read_only=True,
        help_text="Address of the thing, from the root of this server.",
    )

    class Meta:
        model = Notification
        fields = ["id", "event", "text", "target", "read_at", "created_at"]
        read_only_fields = ["id", "read_at", "created_at"]
        ref_name = "Notification"


class ReadMarkSerializer(StrictSerializer):
    """Either some notifications or all of them."""

    exactly_one_of = ("ids", "all")  # for the documentation
    ids = ShortListField(
        child=serializers.IntegerField(min_value=0, max_value=MAX_ID),
        allow_empty=False,
        max_length=MAX_IDS,
        required=False,
        help_text="Ids of notifications. Unknown ones are passed over.",
    )
    all = serializers.BooleanField(
        required=False,
        help_text="Only `true` means something.",
        style={"limits": {"enum": [True]}},  # for the documentation
    )

    class Meta:
        ref_name = "ReadMark"

    def validate_all(self, value: bool) -> bool:  # noqa: FBT001 - REST framework's signature
        """Refuse what would mark nothing and look as if it did."""
        if not value:
            raise ValidationError("Send true, or ids.", "not_true")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len(attrs) != 1:
            raise ValidationError("Send either ids or all.", "ids_or_all")
        return attrs
