"""The admin site: where curators review, and where admins look after people and deliveries."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.views.main import ERROR_FLAG, SEARCH_VAR
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

MAX_NUMBER: Final = 2**63 - 1  # what a bigint holds
_Page = Callable[..., Any]


class Administration(UnfoldAdminSite):
    """django-unfold's site with an overview of the hub and the review queue at `review/`."""

    index_title = "Overview"
    index_template = "admin/curation/overview.html"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Let curators and admins in."""
        from learnings.admin.log_in import LogInForm

        # Named here, not in the settings: unfold would import it while this site is being made,
        # and with it everything that registers on the site.
        self.login_form = LogInForm
        answer: HttpResponse = super().login(request, extra_context)
        return answer

    def admin_view(self, view: _Page, cacheable: bool = False) -> _Page:  # noqa: FBT001, FBT002
        """A page of the site, asked for with nothing that the database cannot compare with.

        The filters hand over whatever stands in the address, which a database may refuse with an
        error of its own. Django answers a filter that it does not know in the same way.
        """
        page: _Page = super().admin_view(view, cacheable)

        @wraps(page)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not all(_is_comparable(*pair) for pair in _parameters(request)):
                return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
            return page(request, *args, **kwargs)

        return asked

    def extra_urls(self) -> list[URLPattern]:
        """Addresses beside those of the models: unfold asks for them by this name."""
        from learnings.admin.queue import ReviewQueue

        return [path("review/", self.admin_view(ReviewQueue.as_view(site=self)), name="review")]


class AdministrationConfig(AdminConfig):
    """Django's admin, with `Administration` as the site on which models are registered."""

    default_site = "nexus.administration.Administration"


def _parameters(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values]


def _is_comparable(name: str, value: str) -> bool:
    """Whether every database can compare with this: it is storable, and each number fits."""
    from foundation.http.problems import is_storable  # this site is made before the apps are

    if not (is_storable(name) and is_storable(value)):
        return False
    numbers = re.findall(r"\d{19,}", value) if name != SEARCH_VAR else []
    return all(len(number) < 20 and int(number) <= MAX_NUMBER for number in numbers)  # noqa: PLR2004
