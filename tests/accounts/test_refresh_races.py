"""Many tabs that refresh at one moment, over HTTP."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import tokens
from tests.factories.accounts import UserFactory
from tests.together import together

REFRESH = "/api/v1/auth/token/refresh/"
ME = "/api/v1/me/"


@pytest.mark.django_db(transaction=True)
def test_twenty_tabs_that_refresh_together_log_nobody_out(api):
    token = tokens.start_family(UserFactory(), at=timezone.now()).refresh
    tabs = [api() for _ in range(20)]

    answers = together(*[lambda tab=tab: tab.post(REFRESH, {"refresh": token}) for tab in tabs])

    assert [answer.status_code for answer in answers] == [200] * 20
    pairs = [answer.json() for answer in answers]
    assert len({pair["refresh"] for pair in pairs}) == 1
    for pair in pairs:
        headers = {"Authorization": f"Bearer {pair['access']}"}
        assert api().get(ME, headers=headers).status_code == 200
    assert api().post(REFRESH, {"refresh": pairs[0]["refresh"]}).status_code == 200

    with time_machine.travel(timedelta(seconds=11), tick=False):
        assert api().post(REFRESH, {"refresh": token}).status_code == 401
        assert api().post(REFRESH, {"refresh": pairs[0]["refresh"]}).status_code == 401
