"""The form by which curators and admins come in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from unfold.forms import AuthenticationForm

from foundation import limiting
from foundation.http.rate_limits import attempts, place_of


class LogInForm(AuthenticationForm):
    """Asks for address and password, as often as the API does: both doors share one count."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "No curator or admin has this address and password.",
        "rate_limited": "Too many attempts. Wait a while, then try again.",
    }

    def clean(self) -> dict[str, Any]:
        """Count the attempt, then compare.

        Raises:
            ValidationError: `rate_limited`, or `invalid_login` whatever it is that is wrong.
        """
        email = self.cleaned_data.get("username", "")
        asked = attempts(["log-in"], place=place_of(self.request), email=email)
        standings = limiting.count(asked, at=timezone.now())
        if any(standing.exceeded for standing in standings):
            raise forms.ValidationError(self.error_messages["rate_limited"], code="rate_limited")
        cleaned: dict[str, Any] = super().clean()
        return cleaned
