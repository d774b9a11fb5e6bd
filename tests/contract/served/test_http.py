"""HTTP: tags, conditions, caching, compression, limits, names of requests, other origins."""

from __future__ import annotations

import gzip
import re

import pytest

from learnings.models import Learning
from tests.factories.learnings import ChallengeFactory, LearningFactory
from tests.together import together

TAG = re.compile(r'"(\d+)\.([0-9a-f]+)(-gzip)?"')
READS = ["", "me/", "me/export/", "me/tokens/", "me/entries/", "me/bookmarks/", "me/votes/",
         "me/notification-preferences/", "users/", "topics/", "learnings/", "challenges/",
         "solutions/", "revisions/", "imports/", "sources/", "cohorts/", "notifications/",
         "subscriptions/", "search/?q=x", "challenges/similar/?q=x", "learnings/?page=1",
         "learnings/{id}/", "users/{user}/", "users/{user}/readme/"]  # fmt: skip


@pytest.fixture(scope="module")
def shown(hub):
    """A published learning that no test changes, long enough to be compressed."""
    return LearningFactory(author=hub.people["author"], published=True, body="Long words. " * 90)


def address(path: str, shown) -> str:
    return path.format(id=shown.pk, user=shown.author_id)


@pytest.mark.parametrize("path", READS)
def test_every_read_has_a_strong_tag_and_304_for_whoever_knows_it(hub, shown, path):
    first = hub.author.get(address(path, shown))
    tag = first.headers["ETag"]

    assert first.status == 200
    assert TAG.fullmatch(tag), tag
    second = hub.author.get(address(path, shown), If_None_Match=f'"0.other", {tag}')
    if path == "me/export/":
        return  # it says when it was made
    assert (second.status, second.body) == (304, b"")
    assert second.headers["ETag"] == tag
    assert second.headers["Content-Type"] is None


def test_a_compressed_answer_has_a_tag_of_its_own(hub, shown):
    path = f"learnings/{shown.pk}/"
    plain, small = hub.author.get(path), hub.author.get(path, Accept_Encoding="gzip")

    assert plain.headers["Content-Encoding"] is None
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.body) == plain.body
    assert small.headers["ETag"] == plain.headers["ETag"][:-1] + '-gzip"'
    known = {"If_None_Match": small.headers["ETag"]}
    assert hub.author.get(path, Accept_Encoding="gzip", **known).status == 304
    assert hub.author.get(path, **known).status == 200


def test_a_tag_begins_with_the_revision_that_edits_and_steps_raise_but_votes_do_not(hub):
    made = hub.author.made("learnings/", {"kind": "CONCEPT", "title": "One"})
    path = f"learnings/{made['id']}/"

    def revision() -> int:
        return int(TAG.fullmatch(hub.author.get(path).headers["ETag"])[1])

    first = revision()
    hub.author.patch(path, {"title": "Two"})
    edited = revision()
    hub.author.post(f"{path}submit/")
    submitted = revision()
    hub.curator.post(f"{path}publish/")
    published, tag = revision(), hub.author.get(path).headers["ETag"]
    hub.other.put(f"{path}vote/")

    assert first < edited < submitted < published
    assert revision() == published
    assert hub.author.get(path).headers["ETag"] != tag, "the number of votes is in the body"


@pytest.mark.parametrize("write", ["PATCH", "DELETE", "POST"])
def test_if_match_lets_a_write_pass_and_a_stale_one_answers_412(hub, write):
    row = LearningFactory(author=hub.people["author"])
    path = f"learnings/{row.pk}/"
    tag = hub.author.get(path).headers["ETag"]
    body = {"title": "New"} if write == "PATCH" else None
    target = f"{path}submit/" if write == "POST" else path

    stale = hub.author.ask(write, target, body, If_Match='"0.x"')
    assert stale.code == (412, "precondition_failed")
    fresh = hub.author.ask(write, target, body, If_Match=tag)
    assert fresh.status in {200, 204}


def test_if_match_is_optional_and_any_passes(hub):
    row = LearningFactory(author=hub.people["author"])
    for headers in ({}, {"If_Match": "*"}):
        assert hub.author.patch(f"learnings/{row.pk}/", {"body": "x"}, **headers).status == 200


@pytest.mark.parametrize("path", READS)
def test_what_is_signed_in_is_private_and_varies(hub, shown, path):
    answer = hub.author.get(address(path, shown))

    assert answer.headers["Cache-Control"] == "private, no-cache"
    varies = {name.strip().lower() for name in answer.headers["Vary"].split(",")}
    assert varies >= {"authorization", "accept-encoding", "origin"}


@pytest.mark.parametrize("path", ["learnings/", "challenges/", "solutions/", "topics/", "users/",
                                  "cohorts/", "learnings/{id}/", "users/{user}/"])  # fmt: skip
def test_shared_lists_and_details_say_hit_or_miss(hub, shown, path):
    told = [hub.author.get(address(path, shown)).headers["X-Cache"] for _ in range(2)]
    assert told == ["MISS", "HIT"]
    assert hub.curator.get(address(path, shown)).headers["X-Cache"] == "HIT"


def test_the_first_read_after_an_acknowledged_write_shows_it(hub):
    row = LearningFactory(author=hub.people["author"], in_review=True)
    path = f"learnings/{row.pk}/"
    hub.other.get("learnings/")

    def seen() -> tuple:
        listed = hub.other.get("learnings/?search=Unheard")
        return listed.headers["X-Cache"], [row["title"] for row in listed.json["results"]]

    assert seen() == ("MISS", [])
    assert seen() == ("HIT", [])
    assert hub.curator.post(f"{path}publish/").status == 200
    assert hub.curator.patch(path, {"title": "Unheard of"}).status == 200
    assert seen() == ("MISS", ["Unheard of"])
    assert hub.author.post(f"{path}retract/").status == 200
    assert seen() == ("MISS", [])


class TestIdempotencyKeys:
    BODY = {"kind": "CONCEPT", "title": "Once"}

    def count(self) -> int:
        return Learning.objects.filter(title="Once").count()

    def test_a_replay_answers_the_same_and_creates_nothing(self, hub):
        before = self.count()
        first, again = (
            hub.author.post("learnings/", self.BODY, Idempotency_Key="a-key") for _ in range(2)
        )

        assert (first.status, again.status) == (201, 201)
        assert first.json == again.json
        for name in ("Location", "ETag", "Content-Type"):
            assert first.headers[name] == again.headers[name] is not None
        assert self.count() == before + 1

    def test_another_body_is_422(self, hub):
        hub.author.post("learnings/", self.BODY, Idempotency_Key="b-key")
        other = hub.author.post(
            "learnings/", {**self.BODY, "title": "Else"}, Idempotency_Key="b-key"
        )
        assert other.code == (422, "idempotency_key_reused")

    def test_a_key_is_its_users_own(self, hub):
        made = [
            client.post("learnings/", self.BODY, Idempotency_Key="c-key").json["id"]
            for client in (hub.author, hub.other)
        ]
        assert made[0] != made[1]

    def test_a_refusal_is_not_kept(self, hub):
        refused = hub.author.post("learnings/", {"kind": "CONCEPT"}, Idempotency_Key="d-key")
        assert refused.status == 400
        mended = hub.author.post("learnings/", self.BODY, Idempotency_Key="d-key")
        assert mended.status == 201

    def test_a_key_has_1_to_255_characters(self, hub):
        for key, status in (("k", 201), ("k" * 255, 201), ("k" * 256, 400), ("", 400)):
            answer = hub.author.post("learnings/", self.BODY, Idempotency_Key=key)
            assert answer.status == status, len(key)
        assert answer.culprits == {("Idempotency-Key", "invalid")}

    def test_of_parallel_twins_one_creates_and_all_hear_of_it(self, hub):
        before = self.count()
        answers = together(
            *6 * [lambda: hub.author.post("learnings/", self.BODY, Idempotency_Key="f-key")]
        )
        assert {answer.status for answer in answers} == {201}
        assert len({answer.json["id"] for answer in answers}) == 1
        assert self.count() == before + 1

    def test_tokens_are_given_out_anew_each_time(self, hub):
        wanted = {"name": "Script", "scopes": ["read"]}
        made = [hub.author.post("me/tokens/", wanted, Idempotency_Key="e-key") for _ in range(2)]
        assert made[0].json["token"] != made[1].json["token"]


@pytest.mark.parametrize(("client", "path", "status"), [
    ("author", "me/", 200), ("anonymous", "me/", 401), ("author", "learnings/0/", 404),
    ("author", "nothing/", 404), ("anonymous", "nothing/", 404), ("author", "learnings", 404),
    ("author", "learnings/?x=1", 400), ("author", "learnings/?search=" + "x" * 5000, 414),
])  # fmt: skip
def test_rate_limits_stand_on_every_answer(hub, client, path, status):
    answer = getattr(hub, client).get(path)

    assert answer.status == status
    assert re.fullmatch(r'"[\w-]+";q=\d+;w=\d+(, "[\w-]+";q=\d+;w=\d+)*',
                        answer.headers["RateLimit-Policy"])  # fmt: skip
    assert re.fullmatch(r'"[\w-]+";r=\d+;t=\d+(, "[\w-]+";r=\d+;t=\d+)*',
                        answer.headers["RateLimit"])  # fmt: skip


def test_a_limit_counts_down_and_is_no_wider_for_invented_addresses(hub, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": (3, 60)}

    answers = [hub.anonymous.get("me/", X_Forwarded_For=f"192.0.2.{n}") for n in range(4)]

    assert [a.status for a in answers] == [401, 401, 401, 429]
    left = [re.search(r'"anonymous";r=(\d+)', a.headers["RateLimit"])[1] for a in answers]
    assert left == ["2", "1", "0", "0"]


def test_log_in_is_limited_by_address_however_it_is_written(hub, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "log-in": (2, 60)}
    spellings = ["x@example.org", "X@Example.ORG", " x@example.org "]

    tried = [hub.anonymous.post("auth/token/", {"email": e, "password": "x"}) for e in spellings]

    assert [answer.status for answer in tried] == [401, 401, 429]
    assert int(tried[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize("given", ["a", "A.b_c-9", "x" * 128])
def test_a_good_request_id_is_taken(hub, given):
    assert hub.author.get("me/", X_Request_ID=given).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "ü", "a;b", None])
def test_any_other_is_replaced_by_one_of_its_own(hub, given):
    headers = {} if given is None else {"X_Request_ID": given}
    made = [hub.author.get("nothing/", **headers) for _ in range(2)]

    ids = [answer.headers["X-Request-ID"] for answer in made]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,128}", each) for each in ids)
    assert ids[0] != ids[1]
    assert given not in ids
    assert made[0].json["request_id"] == ids[0]


PAGE = "http://localhost:5173"
EXPOSED = {"etag", "link", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-cache",
           "x-request-id"}  # fmt: skip


def names(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",")}


@pytest.mark.parametrize("path", ["me/", "nothing/", "learnings/?x=1"])
def test_a_configured_origin_may_read_answers_and_their_headers(hub, path):
    answer = hub.author.get(path, Origin=PAGE)

    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert names(answer.headers["Access-Control-Expose-Headers"]) >= EXPOSED
    assert hub.author.get(path, Origin="http://evil.example.org").headers[
        "Access-Control-Allow-Origin"
    ] is None  # fmt: skip


def test_a_preflight_allows_what_clients_send(hub):
    answer = hub.anonymous.ask(
        "OPTIONS", "learnings/", Origin=PAGE, Access_Control_Request_Method="PATCH",
        Access_Control_Request_Headers="authorization, content-type, if-match, idempotency-key",
    )  # fmt: skip

    assert answer.status == 200
    assert names(answer.headers["Access-Control-Allow-Headers"]) >= {
        "authorization", "content-type", "if-match", "if-none-match", "idempotency-key"
    }  # fmt: skip
    assert names(answer.headers["Access-Control-Allow-Methods"]) >= {
        "get", "post", "put", "patch", "delete"
    }  # fmt: skip


def test_head_answers_as_get_does_without_a_body(hub):
    ChallengeFactory(published=True)
    got, head = (hub.author.ask(method, "challenges/") for method in ("GET", "HEAD"))

    assert (head.status, head.body) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]
