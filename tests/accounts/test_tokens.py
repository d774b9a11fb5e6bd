"""Refresh tokens: one good one per session, a short grace, and no second life."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import TokenFamily, User
from accounts.tokens import (
    GRACE,
    TokenRefused,
    end_family,
    forget_families,
    refresh,
    start_family,
)
from foundation.scheduling import take_slot
from tests.factories.accounts import UserFactory
from tests.together import together

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=14)


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    # The signing library reads the clock to see whether a token has expired.
    time_machine.move_to(NOON, tick=False)


def family() -> TokenFamily:
    return TokenFamily.objects.get()


@pytest.mark.django_db
class TestRotation:
    def test_a_refresh_gives_another_token_of_the_same_family(self, learner):
        first = start_family(learner, at=NOON)

        second = refresh(first.refresh, at=NOON)

        assert second.refresh != first.refresh
        claims = AccessToken(second.access)
        assert claims["family"] == str(family().pk)
        assert claims["user_id"] == str(learner.pk)
        assert refresh(second.refresh, at=NOON)

    def test_two_log_ins_are_two_families(self, learner):
        start_family(learner, at=NOON)
        start_family(learner, at=NOON)

        assert TokenFamily.objects.count() == 2

    def test_within_the_grace_the_retired_token_gets_the_same_successor(self, learner):
        first = start_family(learner, at=NOON)

        successors = {
            refresh(first.refresh, at=NOON + seconds * timedelta(seconds=1)).refresh
            for seconds in (0, 5, GRACE.total_seconds())
        }

        assert len(successors) == 1

    def test_after_the_grace_it_revokes_the_family_for_good(self, learner):
        first = start_family(learner, at=NOON)
        second = refresh(first.refresh, at=NOON)

        for token in (first, second):
            with pytest.raises(TokenRefused):
                refresh(token.refresh, at=NOON + GRACE + timedelta(seconds=1))

        assert family().revoked_at == NOON + GRACE + timedelta(seconds=1)

    def test_a_tab_two_refreshes_behind_gets_the_present_token_within_the_grace(self, learner):
        first = start_family(learner, at=NOON)
        third = refresh(refresh(first.refresh, at=NOON).refresh, at=NOON)

        assert refresh(first.refresh, at=NOON + GRACE).refresh == third.refresh

    def test_a_tab_two_refreshes_behind_is_a_thief_after_the_grace(self, learner):
        first = start_family(learner, at=NOON)
        second = refresh(first.refresh, at=NOON)
        third = refresh(second.refresh, at=NOON + GRACE)

        for token in (first, third):
            with pytest.raises(TokenRefused):
                refresh(token.refresh, at=NOON + GRACE + timedelta(seconds=1))

    def test_other_sessions_survive_a_stolen_one(self, learner):
        stolen, other = start_family(learner, at=NOON), start_family(learner, at=NOON)
        refresh(stolen.refresh, at=NOON)
        with pytest.raises(TokenRefused):
            refresh(stolen.refresh, at=LATER)

        assert refresh(other.refresh, at=LATER)


@pytest.mark.django_db
class TestEnds:
    def test_after_a_log_out_no_token_of_the_family_is_good(self, learner):
        first = start_family(learner, at=NOON)
        second = refresh(first.refresh, at=NOON)

        end_family(first.refresh, at=NOON)

        for token in (first, second):
            with pytest.raises(TokenRefused):
                refresh(token.refresh, at=NOON)

    def test_logging_out_twice_is_fine_and_keeps_the_first_moment(self, learner):
        pair = start_family(learner, at=NOON)

        end_family(pair.refresh, at=NOON)
        end_family(pair.refresh, at=LATER)

        assert family().revoked_at == NOON

    def test_who_is_deactivated_cannot_refresh(self, learner):
        pair = start_family(learner, at=NOON)
        User.objects.update(is_active=False)

        with pytest.raises(TokenRefused):
            refresh(pair.refresh, at=NOON)

    def test_tokens_of_an_earlier_epoch_are_refused(self, learner):
        pair = start_family(learner, at=NOON)
        learner.revoke_tokens()

        with pytest.raises(TokenRefused):
            refresh(pair.refresh, at=NOON)
        assert refresh(start_family(learner, at=NOON).refresh, at=NOON)

    def test_a_refresh_token_lasts_a_week(self, learner, time_machine):
        pair = start_family(learner, at=NOON)
        time_machine.move_to(NOON + timedelta(days=7, seconds=1))

        with pytest.raises(TokenRefused):
            refresh(pair.refresh, at=NOON + timedelta(days=7, seconds=1))

    def test_what_has_expired_is_forgotten_a_day_later(self, learner):
        start_family(learner, at=NOON - timedelta(days=9))
        start_family(learner, at=NOON)

        assert forget_families(at=NOON) == 1
        assert family().current_from == NOON


@pytest.mark.django_db
@pytest.mark.parametrize("act", [refresh, end_family])
class TestForgeries:
    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "\ud800", "é", None, 7])
    def test_what_is_no_token_is_refused(self, act, token):
        with pytest.raises(TokenRefused):
            act(token, at=NOON)

    def test_an_access_token_does_not_refresh(self, act, learner):
        with pytest.raises(TokenRefused):
            act(start_family(learner, at=NOON).access, at=NOON)

    def test_a_refresh_token_of_no_family_is_refused(self, act, learner):
        with pytest.raises(TokenRefused):
            act(str(RefreshToken.for_user(learner)), at=NOON)

    def test_a_token_signed_by_somebody_else_is_refused(self, act, learner):
        head, claims, _ = start_family(learner, at=NOON).refresh.split(".")

        with pytest.raises(TokenRefused):
            act(f"{head}.{claims}.{'A' * 43}", at=NOON)


@pytest.mark.django_db
def test_a_token_of_a_family_that_is_gone_is_refused(learner):
    pair = start_family(learner, at=NOON)
    TokenFamily.objects.filter(pk=family().pk).update(id=uuid.uuid4())

    with pytest.raises(TokenRefused):
        refresh(pair.refresh, at=NOON)


@pytest.mark.django_db
def test_the_daily_chore_forgets_families_once_a_day(learner):
    from accounts.tasks import FORGET_EVERY, forget

    start_family(learner, at=NOON - timedelta(days=9))
    Session.objects.create(session_key="old", expire_date=NOON - timedelta(days=9))

    forget()

    assert not TokenFamily.objects.exists()
    assert not Session.objects.exists()
    assert not take_slot("forget sessions", every=FORGET_EVERY, at=NOON)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_twenty_tabs_that_refresh_at_once_log_nobody_out(self):
        pair = start_family(UserFactory(), at=NOON)

        got = together(*[lambda: refresh(pair.refresh, at=NOON)] * 20)

        assert len({each.refresh for each in got}) == 1
        assert refresh(got[0].refresh, at=NOON)

    def test_a_log_out_during_a_refresh_wins(self):
        for _ in range(5):
            pair = start_family(UserFactory(), at=NOON)

            got, _ = together(
                lambda pair=pair: refresh(pair.refresh, at=NOON),
                lambda pair=pair: end_family(pair.refresh, at=NOON),
            )

            survivor = pair if isinstance(got, TokenRefused) else got
            with pytest.raises(TokenRefused):
                refresh(survivor.refresh, at=NOON)
