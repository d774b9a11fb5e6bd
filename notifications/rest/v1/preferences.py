"""Which events come to a person by e-mail, over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.rest.authentication import signed_in
from foundation.http.serializers import StrictSerializer
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from notifications.models import Event
from notifications.preferring import BY_EMAIL, wish, wishes


class EmailEventsSerializer(StrictSerializer):
    """One switch for each event that can come by e-mail."""

    class Meta:
        ref_name = "EmailEvents"

    def get_fields(self) -> dict[str, Any]:
        """A switch by the name of each event."""
        return {
            event.value: serializers.BooleanField(required=False, help_text=f"{event.label}.")
            for event in BY_EMAIL
        }


class NotificationPreferencesSerializer(StrictSerializer):
    """How notifications travel beyond the in-app list, in which all of them stand."""

    email = EmailEventsSerializer()

    class Meta:
        ref_name = "NotificationPreferences"


class NotificationPreferencesView(ContractMixin, APIView):
    """`me/notification-preferences/`."""

    http_method_names = ["get", "patch", "head", "options"]
    serializer_class = NotificationPreferencesSerializer

    @documented(answers={200: NotificationPreferencesSerializer})
    def get(self, request: Request) -> Response:
        """Read which events come to you by e-mail.

        Listed are the events that can; whatever stands here, all events are in `notifications/`.
        """
        return self._answer(request)

    @documented(
        takes=NotificationPreferencesSerializer, answers={200: NotificationPreferencesSerializer}
    )
    def patch(self, request: Request) -> Response:
        """Choose which events come to you by e-mail.

        Send only the switches that change, such as `{"email": {"ENTRY_PUBLISHED": false}}`. The
        answer has all of them.
        """
        body = NotificationPreferencesSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        choices = body.validated_data.get("email", {})
        wish(signed_in(request), {Event(name): comes for name, comes in choices.items()})
        return self._answer(request)

    def _answer(self, request: Request) -> Response:
        switches = {event.value: comes for event, comes in wishes(signed_in(request)).items()}
        return Response({"email": switches})
