"""One answer for all readers: only for requests that mean the same, only of what all may see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.http import shared_answers
from foundation.http.shared_answers import CACHE_HEADER
from learnings.models import Challenge, Topic
from tests.factories.accounts import CohortFactory, UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

LIST = "/api/v1/challenges/"


def test_a_parameter_given_twice_is_not_the_same_list_the_other_way_round(api, learner):
    ChallengeFactory.create_batch(3, published=True)
    client = api(learner)

    def shown(query):
        return len(client.get(LIST + query).json()["results"])

    assert shown("?page_size=1&page_size=3") == 3
    assert shown("?page_size=3&page_size=1") == 1


def test_an_author_is_me_by_exactly_this_word(api, learner, other_learner):
    # Trimmed, it would be one reader's list under an address that all readers share.
    for author in (learner, other_learner):
        ChallengeFactory(author=author, published=True)

        answer = api(author).get(f"{LIST}?author=%20me")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == "author"


def test_who_asks_for_an_indented_list_changes_nobody_elses(api, learner):
    ChallengeFactory(published=True)
    client = api(learner)

    indented = client.get(LIST, headers={"accept": "application/json; indent=8"})
    plain = client.get(LIST)

    assert b"\n" in indented.content
    assert b"\n" not in plain.content
    assert plain.json() == indented.json()


def cached(answer) -> str | None:
    assert answer.status_code == 200, answer.content
    return answer.get(CACHE_HEADER)


class TestDetails:
    @pytest.fixture(params=["learning", "challenge", "solution", "topic", "user", "cohort"])
    def shared(self, request, db):
        """The address of something that is the same for everybody."""
        if request.param == "topic":
            return f"/api/v1/topics/{TopicFactory().slug}/"
        if request.param == "user":
            return f"/api/v1/users/{UserFactory().pk}/"
        if request.param == "cohort":
            return f"/api/v1/cohorts/{CohortFactory().pk}/"
        factories = {
            "learning": LearningFactory, "challenge": ChallengeFactory, "solution": SolutionFactory
        }  # fmt: skip
        return factories[request.param](published=True).address

    def test_what_one_reader_saw_the_next_gets_without_a_query(
        self, api, learner, other_learner, shared
    ):
        first = api(learner).get(shared)
        assert cached(first) == "MISS"
        second = api(other_learner)
        second.get("/api/v1/topics/")  # from here on the reader is known

        with CaptureQueriesContext(connection) as queries:
            again = second.get(shared)

        assert cached(again) == "HIT"
        assert len(queries) == 0
        assert (again.content, again["ETag"]) == (first.content, first["ETag"])

    def test_a_chosen_shape_is_remembered_by_itself(self, api, learner):
        entry = ChallengeFactory(published=True)
        client = api(learner)
        whole = client.get(entry.address)
        trimmed = client.get(f"{entry.address}?fields=id")
        assert cached(trimmed) == "MISS"
        assert trimmed.json() == {"id": entry.pk}
        assert client.get(entry.address).json() == whole.json()

    def test_the_first_read_after_a_write_shows_it(self, api, learner, curator, on_commit):
        entry = ChallengeFactory(published=True)
        client = api(learner)
        for change in (
            lambda: api(curator).patch(entry.address, {"title": "Edited"}),
            lambda: client.put(f"{entry.address}vote/"),
            lambda: SolutionFactory(challenge=entry, published=True),
            lambda: api(entry.author).patch("/api/v1/me/", {"display_name": "Renamed"}),
            lambda: api(curator).post(f"{entry.address}retract/"),
        ):
            client.get(entry.address)
            before = client.get(entry.address)
            assert cached(before) == "HIT"
            with on_commit():
                change()
            after = client.get(entry.address)
            assert after.content != before.content
        assert after.status_code == 404

    def test_what_only_some_may_see_is_never_remembered(self, api, learner, curator, other_learner):
        draft = ChallengeFactory(author=learner)
        proposed = TopicFactory(is_proposed=True)
        gone = UserFactory(is_active=False)
        under_a_draft = SolutionFactory(challenge=draft, published=True)
        for address in (
            draft.address,
            under_a_draft.address,
            f"/api/v1/topics/{proposed.slug}/",
            f"/api/v1/users/{gone.pk}/",
        ):
            assert cached(api(curator).get(address)) is None
            assert api(other_learner).get(address).status_code == 404
        assert cached(api(learner).get(draft.address)) is None
        assert not Topic.objects.confirmed().filter(pk=proposed.pk)

    def test_a_private_remark_on_something_published_is_kept_from_others(
        self, api, learner, other_learner, curator
    ):
        entry = ChallengeFactory(author=learner, published=True)
        Challenge.objects.filter(pk=entry.pk).update(review_reason="Canary.")
        for reader, reason in ((curator, "Canary."), (learner, "Canary."), (other_learner, None)):
            answer = api(reader).get(entry.address)
            assert cached(answer) is None
            assert answer.json()["review_reason"] == reason

    def test_one_read_by_its_head_is_remembered_for_all(self, api, learner):
        entry = ChallengeFactory(published=True)
        client = api(learner)
        head, read = client.head(entry.address), client.get(entry.address)
        assert (head[CACHE_HEADER], read[CACHE_HEADER]) == ("MISS", "HIT")
        for name in ("ETag", "Content-Length", "Content-Type", "Vary", "Cache-Control"):
            assert head[name] == read[name]

    def test_an_open_hub_shares_with_who_is_signed_in(self, api, learner, settings):
        settings.PUBLIC_READ = True
        entry = ChallengeFactory(published=True)
        assert cached(api(learner).get(entry.address)) == "MISS"
        answer = api().get(entry.address)
        assert (cached(answer), answer["Cache-Control"]) == ("HIT", "public, no-cache")


def test_an_answer_that_would_crowd_out_many_others_is_not_remembered(api, learner, monkeypatch):
    ChallengeFactory.create_batch(3, published=True)
    client = api(learner)
    one = len(client.get(f"{LIST}?page_size=1").content)
    monkeypatch.setattr(shared_answers, "LARGEST", one + 200)

    for _again in range(2):
        assert cached(client.get(f"{LIST}?page_size=3")) == "MISS"
    assert cached(client.get(f"{LIST}?page_size=1")) == "HIT"
