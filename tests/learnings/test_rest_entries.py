"""Learnings, challenges and solutions over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from foundation import caching
from learnings.models import Challenge, Learning, Solution, Status
from learnings.publishing import publish, retract
from tests.factories.accounts import CohortFactory, MembershipFactory, UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    ImportRunFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

CHALLENGES = "/api/v1/challenges/"
LEARNINGS = "/api/v1/learnings/"
SOLUTIONS = "/api/v1/solutions/"
IMPORTS = "/api/v1/imports/"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def titles(response):
    assert response.status_code == 200, response.content
    return [row["title"] for row in response.json()["results"]]


def problem(response, status, code):
    """The body of a problem answer, checked for its shape."""
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert response["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert body["request_id"] == response["X-Request-ID"]
    return body


def test_readers_see_a_challenge_only_once_published(api, other_learner, curator, on_commit):
    challenge = ChallengeFactory(in_review=True, title="Port 5432 refuses connections")
    reader = api(other_learner)
    assert titles(reader.get(CHALLENGES)) == []

    with on_commit():
        publish(challenge, by=curator, at=NOON)

    assert titles(reader.get(CHALLENGES)) == ["Port 5432 refuses connections"]


def test_a_published_challenge_shows_every_field_of_the_contract(api, learner):
    topic = TopicFactory(name="PostgreSQL", slug="postgresql")
    challenge = ChallengeFactory(published=True, topics=[topic], problem="It says *no*.")
    solution = SolutionFactory(published=True, challenge=challenge, accepted=True)

    shown = api(learner).get(f"{CHALLENGES}{challenge.pk}/").json()

    assert shown == {
        "id": challenge.pk,
        "author": {"id": challenge.author.pk, "display_name": challenge.author.display_name},
        "topics": [{"slug": "postgresql", "name": "PostgreSQL"}],
        "status": "PUBLISHED",
        "review_reason": None,
        "source": None,
        "votes_count": 0,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
        "published_at": "2026-03-02T12:00:00Z",
        "title": challenge.title,
        "problem": "It says *no*.",
        "problem_html": "<p>It says <em>no</em>.</p>\n",
        "solved": True,
        "solutions_count": 1,
        "accepted_solution": solution.pk,
    }


def test_what_is_invisible_answers_like_what_does_not_exist(api, learner):
    draft = ChallengeFactory()
    missing = api(learner).get(f"{CHALLENGES}{draft.pk + 1000}/")
    invisible = api(learner).get(f"{CHALLENGES}{draft.pk}/")

    problem(missing, 404, "not_found")
    hidden = problem(invisible, 404, "not_found")
    differing = {"instance", "request_id"}
    assert {k: v for k, v in hidden.items() if k not in differing} == {
        k: v for k, v in missing.json().items() if k not in differing
    }


def test_without_a_token_nothing_is_read(api):
    answer = api().get(CHALLENGES)
    problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_open_hub_shows_published_entries_to_anyone_and_takes_nothing(api, db, settings):
    settings.PUBLIC_READ = True
    ChallengeFactory(published=True, title="Open")
    ChallengeFactory(title="Draft")

    answer = api().get(CHALLENGES)
    assert titles(answer) == ["Open"]
    assert answer["Cache-Control"] == "public, no-cache"
    problem(api().get(f"{CHALLENGES}?author=me"), 401, "not_authenticated")
    assert titles(api().get(f"{CHALLENGES}?status=DRAFT")) == []
    problem(api().post(CHALLENGES, {"title": "Mine"}), 401, "not_authenticated")


class TestWriting:
    def test_a_learner_saves_a_draft_with_topics(self, api, learner):
        TopicFactory(name="Celery", slug="celery")
        body = {"title": "Tasks never run", "problem": "Silence.", "topics": ["celery"]}

        answer = api(learner).post(CHALLENGES, body)

        assert answer.status_code == 201, answer.content
        saved = Challenge.objects.get()
        assert (saved.author, saved.status, saved.title) == (learner, "DRAFT", "Tasks never run")
        assert [topic.slug for topic in saved.topics.all()] == ["celery"]
        assert answer["Location"] == f"{CHALLENGES}{saved.pk}/"
        assert answer.json()["status"] == "DRAFT"

    @pytest.mark.parametrize(
        ("body", "pointer", "code"),
        [
            ({}, "/title", "required"),
            ({"title": ""}, "/title", "blank"),
            ({"title": "T", "topics": ["nope"]}, "/topics/0", "does_not_exist"),
            ({"title": "T", "topics": ["no\x00pe"]}, "/topics/0", "does_not_exist"),
            ({"title": "T", "status": "PUBLISHED"}, "/status", "read_only"),
            ({"title": "T", "author": 1}, "/author", "read_only"),
            ({"title": "T", "votes_count": 9}, "/votes_count", "read_only"),
            ({"title": "T", "titel": "T"}, "/titel", "unknown"),
            ({"title": "T", "a/b~c": 1}, "/a~1b~0c", "unknown"),
            ({"title": "T\x00"}, "/title", "null_characters_not_allowed"),
            ({"title": "x" * 301}, "/title", "max_length"),
            ({"title": ["T"]}, "/title", "invalid"),
            ({"title": "T", "problem": "x" * 20_001}, "/problem", "max_length"),
        ],
    )
    def test_a_bad_field_is_named(self, api, learner, body, pointer, code):
        answer = api(learner).post(CHALLENGES, body)

        (culprit,) = problem(answer, 400, "invalid")["errors"]
        assert (culprit["pointer"], culprit["code"]) == (pointer, code)
        assert not Challenge.objects.exists()

    @pytest.mark.parametrize("text", ["{", "[" * 50_000, '"\ud800"', "nul"])
    def test_what_is_no_json_is_a_problem(self, api, learner, text):
        answer = api(learner).post(
            CHALLENGES, text.encode("utf-8", "surrogatepass"), content_type="application/json"
        )
        problem(answer, 400, "malformed")

    def test_a_body_over_a_mebibyte_is_refused(self, api, learner):
        answer = api(learner).post(CHALLENGES, {"title": "x" * (1024 * 1024)})
        problem(answer, 413, "too_large")

    @pytest.mark.parametrize("path", [CHALLENGES, LEARNINGS, SOLUTIONS])
    def test_a_new_draft_is_answered_as_a_read_shows_it(self, api, learner, path):
        slugs = [TopicFactory(name=name).slug for name in ("zsh", "Ansible", "éclair", "Redis")]
        body = {
            CHALLENGES: {"title": "  No space left  ", "problem": "On *disk*."},
            LEARNINGS: {"title": "Volumes", "kind": "CONCEPT"},
            SOLUTIONS: {"challenge": ChallengeFactory(published=True).pk, "body": "Prune."},
        }[path]

        made = api(learner).post(path, {**body, "topics": [*slugs, slugs[0]]})

        read = api(learner).get(made["Location"])
        assert (made.status_code, made.json()) == (201, read.json())
        assert made["ETag"] == read["ETag"]
        assert len(read.json()["topics"]) == len(slugs)

    def test_topics_cost_no_queries_of_their_own(self, api, learner):
        slugs = [TopicFactory().slug for _ in range(20)]
        author = api(learner)
        counts = []
        author.get(CHALLENGES)  # from now on it is known who is asking
        for few in (slugs[:1], slugs):
            with CaptureQueriesContext(connection) as queries:
                made = author.post(CHALLENGES, {"title": "No space left", "topics": few})
            assert made.status_code == 201
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_markdown_is_sanitised_when_saved(self, api, learner):
        text = "Hi <script>alert(1)</script> [x](javascript:alert(1)) ![y](http://e.example/y)"
        shown = api(learner).post(LEARNINGS, {"title": "T", "kind": "CONCEPT", "body": text}).json()

        assert shown["body"] == text
        html = shown["body_html"]
        assert "<script" not in html
        assert "href" not in html
        assert "<img" not in html

    def test_an_author_edits_a_draft_and_not_what_is_in_review(self, api, learner):
        draft = LearningFactory(author=learner, title="Old")
        waiting = LearningFactory(author=learner, in_review=True, title="Stays")
        client = api(learner)

        answer = client.patch(f"{LEARNINGS}{draft.pk}/", {"title": "New", "body": "**b**"})
        assert (answer.json()["title"], answer.json()["body_html"]) == (
            "New",
            "<p><strong>b</strong></p>\n",
        )
        problem(client.patch(f"{LEARNINGS}{waiting.pk}/", {"title": "X"}), 409, "not_editable")
        waiting.refresh_from_db()
        assert waiting.title == "Stays"

    def test_only_the_author_or_a_curator_edits(self, api, learner, curator):
        public = LearningFactory(published=True)
        problem(api(learner).patch(f"{LEARNINGS}{public.pk}/", {"title": "X"}), 403, "not_yours")

        assert (
            api(curator).patch(f"{LEARNINGS}{public.pk}/", {"title": "Mended"}).status_code == 200
        )
        public.refresh_from_db()
        assert public.title == "Mended"

    def test_a_draft_is_deleted_and_a_published_entry_is_not(self, api, learner):
        draft = ChallengeFactory(author=learner)
        public = ChallengeFactory(author=learner, published=True)
        client = api(learner)

        assert client.delete(f"{CHALLENGES}{draft.pk}/").status_code == 204
        problem(client.delete(f"{CHALLENGES}{public.pk}/"), 409, "not_discardable")
        assert list(Challenge.objects.all()) == [public]


class TestReview:
    def test_an_entry_goes_from_draft_to_published(self, api, learner, curator):
        draft = ChallengeFactory(author=learner)
        address = f"{CHALLENGES}{draft.pk}/"

        assert api(learner).post(f"{address}submit/").json()["status"] == "IN_REVIEW"
        shown = api(curator).post(f"{address}publish/").json()

        assert shown["status"] == "PUBLISHED"
        assert shown["published_at"]
        problem(api(curator).post(f"{address}publish/"), 409, "not_publishable")

    def test_a_rejection_needs_a_reason_that_only_those_concerned_read(
        self, api, learner, other_learner, curator
    ):
        entry = ChallengeFactory(author=learner, in_review=True)
        address = f"{CHALLENGES}{entry.pk}/"

        for body in ({}, {"reason": ""}, {"reason": "  "}):
            (culprit,) = problem(api(curator).post(f"{address}reject/", body), 400, "invalid")[
                "errors"
            ]
            assert culprit["pointer"] == "/reason"
        api(curator).post(f"{address}reject/", {"reason": "Which version?"})

        assert api(learner).get(address).json()["review_reason"] == "Which version?"
        assert api(learner).post(f"{address}submit/").json()["review_reason"] is None
        assert api(other_learner).get(address).status_code == 404

    @pytest.mark.parametrize("step", ["publish", "reject"])
    def test_learners_do_not_review(self, api, learner, step):
        own = ChallengeFactory(author=learner, in_review=True)
        body = {"reason": "r"} if step == "reject" else {}
        answer = api(learner).post(f"{CHALLENGES}{own.pk}/{step}/", body)
        problem(answer, 403, "not_a_curator")

    def test_curators_do_not_publish_their_own(self, api, curator):
        own = ChallengeFactory(author=curator, in_review=True)
        problem(api(curator).post(f"{CHALLENGES}{own.pk}/publish/"), 403, "not_a_curator")

    def test_a_solution_of_a_retracted_challenge_is_gone_with_it(
        self, api, learner, curator, on_commit
    ):
        solution = SolutionFactory(published=True)
        assert api(learner).get(f"{SOLUTIONS}{solution.pk}/").status_code == 200

        with on_commit():
            retract(solution.challenge, by=curator, at=NOON)

        assert api(learner).get(f"{SOLUTIONS}{solution.pk}/").status_code == 404
        assert api(learner).get(SOLUTIONS).json()["results"] == []


class TestSolutions:
    def test_a_learner_solves_a_published_challenge(self, api, learner):
        challenge = ChallengeFactory(published=True)
        answer = api(learner).post(f"{CHALLENGES}{challenge.pk}/solutions/", {"body": "Restart."})

        assert answer.status_code == 201, answer.content
        assert answer.json()["challenge"] == challenge.pk
        assert Solution.objects.get().author == learner

    def test_an_unpublished_challenge_takes_no_solution(self, api, learner, other_learner):
        draft = ChallengeFactory(author=learner)
        nested, flat = f"{CHALLENGES}{draft.pk}/solutions/", {"challenge": draft.pk, "body": "B"}

        problem(api(learner).post(nested, {"body": "B"}), 409, "challenge_not_published")
        problem(api(learner).post(SOLUTIONS, flat), 409, "challenge_not_published")
        problem(api(other_learner).post(nested, {"body": "B"}), 404, "not_found")
        (culprit,) = problem(api(other_learner).post(SOLUTIONS, flat), 400, "invalid")["errors"]
        assert culprit["pointer"] == "/challenge"

    def test_a_solution_stays_with_its_challenge(self, api, learner):
        mine = SolutionFactory(author=learner)
        other = ChallengeFactory(published=True)
        answer = api(learner).patch(f"{SOLUTIONS}{mine.pk}/", {"challenge": other.pk})
        assert problem(answer, 400, "invalid")["errors"][0]["pointer"] == "/challenge"

    def test_accepting_another_replaces_the_first(self, api, learner, on_commit):
        challenge = ChallengeFactory(author=learner, published=True)
        first = SolutionFactory(challenge=challenge, published=True)
        second = SolutionFactory(challenge=challenge, published=True)
        client = api(learner)

        assert client.post(f"{SOLUTIONS}{first.pk}/accept/").json()["accepted"] is True
        client.post(f"{SOLUTIONS}{second.pk}/accept/")
        assert client.get(f"{CHALLENGES}{challenge.pk}/").json()["accepted_solution"] == second.pk

        with on_commit():
            assert client.delete(f"{SOLUTIONS}{second.pk}/accept/").status_code == 204
        assert client.get(f"{CHALLENGES}{challenge.pk}/").json()["solved"] is False

    def test_only_the_asker_or_a_curator_accepts(self, api, learner):
        solution = SolutionFactory(author=learner, published=True)
        problem(api(learner).post(f"{SOLUTIONS}{solution.pk}/accept/"), 403, "not_yours")

    def test_nobody_hears_of_solutions_under_a_draft(self, api, learner, other_learner):
        draft = ChallengeFactory(author=learner)
        address = f"{CHALLENGES}{draft.pk}/solutions/"

        assert api(learner).get(address).json()["results"] == []
        problem(api(other_learner).get(address), 404, "not_found")


class TestMarks:
    def test_votes_count_once_each_and_can_be_taken_back(self, api, learner, other_learner):
        entry = LearningFactory(published=True)
        address = f"{LEARNINGS}{entry.pk}/vote/"

        for _ in range(2):
            assert api(learner).put(address).status_code == 204
        api(other_learner).put(address)
        assert api(learner).get(f"{LEARNINGS}{entry.pk}/").json()["votes_count"] == 2

        for _ in range(2):
            assert api(learner).delete(address).status_code == 204
        assert Learning.objects.get().votes_count == 1

    def test_a_vote_for_ones_own_entry_is_refused(self, api, learner):
        own = LearningFactory(author=learner, published=True)
        problem(api(learner).put(f"{LEARNINGS}{own.pk}/vote/"), 403, "own_entry")

    def test_a_vote_shows_in_the_shared_list_and_orders_it(self, api, learner, on_commit):
        plain = LearningFactory(published=True, title="Plain")
        liked = LearningFactory(published=True, title="Liked", created_at=plain.created_at)
        client = api(learner)
        client.get(f"{LEARNINGS}?ordering=-votes_count")

        with on_commit():
            client.put(f"{LEARNINGS}{liked.pk}/vote/")

        assert titles(client.get(f"{LEARNINGS}?ordering=-votes_count")) == ["Liked", "Plain"]

    def test_bookmarks_are_kept_once(self, api, learner):
        entry = SolutionFactory(published=True)
        address = f"{SOLUTIONS}{entry.pk}/bookmark/"

        for _ in range(2):
            assert api(learner).put(address).status_code == 204
        assert learner.bookmarks.count() == 1
        assert api(learner).delete(address).status_code == 204
        assert learner.bookmarks.count() == 0


class TestLists:
    def test_without_a_status_everybody_gets_published_entries_newest_first(self, api, curator):
        for day, title in ((1, "Older"), (3, "Newest"), (2, "Middle")):
            LearningFactory(published=True, title=title, published_at=NOON + timedelta(days=day))
        LearningFactory(title="Draft")
        LearningFactory(author=curator, title="Own draft")

        assert titles(api(curator).get(LEARNINGS)) == ["Newest", "Middle", "Older"]

    def test_ones_own_entries_come_in_every_status(self, api, learner):
        LearningFactory(author=learner, title="Draft")
        LearningFactory(author=learner, title="Public", published=True)
        LearningFactory(title="Somebody's")

        client = api(learner)
        assert set(titles(client.get(f"{LEARNINGS}?author=me"))) == {"Draft", "Public"}
        assert titles(client.get(f"{LEARNINGS}?author=me&status=DRAFT")) == ["Draft"]

    def test_a_status_shows_only_what_the_reader_may_see(self, api, learner, curator):
        LearningFactory(author=learner, title="Mine", in_review=True)
        LearningFactory(title="Theirs", in_review=True)

        assert titles(api(learner).get(f"{LEARNINGS}?status=IN_REVIEW")) == ["Mine"]
        found = set(titles(api(curator).get(f"{LEARNINGS}?status=IN_REVIEW")))
        assert found == {"Mine", "Theirs"}

    def test_filters(self, api, learner):
        django, celery = TopicFactory(slug="django"), TopicFactory(slug="celery")
        cohort = CohortFactory(slug="winter")
        front = UserFactory(track="FRONTEND")
        MembershipFactory(cohort=cohort, user=front)
        both = LearningFactory(
            published=True, title="Both ways", topics=[django, celery], author=front
        )
        LearningFactory(published=True, title="One", topics=[celery], kind="TAKEAWAY")
        LearningFactory(published=True, title="None", body="Beware of Zebras.")
        client = api(learner)

        def found(query):
            return set(titles(client.get(f"{LEARNINGS}?{query}")))

        assert found("topic=django") == {"Both ways"}
        assert found("topic=django&topic=celery") == {"Both ways", "One"}
        assert found(f"author={front.pk}") == {"Both ways"}
        assert found("cohort=winter") == {"Both ways"}
        assert found("track=FRONTEND") == {"Both ways"}
        assert found("kind=TAKEAWAY") == {"One"}
        assert found("search=zebras+beware") == {"None"}
        assert found("search=zebras+lions") == set()
        later = (both.created_at + timedelta(hours=1)).isoformat().replace("+", "%2B")
        assert found(f"created_after={later}") == set()
        assert found(f"created_before={later}") == {"Both ways", "One", "None"}

    def test_solved_challenges_are_told_from_open_ones(self, api, learner):
        solved = ChallengeFactory(published=True, title="Solved")
        SolutionFactory(challenge=solved, published=True, accepted=True)
        ChallengeFactory(published=True, title="Open")
        accepted_draft = ChallengeFactory(published=True, title="Not public yet")
        SolutionFactory(challenge=accepted_draft, accepted=True)
        client = api(learner)

        assert titles(client.get(f"{CHALLENGES}?solved=true")) == ["Solved"]
        assert set(titles(client.get(f"{CHALLENGES}?solved=false"))) == {"Open", "Not public yet"}

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("topics=django", "topics"),
            ("topic=nope", "topic"),
            ("author=you", "author"),
            ("author=99999999999999999999", "author"),
            ("author=%D9%A3", "author"),
            ("status=OPEN", "status"),
            ("kind=IDEA", "kind"),
            ("topic=a%20b", "topic"),
            ("created_after=yesterday", "created_after"),
            ("created_after=0001-01-01T00:00:00%2B14:00", "created_after"),
            ("ordering=title", "ordering"),
            ("ordering=", "ordering"),
            ("page_size=0", "page_size"),
            ("page_size=101", "page_size"),
            ("page_size=ten", "page_size"),
            ("page_size=%D9%A3", "page_size"),
            ("cursor=x", "cursor"),
            ("cursor=", "cursor"),
            ("cursor=WzEsMl0", "cursor"),
            ("search=a%00b", "search"),
            ("search=%ED%A0%80", None),
        ],
    )
    def test_a_bad_parameter_is_named(self, api, learner, query, name):
        answer = api(learner).get(f"{LEARNINGS}?{query}")
        if name is None:  # Django replaces broken UTF-8 in an address by itself
            assert answer.status_code == 200
            return
        (culprit,) = problem(answer, 400, "invalid")["errors"]
        assert culprit["parameter"] == name

    def test_truth_is_spelled_true_or_false(self, api, learner):
        answer = api(learner).get(f"{CHALLENGES}?solved=maybe")
        assert problem(answer, 400, "invalid")["errors"][0]["parameter"] == "solved"

    def test_a_parameter_where_none_is_read_is_refused(self, api, learner):
        entry = LearningFactory(published=True)
        answer = api(learner).get(f"{LEARNINGS}{entry.pk}/?status=DRAFT")
        assert problem(answer, 400, "invalid")["errors"][0]["parameter"] == "status"
        answer = api(learner).post(f"{LEARNINGS}?force=1", {"title": "T", "kind": "CONCEPT"})
        assert problem(answer, 400, "invalid")["errors"][0]["parameter"] == "force"

    def test_an_address_without_its_last_slash_is_nothing(self, api, learner):
        problem(api(learner).get("/api/v1/learnings"), 404, "not_found")

    def test_a_wrong_method_media_type_or_accept_is_a_problem(self, api, learner):
        client = api(learner)
        problem(client.put(LEARNINGS, {}), 405, "method_not_allowed")
        problem(
            client.post(LEARNINGS, "a=1", content_type="text/plain"), 415, "unsupported_media_type"
        )
        problem(client.get(LEARNINGS, headers={"accept": "text/html"}), 406, "not_acceptable")

    def test_an_address_of_more_than_four_kilobytes_is_refused(self, api, learner):
        problem(api(learner).get(f"{LEARNINGS}?search={'x' * 4100}"), 414, "uri_too_long")


def published(factory, **fields):
    """Makes one published row under a topic."""
    return lambda topic: factory(published=True, topics=[topic], **fields)


def solved_challenge(topic):
    """Make a challenge with an accepted solution."""
    challenge = ChallengeFactory(published=True, topics=[topic])
    SolutionFactory(published=True, accepted=True, challenge=challenge)


READER = "lena@example.org"


def one_challenge():
    """The same challenge each time."""
    found = Challenge.objects.filter(title="The one").first()
    return found or ChallengeFactory(published=True, title="The one")


LISTS = {
    "learnings": (LEARNINGS, published(LearningFactory)),
    "challenges": (CHALLENGES, solved_challenge),
    "solutions": (SOLUTIONS, published(SolutionFactory)),
    "topics": ("/api/v1/topics/", lambda _: published(LearningFactory)(TopicFactory())),
    "of one challenge": (
        f"{CHALLENGES}{{challenge}}/solutions/",
        lambda topic: SolutionFactory(published=True, challenge=one_challenge(), topics=[topic]),
    ),
    "imports": (IMPORTS, lambda _: ImportRunFactory(author=User.objects.get(email=READER))),
    "by status": (f"{LEARNINGS}?status=PUBLISHED", published(LearningFactory)),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_queries_for_one_row_and_for_fifty(api, learner, name):
    address, make = LISTS[name]
    address = address.format(challenge=one_challenge().pk)
    address = f"{address}{'&' if '?' in address else '?'}page_size=100"
    topic = TopicFactory()
    client = api(learner)
    client.get("/api/v1/me/")  # the reader's state is known from here on
    counts = []
    for rows in (1, 49):
        for _ in range(rows):
            make(topic)
        caching.bump_now("learnings", "challenges", "solutions", "topics")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(client.get(address).json()["results"]) >= 50


class TestSharedLists:
    def test_the_second_reader_gets_the_first_ones_page_without_sql(
        self, api, learner, other_learner, django_assert_num_queries
    ):
        ChallengeFactory(published=True)
        first, second = api(learner), api(other_learner)
        second.get("/api/v1/topics/")  # the second reader's state is known

        computed = first.get(CHALLENGES)
        with django_assert_num_queries(0):
            remembered = second.get(CHALLENGES)

        assert (computed["X-Cache"], remembered["X-Cache"]) == ("MISS", "HIT")
        assert remembered.content == computed.content
        assert remembered["Content-Type"] == "application/json"
        assert remembered["Cache-Control"] == "private, no-cache"
        assert "Authorization" in remembered["Vary"]

    def test_a_remembered_page_keeps_its_link(self, api, learner):
        for _ in range(2):
            LearningFactory(published=True)
        client = api(learner)
        computed, remembered = (client.get(f"{LEARNINGS}?page_size=1") for _ in range(2))
        assert remembered["X-Cache"] == "HIT"
        assert remembered["Link"] == computed["Link"]
        assert 'rel="next"' in remembered["Link"]

    def test_parameters_in_another_order_are_the_same_list(self, api, learner):
        client = api(learner)
        client.get(f"{LEARNINGS}?page_size=5&kind=CONCEPT")
        assert client.get(f"{LEARNINGS}?kind=CONCEPT&page_size=5")["X-Cache"] == "HIT"

    def test_personal_lists_are_never_remembered(self, api, learner):
        client = api(learner)
        for query in ("author=me", "status=DRAFT", "status=PUBLISHED"):
            for _ in range(2):
                assert "X-Cache" not in client.get(f"{LEARNINGS}?{query}")

    @pytest.mark.parametrize("write", ["edit", "retract", "bulk", "topic", "author", "solution"])
    def test_every_write_shows_in_the_next_list(self, api, learner, curator, on_commit, write):
        topic = TopicFactory(name="Old topic")
        challenge = ChallengeFactory(published=True, topics=[topic])
        client = api(learner)
        before = client.get(CHALLENGES).content
        assert client.get(CHALLENGES)["X-Cache"] == "HIT"

        with on_commit():
            if write == "edit":
                challenge.title = "New title"
                challenge.save()
            elif write == "retract":
                retract(challenge, by=curator, at=NOON)
            elif write == "bulk":
                Challenge.objects.filter(pk=challenge.pk).update(title="By update")
            elif write == "topic":
                topic.name = "New topic"
                topic.save()
            elif write == "author":
                challenge.author.display_name = "Renamed"
                challenge.author.save()
            elif write == "solution":
                SolutionFactory(challenge=challenge, published=True)

        after = client.get(CHALLENGES)
        assert after["X-Cache"] == "MISS"
        assert after.content != before

    def test_a_failed_request_is_not_remembered(self, api, learner):
        client = api(learner)
        for _ in range(2):
            answer = client.get(f"{CHALLENGES}?page_size=0")
            assert answer.status_code == 400
            assert "X-Cache" not in answer

    def test_links_lead_back_to_the_host_that_was_asked(self, api, learner):
        for _ in range(2):
            LearningFactory(published=True)
        client = api(learner)
        for host in ("testserver", "localhost"):
            answer = client.get(f"{LEARNINGS}?page_size=1", headers={"host": host})
            assert answer.json()["next"].startswith(f"http://{host}/api/v1/")


def test_an_imported_entry_names_its_lines(api, learner):
    LearningFactory(
        author=learner,
        published=True,
        source_document="README.md",
        source_first_line=3,
        source_last_line=4,
        source_digest="d",
    )
    (shown,) = api(learner).get(LEARNINGS).json()["results"]
    assert shown["source"] == {
        "document": "README.md",
        "repository": None,
        "commit": None,
        "first_line": 3,
        "last_line": 4,
    }


def test_statuses_in_the_database_are_those_of_the_contract():
    assert Status.values == ["DRAFT", "IN_REVIEW", "PUBLISHED", "REJECTED", "RETRACTED"]
