"""The form by which curators and admins come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from rest_framework.request import Request
from rest_framework.views import APIView
from unfold.forms import AuthenticationForm

from accounts.rest.throttling import LogInThrottle


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What of a request a throttle looks at."""

    META: Mapping[str, Any]
    headers: Mapping[str, str]
    data: dict[str, str]


class LogInForm(AuthenticationForm):
    """Asks for address and password, as often as the API does: both doors share one count."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "No curator or admin has this address and password.",
        "rate_limited": "Too many attempts. Wait a minute, then try again.",
    }

    def clean(self) -> dict[str, Any]:
        """Count the attempt, then compare.

        Raises:
            ValidationError: `rate_limited`, or `invalid_login` whatever it is that is wrong.
        """
        asked = self.request
        tried = {"email": self.cleaned_data.get("username", "")}
        attempt = _Attempt(META=asked.META, headers=asked.headers, data=tried)
        if not LogInThrottle().allow_request(cast("Request", attempt), APIView()):
            raise forms.ValidationError(self.error_messages["rate_limited"], code="rate_limited")
        cleaned: dict[str, Any] = super().clean()
        return cleaned
