"""Django's entry for the foundation."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """What every other app speaks."""

    name = "foundation"
    verbose_name = "Foundation"
