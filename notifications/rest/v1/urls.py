"""Where notifications are found, under `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from notifications.rest.v1.views import NotificationViewSet

router = SimpleRouter()
router.register("notifications", NotificationViewSet, basename="notification")

urlpatterns = router.urls
