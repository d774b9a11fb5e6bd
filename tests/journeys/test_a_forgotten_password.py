"""Somebody who forgot their password gets back in, in a real browser, by the letters' links."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts import proofs, tokens
from tests.factories.accounts import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "an entirely different phrase"


@pytest.fixture
def link(live_server, settings, work_off):
    """`link()` does what is owed and returns the link of the newest letter."""
    settings.BASE_URL = live_server.url

    def newest():
        work_off()
        return re.search(r"http\S+#token=\S+", mail.outbox[-1].body)[0]

    return newest


def test_a_forgotten_password_is_replaced_by_the_letters_link(page, curator, link):
    pair = tokens.start_family(curator, at=timezone.now())
    page.goto("/account/reset/")
    page.get_by_label("E-mail address").fill(curator.email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    page.goto(link())
    expect(page).to_have_url(re.compile("/account/reset/$"))  # the token left the address
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()

    with pytest.raises(tokens.TokenRefused):
        tokens.refresh(pair.refresh, at=timezone.now())
    page.get_by_role("link", name="Sign in as a curator").click()
    page.get_by_label("Email").fill(curator.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("No curator or admin has this")).to_be_visible()
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name=re.compile("Review queue")).first).to_be_visible()


def test_an_address_is_verified_by_the_letters_link(page, learner, link):
    page.goto("/account/verify/")
    page.get_by_label("E-mail address").fill(learner.email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    page.goto(link())
    expect(page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()

    learner.refresh_from_db()
    assert learner.email_verified_at is not None


def test_nobody_but_the_pages_own_script_sees_the_token(page, learner):
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.headers)))
    token = proofs.RESET.make(learner, at=timezone.now())

    page.goto(f"/account/reset/#token={token}")
    expect(page.get_by_label("New password")).to_be_visible()

    seen = [url for url, headers in asked if token in str(headers)]
    assert seen == []
    assert all(token not in url.partition("#")[0] for url, _headers in asked)
