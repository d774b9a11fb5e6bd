"""Shapes: the exact keys of each representation, and the types behind them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from learnings.models import Challenge, Topic
from tests.factories.accounts import CohortFactory
from tests.factories.learnings import (
    PUBLISHED_AT,
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)
from tests.factories.notifications import NotificationFactory

ENTRY = {"id", "author", "topics", "status", "review_reason", "source", "votes_count",
         "created_at", "updated_at", "published_at"}  # fmt: skip
README = "# Notes\n\n## Best practices\n\n- Read the log first\n- Write it down\n"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def walked(value, path=""):
    """`(path, name, value)` of everything named below `value`."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{path}/{name}", name, each
            yield from walked(each, f"{path}/{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from walked(each, f"{path}/{number}")


@pytest.fixture(scope="module")
def things(hub):
    """One published thing of each kind, connected."""
    topic = TopicFactory(name="PostgreSQL")
    author = hub.people["author"]
    challenge = ChallengeFactory(author=author, published=True, topics=[topic])
    solution = SolutionFactory(author=author, challenge=challenge, published=True, accepted=True)
    return {
        "learning": LearningFactory(author=author, published=True, topics=[topic], body="*Now*"),
        "challenge": challenge,
        "solution": solution,
        "topic": topic,
    }


@pytest.fixture(scope="module")
def imported(hub):
    """What an import answers once it is done."""
    taken = hub.author.post("imports/", {"text": README, "document": "NOTES.md"})
    hub.work_off()
    return hub.author.get(taken.headers["Location"]).json


def test_a_learning_has_exactly_its_keys(hub, things):
    shown = hub.other.get(f"learnings/{things['learning'].pk}/").json

    assert set(shown) == ENTRY | {"kind", "title", "body", "body_html"}
    assert (shown["body"], shown["body_html"]) == ("*Now*", "<p><em>Now</em></p>\n")
    assert shown["kind"] == "CONCEPT"
    assert (shown["source"], shown["review_reason"]) == (None, None)


def test_a_challenge_has_exactly_its_keys(hub, things):
    shown = hub.other.get(f"challenges/{things['challenge'].pk}/").json

    assert set(shown) == ENTRY | {
        "title", "problem", "problem_html", "solved", "solutions_count", "accepted_solution"
    }  # fmt: skip
    assert (shown["solved"], shown["solutions_count"]) == (True, 1)
    assert shown["accepted_solution"] == things["solution"].pk


def test_a_solution_has_exactly_its_keys(hub, things):
    shown = hub.other.get(f"solutions/{things['solution'].pk}/").json

    assert set(shown) == ENTRY | {"challenge", "body", "body_html", "accepted"}
    assert shown["challenge"] == things["challenge"].pk
    assert shown["accepted"] is True


def test_an_entrys_author_and_topics_are_short(hub, things):
    shown = hub.other.get(f"learnings/{things['learning'].pk}/").json

    assert shown["author"] == {"id": hub.people["author"].pk, "display_name": "Author"}
    assert shown["topics"] == [{"slug": "postgresql", "name": "PostgreSQL"}]


def test_a_list_shows_rows_as_their_own_address_does(hub, things):
    for name in ("learning", "challenge", "solution"):
        (row,) = hub.other.get(f"{name}s/").json["results"]
        assert row == hub.other.get(f"{name}s/{things[name].pk}/").json


def test_a_topic_has_exactly_its_keys_and_counts_what_is_published(hub, things):
    topic = Topic.objects.get(pk=things["topic"].pk)
    LearningFactory(author=hub.people["author"], topics=[topic])

    shown = hub.author.get(f"topics/{topic.slug}/").json

    assert shown == {"slug": "postgresql", "name": "PostgreSQL", "kind": "TECHNOLOGY",
                     "aliases": [], "learnings_count": 1, "challenges_count": 1}  # fmt: skip


def test_all_counts_count_what_is_published(hub, things):
    challenge = Challenge.objects.get(pk=things["challenge"].pk)
    draft = SolutionFactory(challenge=challenge, author=hub.people["author"])

    for client in (hub.author, hub.curator):
        assert client.get(f"challenges/{challenge.pk}/").json["solutions_count"] == 1
    draft.delete()


def test_a_user_has_exactly_its_keys_and_me_adds_the_email(hub):
    keys = {"id", "display_name", "track", "bio", "github_url", "role", "joined_at"}

    public = hub.other.get(f"users/{hub.people['curator'].pk}/").json
    own = hub.curator.get("me/").json

    assert set(public) == keys
    assert set(own) == keys | {"email"}
    assert public == {name: value for name, value in own.items() if name != "email"}
    assert (own["role"], own["email"]) == ("CURATOR", "curator@example.org")


def test_a_notification_has_exactly_its_keys(hub):
    NotificationFactory(user=hub.people["other"])

    (shown,) = hub.other.get("notifications/").json["results"]

    assert set(shown) == {"id", "event", "text", "target", "read_at", "created_at"}
    assert shown["event"] == "ENTRY_PUBLISHED"
    assert shown["target"].startswith("/api/v1/")
    assert shown["read_at"] is None


def test_an_import_has_its_keys_and_its_report(imported):
    named = {"id", "status", "progress", "report", "entries", "created_at", "finished_at"}

    assert set(imported) == named | {"document", "source_url", "error"}
    assert set(imported["report"]) == {
        "created", "updated", "unchanged", "gone", "conflicts", "findings"
    }  # fmt: skip
    assert imported["report"]["created"] == 2
    assert imported["report"]["findings"], "this README lacks sections"
    for finding in imported["report"]["findings"]:
        assert set(finding) == {"code", "line", "why", "mend"}
        assert isinstance(finding["line"], int)
    for entry in imported["entries"]:
        assert set(entry) == {"type", "id", "action", "first_line", "last_line"}
    assert [entry["first_line"] for entry in imported["entries"]] == [5, 6]


def test_an_imported_entry_names_its_source(hub, imported):
    entry = imported["entries"][0]

    shown = hub.author.get(f"learnings/{entry['id']}/").json

    assert shown["source"] == {"document": "NOTES.md", "repository": None, "commit": None,
                               "first_line": 5, "last_line": 5}  # fmt: skip


def test_a_review_reason_is_for_the_author_and_curators(hub):
    row = LearningFactory(author=hub.people["author"], rejected=True)

    for client in (hub.author, hub.curator, hub.admin):
        assert client.get(f"learnings/{row.pk}/").json["review_reason"] == "Say what you tried."


PAGES = ["learnings/", "challenges/", "solutions/", "topics/", "users/", "cohorts/", "imports/",
         "notifications/", "me/tokens/", "me/entries/", "me/bookmarks/", "me/votes/",
         "revisions/", "sources/", "subscriptions/", "search/?q=now"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_list_is_next_previous_and_results(hub, things, path):
    assert set(hub.author.get(path).json) == {"next", "previous", "results"}


@pytest.fixture(scope="module")
def everything(hub, things, imported):
    """Answers of every shape, by their paths."""
    CohortFactory()
    hub.author.made("me/tokens/", {"name": "Script", "scopes": ["read"]})
    hub.author.made("sources/", {"url": "https://github.com/owner/name"})
    hub.author.made("subscriptions/", {"challenge": things["challenge"].pk})
    hub.author.patch(f"learnings/{things['learning'].pk}/", {"title": "Better"})
    for mark in ("vote", "bookmark"):
        hub.curator.put(f"challenges/{things['challenge'].pk}/{mark}/")
    paths = [
        *PAGES,
        "me/",
        "me/export/",
        "learnings/?expand=author,topics",
        "challenges/?expand=solutions",
        "challenges/similar/?q=connection refused",
    ]
    return {f"{client} {path}": getattr(hub, client).get(path).json
            for client in ("author", "curator") for path in paths}  # fmt: skip


def test_names_ending_in_at_are_iso_8601_in_utc_with_z(everything):
    found = [(path, value) for shown in everything.values()
             for path, name, value in walked(shown) if name.endswith("_at") and value]  # fmt: skip

    assert len({path.rpartition("/")[2] for path, _ in found}) >= 6
    for path, value in found:
        assert MOMENT.fullmatch(value), (path, value)


def test_a_moment_is_the_moment(hub, things):
    shown = hub.other.get(f"learnings/{things['learning'].pk}/").json["published_at"]
    assert datetime.fromisoformat(shown).astimezone(UTC) == PUBLISHED_AT


def test_ids_are_integers(everything):
    ids = [value for shown in everything.values()
           for _, name, value in walked(shown) if name == "id"]  # fmt: skip
    assert ids
    assert {type(value) for value in ids} == {int}


def test_names_are_in_snake_case(everything):
    for shown in everything.values():
        for path, name, _ in walked(shown):
            # Events are stored choices, also where they are names.
            assert re.fullmatch(r"[a-z][a-z0-9_]*|[A-Z][A-Z_]*", name), path


CHOICES = {"status", "kind", "track", "role", "event", "action", "keep"}


def test_stored_choices_are_in_upper_case(everything):
    found = [(path, value) for shown in everything.values()
             for path, name, value in walked(shown) if name in CHOICES and value]  # fmt: skip
    assert {path.rpartition("/")[2] for path, _ in found} >= {"status", "kind", "track", "role"}
    for path, value in found:
        assert re.fullmatch(r"[A-Z][A-Z_]*", value), (path, value)


def test_text_is_utf_8_and_not_escaped(hub):
    made = hub.author.post("learnings/", {"kind": "CONCEPT", "title": "Žluťoučký 🐎 مرحبا"})

    assert made.headers["Content-Type"] in {"application/json", "application/json; charset=utf-8"}
    assert "Žluťoučký 🐎 مرحبا".encode() in made.body
