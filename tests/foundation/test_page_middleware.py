"""Sessions and what is built on them are for pages."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from foundation.http.page_middleware import (
    PageAuthenticationMiddleware,
    PageMessageMiddleware,
    PageSessionMiddleware,
)


@pytest.mark.parametrize(
    ("path", "has_them"), [("/", True), ("/admin/", True), ("/api/v1/", False)]
)
def test_pages_have_a_session_and_the_api_does_not_pay_for_one(rf, path, has_them):
    seen = []

    def view(request):
        seen.append({"session", "user", "_messages"} <= vars(request).keys())
        return HttpResponse()

    for made in (PageMessageMiddleware, PageAuthenticationMiddleware, PageSessionMiddleware):
        view = made(view)
    view(rf.get(path))

    assert seen == [has_them]
