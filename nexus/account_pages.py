"""Where the links in e-mails lead when no front end takes them: a new password, a verified address.

The pages know nobody. What proves who came stands behind `#` in the address, which no browser
sends; a small script reads it there and talks to the API like any other client.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# A password is typed here, and a secret is in the script's hands: nothing but our own files runs,
# nothing is sent anywhere else, and a form that no script took over sends nothing at all.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@require_safe
def reset(request: HttpRequest) -> HttpResponse:
    """Show the page on which a new password is chosen, or a link to it asked for."""
    return _page(request, "nexus/reset.html")


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page that verifies an address."""
    return _page(request, "nexus/verify.html")


def _page(request: HttpRequest, template: str) -> HttpResponse:
    response = render(request, template)
    response["Content-Security-Policy"] = _POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response
