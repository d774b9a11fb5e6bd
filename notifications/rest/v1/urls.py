"""Where notifications are found, under `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from notifications.rest.v1.preferences import NotificationPreferencesView
from notifications.rest.v1.views import NotificationViewSet

router = SimpleRouter()
router.register("notifications", NotificationViewSet, basename="notification")

urlpatterns = [
    path(
        "me/notification-preferences/",
        NotificationPreferencesView.as_view(),
        name="notification-preferences",
    ),
    *router.urls,
]
