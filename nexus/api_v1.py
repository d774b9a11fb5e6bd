"""Version 1 of the API: the rooms of all floors under one address."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from foundation.http.views import ContractMixin

# Where to begin reading, by the name of the address.
STARTS = {
    "me": "me",
    "my_entries": "my-entries",
    "my_bookmarks": "my-bookmarks",
    "my_votes": "my-votes",
    "users": "user-list",
    "topics": "topic-list",
    "learnings": "learning-list",
    "challenges": "challenge-list",
    "solutions": "solution-list",
    "revisions": "revision-list",
    "imports": "import-list",
    "sources": "source-list",
    "cohorts": "cohort-list",
    "notifications": "notification-list",
    "subscriptions": "subscription-list",
}


class IndexView(ContractMixin, APIView):
    """The way in, for whoever follows links. The documents list every address; this is not one."""

    swagger_schema = None

    def get(self, request: Request) -> Response:
        """List where to begin."""
        return Response({name: reverse(route, request=request) for name, route in STARTS.items()})


urlpatterns = [
    path("", IndexView.as_view(), name="index"),
    path("", include("accounts.rest.v1.urls")),
    path("", include("notifications.rest.v1.urls")),
    path("", include("learnings.rest.v1.urls")),
]
