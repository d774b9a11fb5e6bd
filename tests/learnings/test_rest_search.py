"""Search and "has anyone hit this?" over HTTP."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Track
from tests.factories.accounts import UserFactory
from tests.factories.learnings import (
    PUBLISHED_AT,
    ChallengeFactory,
    LearningFactory,
    RevisionFactory,
    SolutionFactory,
    TopicFactory,
)

SEARCH = "/api/v1/search/"
SIMILAR = "/api/v1/challenges/similar/"

pytestmark = pytest.mark.django_db
postgresql_only = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="trigrams are PostgreSQL's"
)


@pytest.fixture
def reader(api, learner):
    return api(learner)


def titles(answer) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["title"] for row in answer.json()["results"]]


def refusal(answer) -> tuple[int, str, str]:
    error = answer.json()["errors"][0]
    return answer.status_code, error["parameter"], error["code"]


def test_all_three_kinds_are_found_with_what_a_list_shows(reader, learner):
    topic = TopicFactory(name="Redis")
    LearningFactory(title="Redis streams", body="Kept apart.", published=True, topics=[topic])
    challenge = ChallengeFactory(title="Cache is stale", problem="In redis, again.", published=True)
    solution = SolutionFactory(
        challenge=challenge, body="Flush *Redis* <b>now</b>.", author=learner, published=True,
        votes_count=3, topics=[topic, TopicFactory(is_proposed=True)],
    )  # fmt: skip

    answer = reader.get(SEARCH, {"q": "redis"})

    assert answer.json()["next"] is answer.json()["previous"] is None
    assert answer.json()["results"][0]["type"] == "LEARNING"
    assert len(answer.json()["results"]) == 3
    [found] = [row for row in answer.json()["results"] if row["type"] == "SOLUTION"]
    assert found == {
        "type": "SOLUTION",
        "id": solution.pk,
        "title": "Cache is stale",
        "url": f"http://testserver/api/v1/solutions/{solution.pk}/",
        "highlight": "Flush <mark>Redis</mark> &lt;b&gt;now&lt;/b&gt;.",
        "author": {"id": learner.pk, "display_name": "Lena Learner"},
        "topics": [{"slug": "redis", "name": "Redis"}],
        "challenge": challenge.pk,
        "votes_count": 3,
        "published_at": "2026-03-02T12:00:00Z",
    }
    assert reader.get(found["url"]).status_code == 200


class TestRanking:
    def test_the_exact_title_then_titles_then_texts(self, reader):
        text = "Docker networks. " * 30
        ChallengeFactory(title="Unreachable host", problem=text, published=True, votes_count=9)
        LearningFactory(title="More about docker networks", published=True, votes_count=5)
        LearningFactory(title="Docker Networks", published=True)
        ChallengeFactory(title="Other", problem="docker and networks, once", published=True)

        found = titles(reader.get(SEARCH, {"q": "docker networks"}))

        assert found[:2] == ["Docker Networks", "More about docker networks"]
        assert set(found[2:]) == {"Unreachable host", "Other"}

    def test_votes_then_the_newest_decide_between_equals(self, reader):
        for day, votes in ((1, 0), (2, 4), (3, 0)):
            ChallengeFactory(
                title=f"Number {day}", problem="A deadlock.", published=True, votes_count=votes
            )
        newest = ChallengeFactory(title="Number 4", problem="A deadlock.", published=True)
        type(newest).objects.filter(pk=newest.pk).update(
            published_at=PUBLISHED_AT + timedelta(days=1)
        )

        found = titles(reader.get(SEARCH, {"q": "deadlock"}))

        assert found == ["Number 2", "Number 4", "Number 3", "Number 1"]

    @postgresql_only
    @pytest.mark.parametrize("typo", ["djagno", "Djangoo settigns", "migratoin"])
    def test_typos_are_forgiven_where_little_else_is_found(self, reader, typo):
        LearningFactory(title="Django settings and migrations", published=True)
        LearningFactory(title="Redis", published=True)

        assert titles(reader.get(SEARCH, {"q": typo})) == ["Django settings and migrations"]

    @postgresql_only
    def test_what_is_spelled_so_comes_before_typos(self, reader):
        LearningFactory(title="Flash messages of Django", published=True, votes_count=9)
        LearningFactory(title="Notes", body="flask only", published=True)

        assert titles(reader.get(SEARCH, {"q": "flask"})) == ["Notes", "Flash messages of Django"]


class TestPages:
    def test_pages_repeat_and_skip_nothing_while_entries_arrive(self, reader):
        for number in range(25):
            ChallengeFactory(title=f"Deadlock {number}", problem="", published=True)
        everything = titles(reader.get(SEARCH, {"q": "deadlock", "page_size": 100}))

        seen, address = [], f"{SEARCH}?q=deadlock&page_size=10&type=CHALLENGE&type=LEARNING"
        while address:
            answer = reader.get(address)
            seen += titles(answer)
            address = answer.json()["next"]
            ChallengeFactory(title="Deadlock", published=True)  # best of all: before the first

        assert seen == everything

    def test_the_way_back_is_the_way_there(self, reader):
        for number in range(25):
            ChallengeFactory(title=f"Deadlock {number}", published=True)
        first = reader.get(SEARCH, {"q": "deadlock", "page_size": 10})
        second = reader.get(first.json()["next"])
        third = reader.get(second.json()["next"])

        assert len(titles(third)) == 5
        assert third.json()["next"] is None
        assert titles(reader.get(third.json()["previous"])) == titles(second)
        back = reader.get(second.json()["previous"])
        assert titles(back) == titles(first)
        assert back.json()["previous"] is None
        assert f'<{first.json()["next"]}>; rel="next"' in first["Link"]

    @pytest.mark.parametrize(
        "cursor", ["x", "bm9uZQ", "W10", "WzAsMSwyLDMsNCw1LDFlOTk5XQ", "MQ", "W1tdXQ", "é"]
    )  # fmt: skip
    def test_a_cursor_of_somebody_elses_is_refused(self, reader, cursor):
        answer = reader.get(SEARCH, {"q": "x", "cursor": cursor})

        assert refusal(answer) == (400, "cursor", "invalid")

    def test_the_number_of_queries_does_not_depend_on_the_hits(self, reader):
        def cost() -> int:
            reader.get(SEARCH, {"q": "deadlock"})
            with CaptureQueriesContext(connection) as queries:
                reader.get(SEARCH, {"q": "deadlock"})
            return len(queries)

        topics = [TopicFactory(), TopicFactory()]
        for factory in (LearningFactory, ChallengeFactory):
            factory(title="A deadlock", published=True, topics=topics)
        SolutionFactory(body="A deadlock", published=True, topics=topics)
        few = cost()
        for _number in range(5):
            LearningFactory(title="A deadlock", published=True, topics=topics)
            SolutionFactory(body="A deadlock", published=True, topics=topics)

        assert cost() == few


class TestFilters:
    def test_types_topics_and_tracks_narrow_the_search(self, reader):
        web, data = TopicFactory(name="Web"), TopicFactory(name="Data")
        author = UserFactory(track=Track.FRONTEND)
        LearningFactory(title="Alpha one", published=True, topics=[web, data], author=author)
        ChallengeFactory(title="Alpha two", published=True, topics=[data])
        SolutionFactory(body="alpha", published=True, challenge__title="Three")

        def found(**asked) -> set[str]:
            answer = titles(reader.get(SEARCH, {"q": "alpha", **asked}))
            assert len(answer) == len(set(answer))
            return set(answer)

        assert found(type="CHALLENGE") == {"Alpha two"}
        assert found(type=["SOLUTION", "LEARNING"]) == {"Alpha one", "Three"}
        assert found(topic="data") == {"Alpha one", "Alpha two"}
        assert found(topic=["data", "web"], type="LEARNING") == {"Alpha one"}
        assert found(track="FRONTEND") == {"Alpha one"}

    @pytest.mark.parametrize(
        ("asked", "culprit"),
        [
            ({}, ("q", "required")),
            ({"q": ""}, ("q", "blank")),
            ({"q": "  "}, ("q", "blank")),
            ({"q": "x" * 201}, ("q", "max_length")),
            ({"q": ["a", "b"]}, ("q", "repeated")),
            ({"q": "a\x00b"}, ("q", "invalid")),
            ({"q": "x", "type": "TOPIC"}, ("type", "invalid_choice")),
            ({"q": "x", "topic": "nosuch"}, ("topic", "invalid_choice")),
            ({"q": "x", "topic": "secret"}, ("topic", "invalid_choice")),
            ({"q": "x", "track": "NONE"}, ("track", "invalid_choice")),
            ({"q": "x", "page_size": "0"}, ("page_size", "invalid")),
            ({"q": "x", "page_size": "101"}, ("page_size", "invalid")),
            ({"q": "x", "page_size": "²"}, ("page_size", "invalid")),
            ({"q": "x", "ordering": "id"}, ("ordering", "unknown")),
        ],
    )
    def test_what_is_not_good_is_refused_by_name(self, reader, asked, culprit):
        TopicFactory(slug="secret", is_proposed=True)

        assert refusal(reader.get(SEARCH, asked)) == (400, *culprit)

    @pytest.mark.parametrize("text", ["the", "???", "-alpha"])
    def test_a_search_for_nothing_finds_nothing(self, reader, text):
        LearningFactory(title="The alpha", published=True)

        assert titles(reader.get(SEARCH, {"q": text})) == []


class TestHighlights:
    def test_scripts_are_shown_and_not_run(self, reader):
        body = "<script>alert('xss')</script> & <img src=x onerror=alert(1)> `<mark>alpha</mark>`"
        LearningFactory(title="T", body=body, published=True)

        [found] = reader.get(SEARCH, {"q": "alpha script"}).json()["results"]

        without_marks = found["highlight"].replace("<mark>", "").replace("</mark>", "")
        assert "<mark>alpha</mark>" in found["highlight"]
        assert "&lt;<mark>script</mark>&gt;" in found["highlight"]
        assert "<" not in without_marks
        assert ">" not in without_marks
        assert "'" not in without_marks

    def test_a_long_text_is_cut_around_its_first_hit(self, reader):
        body = "before " * 300 + "the connection was refused " + "after " * 300
        LearningFactory(title="T", body=body, published=True)

        [found] = reader.get(SEARCH, {"q": "connections"}).json()["results"]

        assert found["highlight"].startswith("…before")
        assert "the <mark>connection</mark> was refused after" in found["highlight"]
        assert found["highlight"].endswith("after…")
        assert len(found["highlight"]) < 300

    def test_without_a_hit_in_the_text_it_begins_at_the_beginning(self, reader):
        LearningFactory(title="Alpha", body="Some *text*.", published=True)

        [found] = reader.get(SEARCH, {"q": "alpha"}).json()["results"]

        assert found["highlight"] == "Some text."


CANARY = "xylocanary"


@pytest.fixture
def canaries(learner):
    """The word wherever it must not be found: all but what is published."""
    for state in ({}, {"in_review": True}, {"rejected": True}, {"retracted": True}):
        LearningFactory(title=f"A {CANARY}", author=learner, **state)
        ChallengeFactory(title=f"A {CANARY}", author=learner, **state)
        SolutionFactory(body=f"A {CANARY}", author=learner, **state)
    SolutionFactory(body=CANARY, published=True, challenge__published=False)
    SolutionFactory(
        body=CANARY, published=True, challenge__retracted=True, challenge__published=False
    )
    RevisionFactory(learning__author=learner, changes={"title": CANARY, "body": CANARY})
    ChallengeFactory(review_reason=CANARY, status="REJECTED", title="Fine")
    LearningFactory(
        title="Also fine", published=True, topics=[TopicFactory(name=CANARY, is_proposed=True)]
    )


@pytest.mark.usefixtures("canaries")
@pytest.mark.parametrize("person", ["learner", "other_learner", "curator", "admin_user"])
@pytest.mark.parametrize("address", [SEARCH, SIMILAR])
def test_only_what_is_published_is_found_by_anybody(api, request, person, address):
    answer = api(request.getfixturevalue(person)).get(address, {"q": f"{CANARY} fine"})
    alone = api(request.getfixturevalue(person)).get(address, {"q": CANARY})

    assert alone.json()["results"] == []
    assert alone.json().get("learners_count", 0) == 0
    assert CANARY not in answer.content.decode().replace(f"q={CANARY}", "")


@pytest.mark.parametrize("address", [SEARCH, SIMILAR])
@pytest.mark.parametrize(("public", "status"), [(True, 200), (False, 401)])
def test_everybody_searches_where_reading_is_public(api, settings, address, public, status):
    settings.PUBLIC_READ = public
    ChallengeFactory(title="Port is in use", published=True)

    answer = api().get(address, {"q": "port in use"})

    assert answer.status_code == status
    assert len(answer.json().get("results", [])) == (1 if public else 0)


class TestSimilar:
    def test_learners_with_the_same_problem_are_counted(self, reader):
        first = ChallengeFactory(title="CORS blocks my requests!", published=True)
        solution = SolutionFactory(challenge=first, body="Allow it.", published=True, accepted=True)
        ChallengeFactory(title="CORS blocks my request", published=True)
        ChallengeFactory(title="cors blocks requests", published=True, author=first.author)
        ChallengeFactory(title="CORS blocks my requests", author=UserFactory())

        answer = reader.get(SIMILAR, {"q": "requests blocked by CORS"}).json()

        assert answer["learners_count"] == 2
        [match] = answer["results"]
        assert match["learners_count"] == 2
        assert match["challenge"]["id"] == first.pk
        assert match["challenge"]["accepted_solution"] == solution.pk
        assert match["accepted_solution"]["body"] == "Allow it."
        assert 0.5 < match["score"] <= 1

    def test_a_hidden_solution_stays_hidden(self, reader):
        challenge = ChallengeFactory(title="CORS blocks my requests", published=True)
        SolutionFactory(challenge=challenge, body="Draft", accepted=True)

        [match] = reader.get(SIMILAR, {"q": "cors blocks requests"}).json()["results"]

        assert match["accepted_solution"] is None

    @pytest.mark.parametrize(
        "text", ["banana bread recipe", "the", "???", "-", '"', "0x7f00 12:30"]
    )
    def test_unlike_texts_find_nothing(self, reader, text):
        ChallengeFactory(title="CORS blocks my requests", problem="No bread here.", published=True)

        answer = reader.get(SIMILAR, {"q": text})

        assert answer.json() == {"learners_count": 0, "results": []}

    def test_as_many_as_asked_for(self, reader):
        for name in ("login", "upload", "report", "basket"):
            ChallengeFactory(title=f"CORS blocks the {name}", problem="", published=True)

        answer = reader.get(SIMILAR, {"q": "cors blocks", "limit": 3}).json()

        assert len(answer["results"]) == answer["learners_count"] == 3

    @pytest.mark.parametrize(
        ("asked", "culprit"),
        [
            ({}, ("q", "required")),
            ({"q": " "}, ("q", "blank")),
            ({"q": "x", "limit": "0"}, ("limit", "invalid")),
            ({"q": "x", "limit": "21"}, ("limit", "invalid")),
            ({"q": "x", "type": "SOLUTION"}, ("type", "unknown")),
        ],
    )
    def test_what_is_not_good_is_refused_by_name(self, reader, asked, culprit):
        assert refusal(reader.get(SIMILAR, asked)) == (400, *culprit)

    def test_the_number_of_queries_does_not_depend_on_what_is_found(self, reader):
        def cost() -> int:
            reader.get(SIMILAR, {"q": "cors blocks"})
            with CaptureQueriesContext(connection) as queries:
                reader.get(SIMILAR, {"q": "cors blocks"})
            return len(queries)

        def challenge(name: str) -> None:
            made = ChallengeFactory(
                title=f"CORS blocks {name}", published=True, topics=[TopicFactory()]
            )
            SolutionFactory(challenge=made, published=True, accepted=True, topics=[TopicFactory()])

        challenge("login")
        few = cost()
        for name in ("upload", "report", "basket", "search"):
            challenge(name)

        assert cost() == few


def test_searches_count_against_a_limit_of_their_own(reader):
    for address in (SEARCH, SIMILAR):
        assert '"search"' in reader.get(address, {"q": "x"})["RateLimit-Policy"]
