"""Every address of Nexus."""

from django.apps import apps
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from nexus import account_pages, health, landing, manual, metrics, pages, unsubscribing

_mark = lazy(static, str)("nexus/mark.svg")  # named when asked: production's names carry hashes

urlpatterns = [
    path("", landing.page, name="landing"),
    path("account/reset/", account_pages.reset, name="account-reset"),
    path("account/verify/", account_pages.verify, name="account-verify"),
    path("docs/errors/", manual.errors, name="errors"),
    path("unsubscribe/<str:token>/", unsubscribing.page, name="unsubscribe"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.exposition, name="metrics"),
    path("favicon.ico", RedirectView.as_view(url=_mark), name="favicon"),
    path("admin", RedirectView.as_view(pattern_name="admin:index"), name="admin-without-slash"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("nexus.api_v1")),
    path("", include("nexus.documentation")),
]

if apps.is_installed("debug_toolbar"):
    from debug_toolbar.toolbar import debug_toolbar_urls

    urlpatterns += debug_toolbar_urls()

# Last: whatever is left over. `handler404` alone would leave it to Django's own page in
# development, which answers in HTML under /api/, too.
urlpatterns += [re_path(r"^", pages.not_found, name=pages.NOTHING_HERE)]

handler404 = "nexus.pages.not_found"
handler500 = "nexus.pages.broken"
