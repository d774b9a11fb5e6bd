"""Conditional requests: what a client has is not sent again, what it has not seen not changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import tokens
from accounts.models import Role
from learnings.models import Challenge, Status
from learnings.publishing import publish, reject, retract, submit
from learnings.revising import approve, propose
from tests.factories.accounts import UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)
from tests.together import together

CHALLENGES = "/api/v1/challenges/"
LEARNINGS = "/api/v1/learnings/"
REFRESH = "/api/v1/auth/token/refresh/"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = datetime(2099, 3, 2, 12, 0, tzinfo=UTC)  # than any row was made


def match(tag: str) -> dict[str, dict[str, str]]:
    return {"headers": {"if-match": tag}}


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestReading:
    @pytest.mark.parametrize(
        "address",
        [
            "", "challenges/", "learnings/", "solutions/", "topics/", "users/", "cohorts/",
            "imports/", "sources/", "revisions/", "notifications/", "subscriptions/",
        ],
    )  # fmt: skip
    def test_a_list_has_a_tag_of_revision_0(self, api, learner, address):
        answer = api(learner).get(f"/api/v1/{address}")
        assert answer.status_code == 200
        assert answer["ETag"].startswith('"0.')

    def test_a_detail_has_a_tag_of_the_rows_revision(self, api, learner):
        entry = LearningFactory(author=learner)
        topic = TopicFactory()
        entry.title = "Edited"
        entry.save()
        client = api(learner)

        assert client.get(entry.address)["ETag"].startswith('"2.')
        assert client.get(f"/api/v1/topics/{topic.slug}/")["ETag"].startswith('"1.')
        learner.refresh_from_db()
        for address in (f"/api/v1/users/{learner.pk}/", "/api/v1/me/"):
            assert client.get(address)["ETag"].startswith(f'"{learner.revision}.')

    def test_who_has_it_is_told_so_in_a_few_bytes(self, api, learner):
        entry = ChallengeFactory(published=True)
        client = api(learner)
        for address in (CHALLENGES, entry.address, "/api/v1/me/", "/api/v1/topics/"):
            first = client.get(address)

            again = client.get(address, headers={"if-none-match": f'"x", W/{first["ETag"]}'})

            assert (again.status_code, again.content) == (304, b"")
            for name in ("ETag", "Cache-Control", "Vary"):
                assert again[name] == first[name]
            assert again["Cache-Control"] == "private, no-cache"
            assert "Content-Type" not in again
            assert client.get(address, headers={"if-none-match": "*"}).status_code == 304
            assert client.get(address, headers={"if-none-match": "nonsense"}).status_code == 200
            head = client.head(address, headers={"if-none-match": first["ETag"]})
            assert (head.status_code, head["ETag"]) == (304, first["ETag"])

    def test_a_304_keeps_links_and_says_where_it_came_from(self, api, learner):
        ChallengeFactory.create_batch(2, published=True)
        client = api(learner)
        first = client.get(f"{CHALLENGES}?page_size=1")

        again = client.get(f"{CHALLENGES}?page_size=1", headers={"if-none-match": first["ETag"]})

        assert again["Link"] == first["Link"]
        assert (first["X-Cache"], again["X-Cache"]) == ("MISS", "HIT")

    def test_a_vote_changes_the_tag_and_not_the_revision(
        self, api, learner, other_learner, on_commit
    ):
        entry = ChallengeFactory(author=other_learner, published=True)
        client = api(learner)
        before = client.get(entry.address)["ETag"]

        with on_commit():
            client.put(f"{entry.address}vote/")

        entry.refresh_from_db()
        after = client.get(entry.address, headers={"if-none-match": before})
        assert after.status_code == 200
        assert after["ETag"] != before
        assert after["ETag"].partition(".")[0] == before.partition(".")[0]

    def test_an_error_has_no_tag(self, api, learner):
        answer = api(learner).get(f"{CHALLENGES}1/", headers={"if-none-match": "*"})
        assert answer.status_code == 404
        assert "ETag" not in answer

    def test_an_open_hubs_answers_may_be_kept_by_anyone(self, api, db, settings):
        settings.PUBLIC_READ = True
        answer = api().get(CHALLENGES, headers={"if-none-match": "*"})
        assert (answer.status_code, answer["Cache-Control"]) == (304, "public, no-cache")


class TestRevisions:
    """What counts as an edit."""

    @pytest.fixture
    def revision(self):
        return lambda entry: type(entry).objects.get(pk=entry.pk).revision

    def test_each_review_step_is_one(self, learner, curator, revision):
        entry = ChallengeFactory(author=learner)
        steps = [
            lambda: submit(entry, by=learner, at=NOON),
            lambda: reject(entry, by=curator, reason="Say more.", at=NOON),
            lambda: submit(entry, by=learner, at=NOON),
            lambda: publish(entry, by=curator, at=NOON),
            lambda: retract(entry, by=learner, at=NOON),
        ]
        for number, step in enumerate(steps, start=2):
            step()
            assert revision(entry) == number

    def test_an_approved_proposal_is_one_and_the_proposal_none(self, learner, curator, revision):
        entry = ChallengeFactory(author=learner, published=True)
        proposal = propose(entry, by=learner, changes={"title": "Better"}, at=LATER)
        assert revision(entry) == 1

        approve(proposal, by=curator, at=LATER)

        assert revision(entry) == 2

    def test_a_change_of_nothing_but_topics_is_one(self, api, learner, revision):
        TopicFactory(slug="celery")
        entry = ChallengeFactory(author=learner)
        assert api(learner).patch(entry.address, {"topics": ["celery"]}).status_code == 200
        assert revision(entry) == 2

    def test_votes_and_bookmarks_are_none(self, api, learner, other_learner, revision):
        entry = ChallengeFactory(author=other_learner, published=True)
        api(learner).put(f"{entry.address}vote/")
        api(learner).put(f"{entry.address}bookmark/")
        assert revision(entry) == 1


class TestWriting:
    def test_who_read_the_newest_may_change_it(self, api, learner):
        entry = ChallengeFactory(author=learner)
        client = api(learner)
        tag = client.get(entry.address)["ETag"]

        answer = client.patch(entry.address, {"title": "New"}, **match(tag))

        assert answer.status_code == 200
        assert code_of(client.patch(entry.address, {"title": "Newer"}, **match(tag))) == (
            412, "precondition_failed",
        )  # fmt: skip
        assert client.get(entry.address).json()["title"] == "New"

    def test_a_tag_is_good_though_somebody_voted_and_though_it_was_compressed(
        self, api, learner, other_learner, curator
    ):
        entry = ChallengeFactory(author=learner, published=True)
        tag = api(curator).get(entry.address)["ETag"]
        api(other_learner).put(f"{entry.address}vote/")

        packed = tag[:-1] + '-gzip"'
        answer = api(curator).patch(entry.address, {"title": "New"}, **match(packed))

        assert answer.status_code == 200

    def test_every_step_and_deletion_honours_it(self, api, learner):
        entry = ChallengeFactory(author=learner)
        client = api(learner)
        stale = match('"7.x"')
        for act in (
            lambda: client.post(f"{entry.address}submit/", **stale),
            lambda: client.put(f"{entry.address}bookmark/", **stale),
            lambda: client.delete(entry.address, **stale),
        ):
            assert code_of(act()) == (412, "precondition_failed")
        entry.refresh_from_db()
        assert entry.status == Status.DRAFT

        assert client.delete(entry.address, **match('"1.x"')).status_code == 204
        assert not Challenge.objects.exists()

    def test_it_works_for_topics_and_oneself(self, api, curator):
        topic = TopicFactory()
        client = api(curator)
        for address, body in (
            (f"/api/v1/topics/{topic.slug}/", {"name": "New"}),
            ("/api/v1/me/", {"bio": "New."}),
        ):
            tag = client.get(address)["ETag"]
            assert client.patch(address, body, **match(tag)).status_code == 200
            assert client.patch(address, body, **match(tag)).status_code == 412

    def test_any_matches_what_exists(self, api, learner):
        entry = ChallengeFactory(author=learner)
        client = api(learner)
        assert client.patch(entry.address, {"title": "New"}, **match("*")).status_code == 200
        gone = f"{CHALLENGES}{entry.pk + 1}/"
        assert code_of(client.patch(gone, {"title": "New"}, **match("*"))) == (404, "not_found")

    def test_a_weak_tag_never_matches(self, api, learner):
        entry = ChallengeFactory(author=learner)
        answer = api(learner).patch(entry.address, {"title": "New"}, **match('W/"1.x"'))
        assert code_of(answer) == (412, "precondition_failed")

    def test_a_malformed_header_is_named(self, api, learner):
        entry = ChallengeFactory(author=learner)
        answer = api(learner).patch(entry.address, {"title": "New"}, **match("1"))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == "If-Match"

    def test_a_lists_own_tag_lets_one_create(self, api, learner):
        client = api(learner)
        challenge = ChallengeFactory(published=True)
        for address, body in (
            (LEARNINGS, {"kind": "CONCEPT", "title": "Locks"}),
            (f"{challenge.address}solutions/", {"body": "Restart it."}),
        ):
            tag = client.get(address)["ETag"]
            assert client.post(address, body, **match(tag)).status_code == 201
            assert client.post(address, body, **match('"1.x"')).status_code == 412

    def test_what_the_reader_may_not_see_stays_hidden(self, api, learner, other_learner):
        hidden = ChallengeFactory(author=other_learner)
        client = api(learner)
        for tag in ('"1.x"', '"9.x"', "*"):
            assert client.patch(hidden.address, {"title": "x"}, **match(tag)).status_code == 404
            answer = client.post(f"{hidden.address}solutions/", {"body": "x"}, **match(tag))
            assert answer.status_code == 404

    def test_where_tokens_are_given_out_nothing_is_compared(self, api, learner):
        # Inside its transaction a stolen token's refusal would be rolled back with what it ended.
        pair = tokens.start_family(learner, at=timezone.now())
        with time_machine.travel(timezone.now() + timedelta(minutes=1)):
            newer = api().post(REFRESH, {"refresh": pair.refresh}).json()
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            stolen = api().post(REFRESH, {"refresh": pair.refresh}, **match('"0.x"'))
            assert stolen.status_code == 401
            answer = api().post(REFRESH, {"refresh": newer["refresh"]}, **match('"9.x"'))
            assert answer.status_code == 401

    def test_a_refused_step_is_rolled_back(self, api, learner):
        entry = ChallengeFactory(author=learner, published=True)
        answer = api(learner).post(f"{entry.address}submit/", **match('"1.x"'))
        assert code_of(answer) == (409, "not_submittable")

    def test_what_a_write_answers_has_the_tag_of_the_next_read(
        self, api, learner, curator, on_commit
    ):
        TopicFactory(slug="celery")
        client, reviewer = api(learner), api(curator)
        challenge = ChallengeFactory(published=True)
        made = client.post(CHALLENGES, {"title": "Mine", "problem": "x", "topics": ["celery"]})
        entry = made["Location"]
        solved = client.post(f"{challenge.address}solutions/", {"body": "Restart it."})
        topic = reviewer.post("/api/v1/topics/", {"name": "RabbitMQ", "kind": "TECHNOLOGY"})
        topic_address = f"/api/v1/topics/{topic.json()['slug']}/"
        for write, reader, address in (
            (lambda: made, client, entry),
            (lambda: solved, client, solved["Location"]),
            (lambda: topic, reviewer, topic_address),
            (lambda: client.patch(entry, {"title": "Ours"}), client, entry),
            (lambda: client.post(f"{entry}submit/"), client, entry),
            (lambda: reviewer.post(f"{entry}publish/"), reviewer, entry),
            (lambda: client.patch("/api/v1/me/", {"bio": "New."}), client, "/api/v1/me/"),
            (
                lambda: reviewer.patch(topic_address, {"aliases": ["rabbit"]}),
                reviewer,
                topic_address,
            ),
        ):
            with on_commit():
                answer = write()
            assert answer.status_code in {200, 201}, answer.content
            assert answer["ETag"] == reader.get(address)["ETag"], address

    def test_a_proposal_has_no_tag_of_the_entry(self, api, learner):
        entry = ChallengeFactory(author=learner, published=True)
        answer = api(learner).patch(entry.address, {"title": "New"}, **match('"1.x"'))
        assert answer.status_code == 202
        assert "ETag" not in answer


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_of_one_reading_exactly_one_wins(api, learner):
    entry = ChallengeFactory(author=learner)
    clients = [api(learner) for _ in range(4)]

    answers = together(
        *(
            lambda client=client, title=f"Title {number}": client.patch(
                entry.address, {"title": title}, **match('"1.x"')
            )
            for number, client in enumerate(clients)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    winner = next(answer for answer in answers if answer.status_code == 200)
    entry.refresh_from_db()
    assert (entry.title, entry.revision) == (winner.json()["title"], 2)


@pytest.mark.django_db(transaction=True)
def test_two_solutions_accepted_at_once_wait_for_each_other(api):
    author = UserFactory(role=Role.LEARNER)
    challenge = ChallengeFactory(author=author, published=True)
    solutions = SolutionFactory.create_batch(2, challenge=challenge, published=True)
    clients = [api(author) for _ in solutions]

    for _round in range(3):
        answers = together(
            *(
                lambda client=client, address=solution.address: client.post(
                    f"{address}accept/", **match('"1.x"')
                )
                for client, solution in zip(clients, solutions, strict=True)
            )
        )
        assert [answer.status_code for answer in answers] == [200, 200]
