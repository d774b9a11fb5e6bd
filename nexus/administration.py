"""The admin site: where curators review, and where admins look after people and deliveries."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite


class Administration(UnfoldAdminSite):
    """django-unfold's site with an overview of the hub and the review queue at `review/`."""

    index_title = "Overview"
    index_template = "admin/curation/overview.html"

    def extra_urls(self) -> list[URLPattern]:
        """Addresses beside those of the models: unfold asks for them by this name."""
        from learnings.admin.queue import ReviewQueue

        return [path("review/", self.admin_view(ReviewQueue.as_view(site=self)), name="review")]


class AdministrationConfig(AdminConfig):
    """Django's admin, with `Administration` as the site on which models are registered."""

    default_site = "nexus.administration.Administration"
