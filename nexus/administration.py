"""The admin site: where curators review, and where admins look after people and deliveries."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite


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

    def extra_urls(self) -> list[URLPattern]:
        """Addresses beside those of the models: unfold asks for them by this name."""
        from learnings.admin.queue import ReviewQueue

        return [path("review/", self.admin_view(ReviewQueue.as_view(site=self)), name="review")]


class AdministrationConfig(AdminConfig):
    """Django's admin, with `Administration` as the site on which models are registered."""

    default_site = "nexus.administration.Administration"
