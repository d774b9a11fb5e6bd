"""`docs/api.md` names every address of the API, and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from foundation.http.problems import MAX_URL
from tests.contract.test_access import api_addresses

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ENTRIES = ("learnings", "challenges", "solutions")
INDEX = ""  # lists where to begin; the page does that better


def written_addresses() -> Iterator[str]:
    """Addresses in the first columns of tables, `{}` for what varies.

    A lone last step, as in "`topics/{slug}/confirm/`, `merge/`", takes the place of the one before.
    """
    roots = {"{entry}", *(address.partition("/")[0] for _, address in api_addresses())}
    section = PAGE.read_text().partition("## Addresses")[2].partition("### Around")[0]
    for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        before = ""
        for words in re.findall(r"`([^`]+)`", row):
            address = words.rpartition(" ")[2].partition("?")[0]
            if not address.endswith("/"):
                continue  # a method, of the next address or of the one before
            if address.count("/") == 1 and address.rstrip("/") not in roots:
                address = f"{before.rstrip('/').rpartition('/')[0]}/{address}"
            before = address
            for name in ENTRIES if address.startswith("{entry}") else [""]:
                yield re.sub(r"\{\w+\}", "{}", address.replace("{entry}", name))


def test_the_page_names_every_address_and_no_other():
    served = {address for _, address in api_addresses()} - {INDEX}
    written = set(written_addresses())

    assert served - written == set(), "not on the page"
    assert written - served == set(), "on the page, but not served"


def test_the_page_says_the_limits_as_they_are():
    page = PAGE.read_text()

    assert f"{MAX_URL:,} bytes" in page
    assert settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds() == 15 * 60
    assert settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"].days == 7
    assert "`access` lives 15 minutes, `refresh` 7 days" in page
    for name in settings.CORS_EXPOSE_HEADERS:
        assert f"`{name}`" in page, name
