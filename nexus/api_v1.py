"""Version 1 of the API: the rooms of all floors under one address."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.rest.v1.urls")),
    path("", include("notifications.rest.v1.urls")),
    path("", include("learnings.rest.v1.urls")),
]
