"""Django's entry for the composition root: its command, templates and static files."""

from django.apps import AppConfig


class NexusConfig(AppConfig):
    """The whole."""

    name = "nexus"
    verbose_name = "Nexus"
