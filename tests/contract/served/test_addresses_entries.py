"""Addresses: topics, entries and what is done with them. One journey per kind of address."""

from __future__ import annotations

import pytest

from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

KINDS = {
    "learnings": {"kind": "BEST_PRACTICE", "title": "Read the log first", "body": "All of *it*."},
    "challenges": {"title": "The port is taken", "problem": "It says `EADDRINUSE`."},
    "solutions": {"body": "Stop the **other** server."},
}
FACTORIES = {"learnings": LearningFactory, "challenges": ChallengeFactory,
             "solutions": SolutionFactory}  # fmt: skip


def body_for(name: str) -> dict:
    body = dict(KINDS[name])
    return (
        {**body, "challenge": ChallengeFactory(published=True).pk} if name == "solutions" else body
    )


def published(hub, name: str, **traits) -> str:
    """Address of a published entry by the author, without the base."""
    row = FACTORIES[name](author=hub.people["author"], published=True, **traits)
    return f"{name}/{row.pk}/"


@pytest.mark.parametrize("name", KINDS)
def test_an_entry_is_created_read_changed_and_deleted(hub, name):
    topic = TopicFactory()
    made = hub.author.post(f"{name}/", {**body_for(name), "topics": [topic.slug]})
    address = f"{name}/{made.json['id']}/"

    assert made.status == 201
    assert made.headers["Location"] == f"/api/v1/{address}"
    assert made.json["status"] == "DRAFT"
    assert made.json["topics"] == [{"slug": topic.slug, "name": topic.name}]
    assert hub.author.get(address).json == made.json
    changed = hub.author.patch(address, {"topics": []})
    assert (changed.status, changed.json["topics"]) == (200, [])
    assert hub.author.ask("PUT", address, body_for(name)).code == (405, "method_not_allowed")
    assert hub.author.delete(address).status == 204
    assert hub.author.get(address).code == (404, "not_found")


@pytest.mark.parametrize("name", KINDS)
def test_submit_publish_reject_and_retract_answer_200_with_the_entry(hub, name):
    made = hub.author.made(f"{name}/", body_for(name))
    address = f"{name}/{made['id']}/"

    def step(client, word, body=None):
        answer = client.post(f"{address}{word}/", body)
        assert answer.status == 200, answer.body
        assert answer.json["id"] == made["id"]
        return answer.json["status"]

    assert step(hub.author, "submit") == "IN_REVIEW"
    assert hub.curator.post(f"{address}reject/", {}).culprits == {("/reason", "required")}
    assert step(hub.curator, "reject", {"reason": "Say why."}) == "REJECTED"
    assert hub.author.get(address).json["review_reason"] == "Say why."
    assert step(hub.author, "submit") == "IN_REVIEW"
    assert hub.author.get(address).json["review_reason"] is None
    assert step(hub.curator, "publish") == "PUBLISHED"
    assert hub.other.get(address).json["published_at"] is not None
    assert step(hub.author, "retract") == "RETRACTED"


def test_solutions_are_listed_and_created_under_their_challenge(hub):
    challenge = ChallengeFactory(author=hub.people["author"], published=True)
    shown = SolutionFactory(challenge=challenge, published=True)
    SolutionFactory(challenge=challenge)
    address = f"challenges/{challenge.pk}/solutions/"

    assert hub.other.get(address).ids == [shown.pk]
    made = hub.other.post(address, {"body": "Restart it."})
    assert (made.status, made.json["challenge"]) == (201, challenge.pk)
    assert made.headers["Location"] == f"/api/v1/solutions/{made.json['id']}/"


def test_the_challenges_author_or_a_curator_accepts_and_another_replaces_it(hub):
    challenge = ChallengeFactory(author=hub.people["author"], published=True)
    first, second = SolutionFactory.create_batch(2, challenge=challenge, published=True)

    def accepted():
        shown = hub.other.get(f"challenges/{challenge.pk}/").json
        assert shown["solved"] is (shown["accepted_solution"] is not None)
        return shown["accepted_solution"]

    assert hub.other.post(f"solutions/{first.pk}/accept/").code == (403, "not_yours")
    assert hub.author.post(f"solutions/{first.pk}/accept/").json["accepted"] is True
    assert accepted() == first.pk
    assert hub.curator.post(f"solutions/{second.pk}/accept/").status == 200
    assert accepted() == second.pk
    assert hub.other.get(f"solutions/{first.pk}/").json["accepted"] is False
    assert hub.author.delete(f"solutions/{second.pk}/accept/").status == 204
    assert accepted() is None


@pytest.mark.parametrize("name", KINDS)
def test_votes_and_bookmarks_answer_204_however_often_and_are_listed_apart(hub, name):
    address = published(hub, name)
    row_id, kind = int(address.split("/")[1]), name.upper().removesuffix("S")

    for _ in range(2):
        assert hub.other.put(f"{address}vote/").status == 204
        assert hub.other.put(f"{address}bookmark/").status == 204
    assert hub.other.get(address).json["votes_count"] == 1
    (vote,) = hub.other.get(f"me/votes/?type={kind}&ids={row_id},999999").json["results"]
    assert (vote["type"], vote["id"]) == (kind, row_id)
    (mark,) = hub.other.get(f"me/bookmarks/?type={kind}").json["results"]
    assert mark[kind.lower()]["id"] == row_id
    assert hub.curator.get("me/votes/").json["results"] == []

    for _ in range(2):
        assert hub.other.delete(f"{address}vote/").status == 204
        assert hub.other.delete(f"{address}bookmark/").status == 204
    assert hub.other.get(address).json["votes_count"] == 0
    assert hub.other.get(f"me/bookmarks/?type={kind}").json["results"] == []


@pytest.mark.parametrize("name", KINDS)
def test_a_vote_for_ones_own_entry_is_403(hub, name):
    assert hub.author.put(f"{published(hub, name)}vote/").code == (403, "own_entry")


def test_me_entries_holds_ones_own_of_every_kind_and_state(hub):
    person = hub.join("writer")
    writer = hub.people["writer"]
    made = [LearningFactory(author=writer), ChallengeFactory(author=writer, published=True),
            SolutionFactory(author=writer, rejected=True)]  # fmt: skip

    results = person.get("me/entries/").json["results"]

    assert [(row["type"], row[row["type"].lower()]["id"]) for row in results] == [
        ("SOLUTION", made[2].pk), ("CHALLENGE", made[1].pk), ("LEARNING", made[0].pk)
    ]  # fmt: skip
    (draft,) = person.get("me/entries/?status=DRAFT").json["results"]
    assert draft["learning"]["id"] == made[0].pk


@pytest.mark.parametrize("name", KINDS)
def test_a_change_of_what_is_published_is_proposed_and_approved_or_rejected(hub, name):
    address = published(hub, name)
    field = "title" if name != "solutions" else "body"
    before = hub.other.get(address).json[field]

    proposed = hub.author.patch(address, {field: "Much better"})
    revision = f"revisions/{proposed.json['id']}/"

    assert proposed.status == 202
    assert proposed.headers["Location"] == f"/api/v1/{revision}"
    assert hub.other.get(address).json[field] == before
    assert hub.author.get(f"{address}revisions/").ids == [proposed.json["id"]]
    assert proposed.json["id"] in hub.curator.get("revisions/").ids
    assert hub.author.post(f"{revision}approve/").code[0] == 403
    assert hub.curator.post(f"{revision}approve/").json["status"] == "APPROVED"
    assert hub.other.get(address).json[field] == "Much better"

    second = hub.author.patch(address, {field: "Too much"}).json["id"]
    rejected = hub.curator.post(f"revisions/{second}/reject/", {"reason": "Too much."})
    assert (rejected.json["status"], rejected.json["reason"]) == ("REJECTED", "Too much.")
    assert hub.other.get(address).json[field] == "Much better"
    assert hub.curator.post(f"revisions/{second}/approve/").code == (409, "already_decided")


def test_topics_are_written_by_curators_and_read_by_all(hub):
    wanted = {"name": "Server-sent events", "kind": "CONCEPT", "aliases": ["SSE"]}

    assert hub.author.post("topics/", wanted).code == (403, "forbidden")
    made = hub.curator.post("topics/", wanted)
    assert made.status == 201
    address = f"topics/{made.json['slug']}/"
    assert made.headers["Location"] == f"/api/v1/{address}"
    assert hub.other.get(address).json["aliases"] == ["SSE"]
    assert hub.author.patch(address, {"name": "Mine"}).code == (403, "forbidden")
    assert hub.curator.patch(address, {"name": "SSE events"}).json["name"] == "SSE events"
    assert made.json["slug"] in [row["slug"] for row in hub.other.get("topics/").json["results"]]
    assert hub.author.delete(address).code == (403, "forbidden")
    assert hub.curator.delete(address).status == 204
    assert hub.other.get(address).code == (404, "not_found")


def test_a_proposed_topic_is_confirmed_and_one_is_merged_into_another(hub):
    proposed, target = TopicFactory(is_proposed=True), TopicFactory()
    learning = LearningFactory(published=True, topics=[proposed])

    assert hub.author.get(f"topics/{proposed.slug}/").code == (404, "not_found")
    listed = hub.curator.get("topics/?proposed=true").json["results"]
    assert proposed.slug in [row["slug"] for row in listed]
    assert hub.curator.post(f"topics/{proposed.slug}/confirm/").status == 200
    assert hub.author.get(f"topics/{proposed.slug}/").status == 200

    merged = hub.curator.post(f"topics/{proposed.slug}/merge/", {"into": target.slug})
    assert merged.status == 200
    assert proposed.name in merged.json["aliases"]
    shown = hub.author.get(f"learnings/{learning.pk}/").json["topics"]
    assert [topic["slug"] for topic in shown] == [target.slug]


def test_search_finds_all_kinds_that_are_published_ranked_and_nothing_else(hub):
    learning = LearningFactory(title="About xylophones", published=True)
    challenge = ChallengeFactory(title="Tuned", problem="The xylophone is flat.", published=True)
    solution = SolutionFactory(body="Hit the xylophone elsewhere.", published=True)
    LearningFactory(title="A secret xylophone", author=hub.people["author"])

    found = hub.author.get("search/?q=xylophone")

    assert {(row["type"], row["id"]) for row in found.json["results"]} == {
        ("LEARNING", learning.pk), ("CHALLENGE", challenge.pk), ("SOLUTION", solution.pk)
    }  # fmt: skip
    assert found.json["results"][0]["type"] == "LEARNING", "titles before texts"
    assert "<mark>" in found.json["results"][1]["highlight"]
    only = hub.author.get("search/?q=xylophone&type=SOLUTION").json["results"]
    assert [row["id"] for row in only] == [solution.pk]
    assert hub.author.get("search/").culprits == {("q", "required")}


def test_similar_tells_how_many_learners_met_a_problem_and_what_helped(hub):
    message = "ECONNREFUSED 127.0.0.1:5432 while connecting to PostgreSQL"
    row, twin = (ChallengeFactory(title=message, published=True) for _ in range(2))
    solution = SolutionFactory(challenge=row, published=True, accepted=True)

    answer = hub.author.get("challenges/similar/?q=ECONNREFUSED connecting to PostgreSQL")

    assert answer.json["learners_count"] == 2, "of both, who say it in the same words"
    (found,) = answer.json["results"]
    assert found["learners_count"] == 2
    assert found["challenge"]["id"] in {row.pk, twin.pk}
    assert found["accepted_solution"]["id"] == solution.pk
