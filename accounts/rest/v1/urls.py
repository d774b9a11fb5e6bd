"""Where people are found, under `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.rest.v1 import profiles, sessions

router = SimpleRouter()
router.register("users", profiles.UserViewSet, basename="user")

urlpatterns = [
    path("auth/register/", sessions.RegisterView.as_view(), name="auth-register"),
    path("auth/token/", sessions.TokenView.as_view(), name="auth-token"),
    path("auth/token/refresh/", sessions.RefreshView.as_view(), name="auth-token-refresh"),
    path("auth/token/verify/", sessions.VerifyView.as_view(), name="auth-token-verify"),
    path("auth/logout/", sessions.LogOutView.as_view(), name="auth-logout"),
    path("me/", profiles.MeView.as_view(), name="me"),
    *router.urls,
]
