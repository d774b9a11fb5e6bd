"""Django's entry for notifications."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Subscriptions, announcements and their delivery."""

    name = "notifications"
    verbose_name = "Notifications"
