"""What is answered where no view is: a problem under /api/, a page in the hub's style elsewhere."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from foundation.http.problems import is_api, problem_response

NOTHING_HERE: Final = "nothing-here"  # the route that every unknown address takes


@csrf_exempt  # else a client's POST to an address without its slash would get Django's page, a 403
def not_found(request: HttpRequest, *_path: Any, **_exception: Any) -> HttpResponse:
    """Answer 404."""
    if is_api(request):
        detail = "There is nothing at this address."
        return problem_response(request, 404, code="not_found", detail=detail)
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500, touching nothing that may be what broke: no database, no session."""
    if is_api(request):
        detail = "Something broke on our side. The request id helps us find it."
        return problem_response(request, 500, code="internal", detail=detail)
    return HttpResponse(render_to_string("500.html"), status=500)


def shows_toolbar(request: HttpRequest) -> bool:
    """Whether django-debug-toolbar may touch this request: on pages, never on the API."""
    return request.META.get("REMOTE_ADDR") in settings.INTERNAL_IPS and not is_api(request)
