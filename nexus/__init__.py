"""The composition root: settings, addresses, servers and the worker. Imported by nobody."""

from nexus.celery import app as celery_app

__all__ = ["celery_app"]
