"""Where people are found, under `/api/v1/`. `me/` is served by learnings: leaving needs it."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.rest.v1 import passwords, profiles, sessions, tokens, verification

router = SimpleRouter()
router.register("users", profiles.UserViewSet, basename="user")
router.register("me/tokens", tokens.PersonalTokenViewSet, basename="personal-token")

urlpatterns = [
    path("auth/register/", sessions.RegisterView.as_view(), name="auth-register"),
    path("auth/token/", sessions.TokenView.as_view(), name="auth-token"),
    path("auth/token/refresh/", sessions.RefreshView.as_view(), name="auth-token-refresh"),
    path("auth/token/verify/", sessions.VerifyView.as_view(), name="auth-token-verify"),
    path("auth/logout/", sessions.LogOutView.as_view(), name="auth-logout"),
    path(
        "auth/password/change/", passwords.PasswordChangeView.as_view(), name="auth-password-change"
    ),
    path("auth/password/reset/", passwords.PasswordResetView.as_view(), name="auth-password-reset"),
    path(
        "auth/password/reset/confirm/",
        passwords.PasswordResetConfirmationView.as_view(),
        name="auth-password-reset-confirm",
    ),
    path(
        "auth/email/verify/", verification.EmailVerificationView.as_view(), name="auth-email-verify"
    ),
    *router.urls,
]
