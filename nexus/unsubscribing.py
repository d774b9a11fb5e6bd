"""The page that each e-mail leads to: one click, without logging in, and such e-mails stop."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nexus import pages
from notifications.preferring import read_link, wish


# Exempt: mail programs post here for their reader (RFC 8058), and the token in the address is all
# that counts. No cookie is looked at.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether such e-mails should stop; a POST stops them.

    A GET changes nothing: programs that look for bad links open every link of an e-mail.
    """
    link = read_link(token)
    if link is None:
        return pages.not_found(request)
    if request.method == "POST":
        wish(link.user, {link.event: False})
    response = render(
        request,
        "nexus/unsubscribe.html",
        {"event": link.event.label, "is_done": request.method == "POST"},
    )
    response["Referrer-Policy"] = "no-referrer"  # the address is a key
    response["X-Robots-Tag"] = "noindex"
    return response
