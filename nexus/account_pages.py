"""Where the links in e-mails lead when no front end takes them: a new password, a verified address.

The pages know nobody. What proves who came stands behind `#` in the address, which no browser
sends; a small script reads it there and talks to the API like any other client.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def reset(request: HttpRequest) -> HttpResponse:
    """Show the page on which a new password is chosen, or a link to it asked for."""
    return render(request, "nexus/reset.html")


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page that verifies an address."""
    return render(request, "nexus/verify.html")
