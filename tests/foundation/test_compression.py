"""Compressed answers: for who asks, the same bytes each time, never with a secret."""

import gzip

import pytest

from foundation.http.compression import SMALLEST, accepts_gzip
from tests.factories.learnings import ChallengeFactory, LearningFactory

LIST = "/api/v1/challenges/"


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("GZip", True),
        ("x-gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip; q=1.0", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip;q=2", False),
        ("gzip;q=nonsense", False),
        ("notgzip", False),
    ],
)
def test_gzip_is_sent_to_who_accepts_it(header, accepted):
    assert accepts_gzip(header) is accepted


@pytest.fixture
def long_list(db):
    ChallengeFactory.create_batch(3, published=True, problem="Long. " * 200)


@pytest.fixture
def ask(api, learner):
    client = api(learner)

    def get(address=LIST, method="get", **headers):
        return getattr(client, method)(address, headers={"accept-encoding": "gzip", **headers})

    return get


@pytest.mark.usefixtures("long_list")
def test_a_compressed_list_is_the_same_list(ask):
    plain, packed = ask(**{"accept-encoding": "identity"}), ask()

    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))
    assert packed["ETag"] == plain["ETag"][:-1] + '-gzip"'
    assert "Accept-Encoding" in plain["Vary"]
    assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.usefixtures("long_list")
def test_equal_bodies_have_equal_bytes(ask):
    assert ask().content == ask().content


@pytest.mark.usefixtures("long_list")
def test_the_head_of_a_compressed_list_announces_the_same(ask):
    read, head = ask(), ask(method="head")

    for name in ("ETag", "Content-Length", "Content-Encoding", "Vary", "Cache-Control"):
        assert head[name] == read[name]
    assert head.content == b""


@pytest.mark.usefixtures("long_list")
def test_who_has_the_compressed_form_is_not_sent_it_again(ask):
    packed = ask()

    again = ask(**{"if-none-match": packed["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == packed["ETag"]
    for name in ("Content-Encoding", "Content-Length", "Content-Type"):
        assert name not in again
    # Who cannot read it is sent the plain one.
    plain = ask(**{"if-none-match": packed["ETag"], "accept-encoding": "identity"})
    assert plain.status_code == 200


def test_a_short_answer_is_sent_as_it_is(ask, db):
    answer = ask()
    assert len(answer.content) < SMALLEST
    assert "Content-Encoding" not in answer


def test_no_token_is_compressed(api, learner):
    learner.set_password("a rather long passphrase")
    learner.save()
    body = {"email": learner.email, "password": "a rather long passphrase"}

    answer = api().post("/api/v1/auth/token/", body, headers={"accept-encoding": "gzip"})

    assert answer.status_code == 200
    assert len(answer.content) > SMALLEST
    assert "Content-Encoding" not in answer


def test_an_exported_readme_is_tagged_and_compressed(ask, learner):
    LearningFactory.create_batch(3, author=learner, published=True, body="Long. " * 200)

    answer = ask(f"/api/v1/users/{learner.pk}/readme/")

    assert answer["Content-Type"].startswith("text/markdown")
    assert answer["Content-Encoding"] == "gzip"
    assert answer["ETag"].startswith('"0.')
    assert gzip.decompress(answer.content).startswith(b"<!--")


def test_the_documents_are_compressed_too(client, db):
    answer = client.get("/swagger.json", headers={"accept-encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert answer["Content-Length"] == str(len(answer.content))
    assert "Accept-Encoding" in answer["Vary"]
