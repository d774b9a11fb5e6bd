"""What tests of the admin site share: a signed-in browser without a browser."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User

QUEUE = "/admin/review/"
CANARY = "<script>alert('canary')</script>"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(response) -> list[str]:
    """The messages that the site has for the person after this answer."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # content types and the like are remembered from here on
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
